// The thread that reads the frames. A classic worker, because LiteRT.js calls importScripts.

const ready = import("./reader.js").then(({ Reader }) => new Reader());
let queue = Promise.resolve(); // one message after the other
let canvas, context;

function pixels(frame) {
  const width = frame.displayWidth ?? frame.width, height = frame.displayHeight ?? frame.height;
  if (!canvas) {
    canvas = new OffscreenCanvas(width, height);
    context = canvas.getContext("2d", { willReadFrequently: true });
  }
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  context.drawImage(frame, 0, 0, width, height);
  frame.close();
  return context.getImageData(0, 0, width, height);
}

const does = {
  async settings(reader, { settings }) {
    Object.assign(reader.settings, settings);
  },
  async model(reader, { model }) {
    await reader.use(model);
    postMessage({ kind: "loaded", id: model.id });
  },
  async reset(reader) {
    reader.reset();
  },
  async frame(reader, { frame, time, taken }) {
    const image = pixels(frame);
    const faces = reader.model ? await reader.read(image, time) : [];
    const { width, height } = image;
    postMessage({ kind: "read", faces, time, taken, width, height, model: reader.model?.id });
  },
};

onmessage = ({ data }) => {
  queue = queue.then(async () => {
    try {
      await does[data.kind](await ready, data);
    } catch (error) {
      data.frame?.close();
      postMessage({ kind: "failed", during: data.kind, id: data.model?.id, reason: String(error?.message ?? error) });
    }
  });
};
