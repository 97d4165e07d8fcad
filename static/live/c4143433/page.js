// Live in this browser: camera, worker and page together. Frames stay here; readings go to Python once a second.
// data: {model: {id, url, classes, labels, titles, colors}, settings: {score, side, smoothing, every, threshold,
//        temperature, offsets}, session, received}; the last two say which readings Python has. offsets are added to
//        the logits, or null. The rows that it gets are [time, model, number, x1, y1, x2, y2, ...probabilities].

import { follow, frame, start } from "./camera.js";
import { answer, list, mark, snapshot } from "./drawing.js";

const LASTING = 0.5, WINDOW = 5, WAITING = 2; // seconds a face must be seen; seconds of the pace; frames in the worker
const EVERY = 1000, LISTED = 200; // milliseconds between messages to Python, and between lists of faces
const MOST = 2000; // rows in one message
const shown = new WeakMap(); // Live by element
let mirrored = true; // as the visitor left it

export function show({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".live");
  if (!shown.has(root)) shown.set(root, new Live(root));
  const live = Object.assign(shown.get(root), { send: setStateValue, ask: setTriggerValue });
  live.update(data);
  return () => setTimeout(() => root.isConnected || live.end()); // also called where data changes while this loads
}

class Live {
  constructor(root) {
    const part = (name) => root.querySelector(`.${name}`);
    Object.assign(this, { part, models: new Map(), count: 0, inside: 0, paces: [] });
    this.video = root.querySelector("video");
    this.worker = new Worker(new URL("worker.js", import.meta.url));
    this.worker.onmessage = ({ data }) => this[data.kind](data);
    this.worker.onerror = () => this.failed({ during: "worker", reason: "its worker could not be started. Reload the page." });
    part("start").onclick = () => (this.stop ? this.halt() : this.begin());
    part("snapshot").onclick = () => this.take();
    part("mirror").onclick = () => this.mirror(!mirrored);
    part("full").hidden = !document.fullscreenEnabled; // iPhones have none
    part("full").onclick = () => part("screen").requestFullscreen();
    part("server").onclick = () => this.ask("server", true);
    this.mirror(mirrored);
    this.on(false);
  }

  update(data) {
    Object.assign(this, { data, settings: data.settings });
    if (this.asked !== data.model.url) {
      this.asked = data.model.url;
      this.models.set(data.model.id, data.model);
      const { id, url, classes } = data.model;
      const file = new URL(`../../../..${url}`, import.meta.url).href; // the app's address: this is below app/static/live/
      this.worker.postMessage({ kind: "model", model: { id, url: file, classes } });
    }
    this.worker.postMessage({ kind: "settings", settings: data.settings }); // also tells how this model's logits are read
    if (data.session === this.session && data.received > this.sent) {
      this.rows.splice(0, data.received - this.sent);
      this.sent = data.received;
    }
  }

  async begin() {
    if (this.starting) return;
    this.starting = true;
    if (!this.asked) this.update(this.data); // the model did not load
    this.say("Starting the camera…");
    try {
      this.stop = await start(this.video, () => this.halt("The camera was disconnected. Press Start to try again."));
    } catch (error) {
      return this.say(error.message);
    } finally {
      this.starting = false;
    }
    if (this.ended) return this.stop();
    Object.assign(this, { began: performance.now(), session: String(Date.now()), rows: [], sent: 0, paces: [], count: 0 });
    this.worker.postMessage({ kind: "reset" });
    this.unfollow = follow(this.video, () => this.offer());
    this.timer = setInterval(() => this.report(), EVERY);
    if (this.asked) this.say("Loading…"); // else its download has failed meanwhile
    this.on(true);
  }

  halt(why = "The camera is off.") {
    this.unfollow();
    this.stop();
    clearInterval(this.timer);
    if (!this.ended) this.report();
    this.stop = null;
    this.part("marks").width = 0;
    this.part("status").textContent = "";
    list(this.part("now"), [], "");
    this.say(why);
    this.on(false);
  }

  end() {
    this.ended = true;
    if (this.stop) this.halt();
    this.worker.terminate();
  }

  // A frame for the worker: the next waits while the present one is read, and more are skipped.
  async offer() {
    if (this.inside >= WAITING || this.count++ % this.settings.every) return;
    this.inside++;
    const taken = performance.now(), image = await frame(this.video).catch(() => null);
    if (!image) return this.inside--;
    this.worker.postMessage({ kind: "frame", frame: image, taken, time: (taken - this.began) / 1000 }, [image]);
  }

  loaded = () => (this.part("server").hidden = true);

  read({ faces, width, height, model, taken }) {
    this.inside--;
    if (!this.stop || !model || taken < this.began) return;
    const time = (taken - this.began) / 1000, now = performance.now(), known = this.models.get(model);
    const answers = faces.map((face) => answer(face, known, this.settings.threshold));
    mark(this.part("marks"), { faces, width, height }, answers, mirrored);
    const rounded = (value) => Math.round(value * 1e4) / 1e4;
    for (const { number, box, probabilities } of faces) {
      this.rows.push([rounded(time), model, number, ...box, ...Array.from(probabilities, rounded)]);
    }
    this.paces = [...this.paces.filter((pace) => pace.at > now - 1000 * WINDOW), { at: now, delay: now - taken }];
    if (now - (this.listed ?? 0) < LISTED) return;
    this.listed = now;
    const lasting = answers.filter((_, i) => time - faces[i].firstSeen >= LASTING);
    list(this.part("now"), lasting, "No face in view.");
    this.say("");
    this.part("status").textContent = this.pace(now);
  }

  pace(now) {
    const delays = this.paces.map((pace) => pace.delay).sort((a, b) => a - b);
    const seconds = Math.max(now - this.paces[0].at, 1) / 1000;
    return `${Math.round((delays.length - 1) / seconds)} frames a second · ${Math.round(delays[delays.length >> 1])} ms delay`;
  }

  failed({ during, id, reason }) {
    during === "model" ? (this.asked = null) : during === "frame" && this.inside--;
    this.say(during === "model" ? `${id} does not run in this browser. ${reason}` : `This browser cannot read faces: ${reason}`);
    this.part("server").hidden = false;
  }

  // Hand Python what it does not have yet.
  report() {
    if (this.rows.length) this.send("readings", { session: this.session, from: this.sent, rows: this.rows.slice(0, MOST) });
  }

  async take() {
    const url = URL.createObjectURL(await snapshot(this.video, this.part("marks"), mirrored)), taken = this.part("taken");
    URL.revokeObjectURL(taken.querySelector("img").src);
    taken.querySelector("img").src = taken.querySelector("a").href = url;
    taken.hidden = false;
  }

  mirror(is) {
    mirrored = is;
    this.part("screen").classList.toggle("mirrored", is);
    this.part("mirror").ariaPressed = String(is);
  }

  on(is) {
    this.part("screen").classList.toggle("on", is);
    this.part("start").classList.toggle("on", is);
    this.part("start").ariaLabel = this.part("start").title = is ? "Stop" : "Start";
    for (const name of ["snapshot", "full"]) this.part(name).disabled = !is;
    for (const name of ["start", "mirror"]) this.part(name).disabled = false; // from now on
  }

  say = (text) => (this.part("message").textContent = text);
}
