// The thread that reads the frames. A classic worker, because LiteRT.js calls importScripts.

const ready = import("./reader.js").then(({ Reader }) => new Reader());
let queue = Promise.resolve(); // one message after the other

const does = {
  settings: (reader, { settings }) => Object.assign(reader.settings, settings),
  reset: (reader) => reader.reset(),
  model: (reader, { model }) => reader.use(model).then(() => postMessage({ kind: "loaded", id: model.id })),
  async frame(reader, { frame, time, taken }) {
    const image = await reader.pixels(frame);
    const faces = reader.model ? await reader.read(image, time) : [];
    postMessage({ kind: "read", faces, time, taken, width: image.width, height: image.height, model: reader.model?.id });
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
