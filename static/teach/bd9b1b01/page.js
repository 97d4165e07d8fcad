// Teach: collect, train and try on one screen. Pictures stay here; for a training, features go to Python.
// data: {live: Live's version, model: {id, url, width}, most: {classes, faces}, colors: {emotions, others}, head, verdict,
// error}; the last three may be null. head: {key, labels, revision, kernel, bias}; verdict and error come in words.

import { Card } from "./cards.js";
import { Collection, EMOTIONS, colorsOf, decoded, nextTake, shares, small } from "./collection.js";
import { Bars, judge } from "./results.js";

const PACE = 80, LASTING = 4000, WAITING = 2; // milliseconds between recorded faces and of a message; frames in the worker
const SIDE = { camera: 320, photo: 640 }; // of the detector's input
const shown = new WeakMap(); // Teach by element
let collection = new Collection(); // as the visitor left it

export function show({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".teach");
  const live = new URL(`../../live/${data.live}/`, import.meta.url).href;
  if (!shown.has(root)) shown.set(root, import(`${live}camera.js`).then((camera) => new Teach(root, live, camera)));
  shown.get(root).then((teach) => Object.assign(teach, { ask: setTriggerValue }).update(data));
  return () => setTimeout(() => root.isConnected || shown.get(root)?.then((teach) => teach.end()));
}

class Teach {
  constructor(root, live, camera) {
    const part = (name) => root.querySelector(`.${name}`);
    Object.assign(this, { root, part, camera, inside: 0, waiting: new Map(), asked: 0, recorded: 0, until: 0 });
    this.video = root.querySelector("video");
    this.worker = new Worker(new URL(`worker.js?live=${encodeURIComponent(live)}`, import.meta.url));
    this.worker.onmessage = ({ data }) => this[data.kind](data);
    const lost = "its worker could not be started. Reload the page, or try another browser.";
    this.worker.onerror = () => this.say(`This browser cannot read faces: ${lost}`);
    part("add").onclick = () => (collection.add(), this.cards(), this.list.at(-1).name.focus());
    part("emotions").onclick = () => this.emotions();
    part("go").onclick = () => this.train();
    part("start").onclick = () => (this.stop ? this.halt() : this.begin());
    part("start").disabled = false;
  }

  update(data) {
    const first = !this.data, before = this.data?.head?.key;
    this.data = data;
    if (this.model !== data.model.id) {
      this.model = data.model.id;
      this.isLoaded?.(); // who waits for another one sees that it is not this
      this.training = false;
      this.isHere = false;
      this.loads = new Promise((loaded) => (this.isLoaded = loaded));
      const { id, width } = data.model, url = new URL(`../../../..${data.model.url}`, import.meta.url).href;
      this.worker.postMessage({ kind: "model", model: { id, url, classes: width } });
    }
    const { head } = data;
    this.head = head && { ...head, kernel: decoded(head.kernel), bias: decoded(head.bias) };
    if (first) this.cards();
    const labels = head?.labels ?? [], isNew = head?.key !== before;
    if (first || isNew) this.bars = new Bars(this.part("bars"), labels, colorsOf(labels, data.colors));
    if (isNew || data.error) this.training = false;
    this.verdict();
  }

  cards() {
    const does = {
      hold: (one) => this.hold(one),
      release: () => this.release(),
      photos: (one, files) => this.photos(one, files),
      drop: (one, face) => (collection.drop(one, face), this.verdict()),
      remove: (one) => (collection.remove(one), this.cards()),
      renamed: () => (collection.revision++, this.recolor(), this.verdict()),
    };
    this.list = collection.classes.map((one) => new Card(one, does));
    this.recolor();
    this.part("classes").replaceChildren(...this.list.map(({ node }) => node));
    for (const { bin } of this.list) bin.hidden = this.list.length <= 2;
    this.part("add").disabled = this.list.length >= this.data.most.classes;
    this.verdict();
  }

  recolor() {
    const colors = colorsOf(collection.classes.map(({ name }) => name.trim()), this.data.colors);
    this.list.forEach(({ node }, i) => node.style.setProperty("--class", colors[i]));
  }

  emotions() {
    collection = Object.assign(new Collection(), { classes: [] });
    for (const emotion of EMOTIONS) collection.add(emotion);
    this.cards();
  }

  card(one) {
    return this.list.find((card) => card.one === one);
  }

  // Collecting

  async hold(one) {
    this.release();
    Object.assign(this, { holding: one, take: nextTake(), caught: false });
    this.card(one).recording(true);
    if (!this.stop) await this.begin();
  }

  release() {
    if (!this.holding) return;
    this.card(this.holding)?.recording(false);
    this.holding = null;
    if (this.stop && this.ready && !this.caught) this.say("No face was recorded. Face the camera, and hold for about three seconds.");
  }

  keep(one, face, model, take) {
    if (collection.faces.length >= this.data.most.faces) return this.full();
    const kept = { crop: face.crop, features: face.features, model, take };
    collection.take(one, kept);
    const card = this.card(one);
    card?.show(kept);
    card?.label();
    this.verdict();
  }

