// Reads the emotions of all faces in an image: detect, crop, classify, calibrate, track. Used within the worker.

import { crop } from "./crop.js";
import { decode, fill, inputFor } from "./detector.js";
import { network, unpacked } from "./engine.js";
import { pixels } from "./pixels.js";
import { Tracker } from "./tracker.js";

const YUNET = new URL("../../yunet/2023mar/", import.meta.url), AGAIN = 2000; // milliseconds before another try

export class Reader {
  constructor() {
    this.settings = { score: 0.7, side: 320, smoothing: 0.5, temperature: null, offsets: null };
    Object.assign(this, { pixels, tracker: new Tracker(), detectors: new Map(), model: null }); // promises, by shape
  }

  reset = () => (this.tracker = new Tracker()); // forgets all faces

  // {id, url, classes}; throws where the file does not fit.
  async use({ id, url, classes }) {
    this.model?.classifier.end();
    this.model = null;
    this.detector(inputFor(640, 480, this.settings.side)).catch(() => null); // as most cameras need it, while the model loads
    const classifier = await network(await unpacked(url));
    if (classifier.outputs[0][1] !== classes) throw new Error(`It does not have ${classes} classes.`);
    if (classifier.shape.join() !== "1,48,48,1") throw new Error("Its input is not a grey face of 48 × 48 pixels.");
    await classifier.run(new Uint8Array(48 * 48)); // a network that cannot run says so here
    this.model = { id, classifier };
  }

  detector({ width, height }) {
    const name = `${width}x${height}`;
    const failed = (error) => (setTimeout(() => this.detectors.delete(name), AGAIN), Promise.reject(error));
    const load = () => unpacked(new URL(`${name}.tflite.gz`, YUNET)).then(network).catch(failed);
    if (!this.detectors.has(name)) this.detectors.set(name, load());
    return this.detectors.get(name);
  }

  async find(image) {
    const input = inputFor(image.width, image.height, this.settings.side);
    const output = await (await this.detector(input)).run(fill(image, input));
    return decode(output, input, image, this.settings.score);
  }

  logits = (face) => this.model.classifier.run(face);

  // image: {data, width, height}, RGBA; time: seconds. Returns the faces with numbers and smoothed probabilities.
  async read(image, time) {
    const faces = await this.find(image);
    const model = this.model;
    for (const face of faces) face.probabilities = probabilities(await this.logits(crop(image, face.landmarks)), this.settings);
    this.tracker.smoothing = this.settings.smoothing;
    return this.tracker.update(faces, time, model.id);
  }
}

export function probabilities(logits, { temperature, offsets }) {
  const scaled = Array.from(logits, (logit, i) => (logit + (offsets?.[i] ?? 0)) / (temperature || 1)), most = Math.max(...scaled);
  const powers = scaled.map((value) => Math.exp(value - most)), sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
