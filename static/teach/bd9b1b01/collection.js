// What the visitor has recorded: classes with their faces. It stays in this tab until the tab is closed.
// A face is {crop, features, model, take}; takes count up, and a photo is a take of its own.

export const EMOTIONS = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"];
export const FEWEST = 3; // faces of a class
const LARGEST = 1280; // of a photo's longer side
let takes = 0;

export const nextTake = () => ++takes;

export class Collection {
  constructor() {
    this.revision = 0; // counts changes
    this.classes = [];
    for (const name of ["Class 1", "Class 2"]) this.add(name);
  }

  add(name = this.freeName()) {
    const added = { name, faces: [] };
    this.classes.push(added);
    this.revision++;
    return added;
  }

  freeName() {
    let number = this.classes.length + 1;
    while (this.classes.some(({ name }) => name === `Class ${number}`)) number++;
    return `Class ${number}`;
  }

  remove(one) {
    this.classes = this.classes.filter((other) => other !== one);
    this.revision++;
  }

  take(one, face) {
    one.faces.push(face);
    this.revision++;
  }

  drop(one, face) {
    one.faces = one.faces.filter((other) => other !== face);
    this.revision++;
  }

  get faces() {
    return this.classes.flatMap(({ faces }) => faces);
  }

  // Why it cannot be taught yet; empty if it can.
  get missing() {
    const names = this.classes.map(({ name }) => name.trim().toLowerCase());
    if (names.includes("")) return "Give every class a name.";
    if (new Set(names).size < names.length) return "Two classes have the same name. Rename one.";
    const few = this.classes.filter(({ faces }) => faces.length < FEWEST).map(({ name }) => name);
    return few.length ? `Record at least ${FEWEST} faces of ${few.join(", ")}.` : "";
  }

  // For Python; every face must have its features.
  message() {
    const all = this.faces, width = all[0].features.length, values = new Float32Array(all.length * width);
    all.forEach(({ features }, i) => values.set(features, i * width));
    return {
      labels: this.classes.map(({ name }) => name.trim()),
      classes: this.classes.flatMap(({ faces }, i) => faces.map(() => i)),
      takes: all.map(({ take }) => take),
      features: encoded(values),
      revision: this.revision,
    };
  }
}

// A colour for each class, as fer/inference/palette.py chooses them. colors: {emotions: by name, others: a list}.
export function colorsOf(labels, { emotions, others }) {
  const used = labels.map((label) => emotions[label]), unused = others.filter((color) => !used.includes(color));
  const free = unused.length ? unused : others;
  let next = 0;
  return used.map((color) => color ?? free[next++ % free.length]);
}

function encoded(values) {
  const bytes = new Uint8Array(values.buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

export const decoded = (text) => new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);

// What the head makes of a face's features, one share for each class. kernel: (C, F), row by row.
export function shares(features, { kernel, bias }) {
  const logits = Array.from(bias, (start, i) => {
    let sum = start;
    for (let j = 0; j < features.length; j++) sum += kernel[i * features.length + j] * features[j];
    return sum;
  });
  const most = Math.max(...logits), powers = logits.map((value) => Math.exp(value - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

// A photo as an image that is no larger than the detector needs, turned as its camera was.
export async function small(file) {
  const image = await createImageBitmap(file), scale = Math.min(1, LARGEST / Math.max(image.width, image.height));
  if (scale === 1) return image;
  const size = { resizeWidth: Math.round(image.width * scale), resizeHeight: Math.round(image.height * scale) };
  return createImageBitmap(image, { ...size, resizeQuality: "high" });
}
