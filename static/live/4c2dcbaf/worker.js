// The thread that reads the frames. A classic worker, because LiteRT.js calls importScripts.

const ready = import("./reader.js").then(({ Reader }) => new Reader());
let queue = Promise.resolve(); // one message after the other
let canvas, context, buffer = new Uint8Array(); // one for all frames: new ones were collected too late

// The frame's pixels in RGBA. A canvas is only for browsers that cannot convert: Chromium keeps hundreds of megabytes for it.
async function pixels(frame) {
  const { width, height } = frame.visibleRect ?? frame;
  try {
    if (buffer.length !== 4 * width * height) buffer = new Uint8Array(4 * width * height);
    await frame.copyTo(buffer, { format: "RGBA" });
    return { data: buffer, width, height };
  } catch {
    canvas ??= new OffscreenCanvas(width, height);
    context ??= canvas.getContext("2d", { willReadFrequently: true });
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.drawImage(frame, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  } finally {
    frame.close();
  }
}

const does = {
  settings: (reader, { settings }) => Object.assign(reader.settings, settings),
  reset: (reader) => reader.reset(),
  model: (reader, { model }) => reader.use(model).then(() => postMessage({ kind: "loaded", id: model.id })),
  async frame(reader, { frame, time, taken }) {
    const image = await pixels(frame);
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