  async photos(one, files) {
    let without = 0, unreadable = 0;
    const of = `of ${files.length} photo${files.length === 1 ? "" : "s"}`;
    if (!this.model) this.update(this.data);
    for (const [i, file] of files.entries()) {
      this.tell(`Reading photo ${i + 1} ${of}…`);
      const image = await small(file).catch(() => null);
      const result = image && (await this.request({ kind: "face", image, side: SIDE.photo }, [image]));
      if (image && !result?.model) return; // `failed` has said why
      if (collection.faces.length >= this.data.most.faces) return this.full();
      if (result?.face) this.keep(one, result.face, result.model, nextTake());
      else image ? without++ : unreadable++;
    }
    const missing = without ? `No face found in ${without} ${of}. ` : "";
    this.say(missing + (unreadable ? `This browser cannot open ${unreadable} ${of}. Use JPEG or PNG.` : ""));
  }

  // The camera

  async begin() {
    if (this.starting) return;
    Object.assign(this, { starting: true, until: 0 });
    if (!this.model) this.update(this.data);
    this.tell("Starting the camera…");
    try {
      this.stop = await this.camera.start(this.video, () => this.halt("The camera was disconnected."));
    } catch (error) {
      this.release();
      return this.say(error.message);
    } finally {
      this.starting = false;
    }
    if (this.ended) return this.stop();
    this.unfollow = this.camera.follow(this.video, () => this.offer());
    if (this.model) this.tell("Loading the model…"); // else it has failed meanwhile
    this.on(true);
  }

  halt(why = "The camera is off.") {
    this.unfollow();
    this.stop();
    this.stop = null;
    this.release();
    this.part("marks").width = 0;
    this.say(why);
    this.on(false);
  }

  end() {
    this.ended = true;
    if (this.stop) this.halt();
    this.worker.terminate();
  }

  async offer() {
    if (this.inside >= WAITING) return;
    this.inside++;
    const image = await this.camera.frame(this.video).catch(() => null), at = performance.now();
    if (!image) return this.inside--;
    const about = { holding: collection.classes.indexOf(this.holding), take: this.take, at };
    this.worker.postMessage({ kind: "face", image, side: SIDE.camera, about }, [image]);
  }

  found({ face, width, height, model, about }) {
    if (typeof about === "number") return this.answer(about, { face, model });
    this.inside--;
    if (!this.stop || model !== this.model) return;
    this.ready ??= true;
    if (performance.now() > this.until) this.tell(face ? "" : "No face in view.");
    this.mark(face, width, height);
    const one = collection.classes[about.holding];
    if (face && one && about.at - this.recorded >= PACE) {
      Object.assign(this, { recorded: about.at, caught: true });
      this.keep(one, face, model, about.take);
    }
    if (face && this.head) this.bars.tell(shares(face.features, this.head), about.at);
  }

  mark(face, width, height) {
    const canvas = this.part("marks"), context = canvas.getContext("2d");
    Object.assign(canvas, { width, height });
    if (!face) return;
    const [x1, y1, x2, y2] = face.box, held = this.holding && this.card(this.holding);
    const color = held ? held.node.style.getPropertyValue("--class") : "white";
    Object.assign(context, { lineWidth: this.holding ? 6 : 3, strokeStyle: color });
    context.strokeRect(width - x2, y1, x2 - x1, y2 - y1); // the video is mirrored
  }

  // Training

  async train() {
    if (!this.model) this.update(this.data);
    const { model } = this, turn = (this.training = {});
    const end = () => this.training === turn && ((this.training = false), this.verdict());
    this.verdict();
    await this.loads;
    if (model !== this.model || !this.isHere) return end();
    for (const face of collection.faces.filter((face) => face.model !== model)) { // recorded with another
      const { features } = (await this.request({ kind: "again", crop: face.crop })) ?? {};
      if (!features || model !== this.model) return end(); // it has failed, or changed again
      Object.assign(face, { features, model });
    }
    this.ask("train", { ...collection.message(), model });
  }

  verdict() {
    const { verdict, head, error } = this.data, missing = collection.missing;
    const isStale = head && head.revision !== collection.revision;
    this.part("go").disabled = Boolean(missing || this.training);
    this.part("go").textContent = this.training ? "Training…" : "Train";
    this.part("emotions").hidden = collection.faces.length > 0 || collection.classes.length > 2;
    const hint = this.training ? "" : missing || (error && !head ? error.text : isStale ? "The recordings have changed. Train again." : "");
    this.part("hint").textContent = hint;
    judge(this.part("verdict"), verdict, Boolean(isStale));
  }

  // The worker's answers

  request(message, transfer = []) {
    const about = ++this.asked;
    this.worker.postMessage({ ...message, about }, transfer);
    return new Promise((answer) => this.waiting.set(about, answer));
  }

  answer(about, result) {
    this.waiting.get(about)?.(result);
    this.waiting.delete(about);
  }

  loaded = ({ id }) => id === this.model && ((this.isHere = true), this.isLoaded());
  described = ({ about, ...result }) => this.answer(about, result);

  failed({ during, id, about, reason }) {
    if (typeof about === "number") this.answer(about, null);
    else if (during === "face") this.inside--;
    else if (during === "model" && id === this.model) (this.model = null), this.isLoaded(); // the next Start or Train tries again
    this.say(`This browser cannot read faces: ${reason}`);
  }

  on(is) {
    this.part("screen").classList.toggle("on", is);
    this.part("start").textContent = is ? "Stop the camera" : "Start the camera";
  }

  full = () => this.say(`The limit is ${this.data.most.faces.toLocaleString("en")} faces. Remove some.`);

  // What must be read: it stays for a while, whatever the camera sees.
  say(text) {
    this.until = performance.now() + (text ? LASTING : 0);
    this.tell(text);
  }

  tell(text) {
    const message = this.part("message");
    if (message.textContent !== text) message.textContent = text;
  }
}
