// The thread that finds, crops and describes faces, with Live's modules. A classic worker, because LiteRT.js calls
// importScripts. The model that it gets returns features instead of logits.

const live = new URL(location).searchParams.get("live"); // the address of static/live/<version>/
const ready = Promise.all([import(`${live}reader.js`), import(`${live}crop.js`)]).then(([{ Reader }, { crop }]) => {
  return { reader: new Reader(), crop };
});
let queue = Promise.resolve(); // one message after the other

const area = ({ box: [x1, y1, x2, y2] }) => (x2 - x1) * (y2 - y1);

const does = {
  async model({ reader }, { model }) {
    await reader.use(model);
    postMessage({ kind: "loaded", id: model.id });
  },
  // The largest face of an image: its box, crop and features.
  async face({ reader, crop }, { image, side, about }) {
    const found = await reader.pixels(image), { width, height } = found;
    reader.settings.side = side;
    const faces = reader.model ? await reader.find(found) : [];
    const largest = faces.sort((a, b) => area(b) - area(a))[0];
    const face = largest && { box: largest.box, crop: crop(found, largest.landmarks) };
    if (face) face.features = Float32Array.from(await reader.logits(face.crop));
    postMessage({ kind: "found", face, width, height, model: reader.model?.id, about });
  },
  // What another model makes of a crop.
  async again({ reader }, { crop, about }) {
    postMessage({ kind: "described", features: Float32Array.from(await reader.logits(crop)), model: reader.model.id, about });
  },
};

onmessage = ({ data }) => {
  queue = queue.then(async () => {
    try {
      await does[data.kind](await ready, data);
    } catch (error) {
      data.image?.close();
      postMessage({ kind: "failed", during: data.kind, id: data.model?.id, about: data.about, reason: String(error?.message ?? error) });
    }
  });
};
