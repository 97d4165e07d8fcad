// The cards of the classes: a name that is edited in place, a button to hold, photos instead, and the faces.

export function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

// does: {hold(one), release(), photos(one, files), drop(one, face), remove(one), renamed()}.
export class Card {
  constructor(one, does) {
    Object.assign(this, { one, does });
    this.name = element("input", { className: "name", value: one.name, maxLength: 40, ariaLabel: "Name of the class" });
    this.name.oninput = () => ((one.name = this.name.value), this.label(), does.renamed());
    this.name.onfocus = () => /^Class \d+$/.test(one.name) && this.name.select();
    this.bin = element("button", { type: "button", className: "bin", textContent: "×", onclick: () => does.remove(one) });
    this.held = element("button", { type: "button", className: "hold", textContent: "Hold to record" });
    this.holding();
    this.file = element("input", { type: "file", accept: "image/*", multiple: true, hidden: true, tabIndex: -1 });
    this.file.onchange = () => (does.photos(one, [...this.file.files]), (this.file.value = ""));
    this.upload = element("button", { type: "button", className: "upload", textContent: "Upload instead" });
    this.upload.onclick = () => this.file.click();
    this.count = element("small", { className: "count" });
    this.faces = element("div", { className: "faces" });
    this.faces.onkeydown = (event) => this.walk(event);
    const head = element("div", { className: "head" }, this.name, this.bin);
    const row = element("div", { className: "row" }, this.held, this.upload, this.file);
    this.node = element("article", { className: "card" }, head, row, this.count, this.faces);
    for (const face of one.faces) this.show(face);
    this.label();
  }

  holding() {
    const begin = (event) => (event.preventDefault?.(), this.held.focus(), this.does.hold(this.one));
    const isKey = (event) => event.key === " " || event.key === "Enter";
    this.held.onpointerdown = (event) => event.button === 0 && (this.held.setPointerCapture(event.pointerId), begin(event));
    this.held.onkeydown = (event) => isKey(event) && (event.preventDefault(), event.repeat || begin(event));
    this.held.onkeyup = (event) => isKey(event) && (event.preventDefault(), this.does.release());
    this.held.onpointerup = this.held.onpointercancel = this.held.onblur = () => this.does.release();
    this.held.oncontextmenu = (event) => event.preventDefault(); // which a long touch would open
  }

  // What screen readers and the count say.
  label() {
    const { name, faces } = this.one, takes = new Set(faces.map(({ take }) => take)).size;
    this.held.ariaLabel = `Hold to record ${name}`;
    this.upload.ariaLabel = `Upload photos of ${name} instead`;
    this.bin.ariaLabel = this.bin.title = `Remove ${name}`;
    this.count.textContent = faces.length ? `${plural(faces.length, "face")} · ${plural(takes, "take")}` : "No faces yet";
    for (const [i, button] of [...this.faces.children].entries()) {
      button.ariaLabel = `Remove face ${i + 1} of ${name}`;
      button.tabIndex = i ? -1 : 0; // one stop a card; arrows go on
    }
  }

  recording(is) {
    this.node.classList.toggle("recording", is);
    this.held.textContent = is ? "Recording…" : "Hold to record";
  }

  show(face) {
    const canvas = element("canvas", { width: 48, height: 48 }), image = new ImageData(48, 48);
    face.crop.forEach((grey, i) => image.data.set([grey, grey, grey, 255], 4 * i));
    canvas.getContext("2d").putImageData(image, 0, 0);
    const button = element("button", { type: "button", title: "Remove" }, canvas);
    button.onclick = () => {
      const next = button.nextElementSibling ?? button.previousElementSibling ?? this.held;
      this.does.drop(this.one, face);
      button.remove();
      this.label();
      next.focus();
    };
    this.faces.append(button);
  }

  walk(event) {
    const step = { ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" }[event.key];
    const next = step && event.target[step];
    if (next) event.preventDefault(), next.focus();
  }
}
