// A photo with a box around each face, and a card for each; box and card light up together.
// data: {photo, alt, faces: [{left, top, width, height, number, label, title, percent, color, sure, bars, hints,
//        area}],
//        notes, why: {number, label, method, image, sentence, labels, methods}}
// state out: why = {number, label, method} or null.

const percent = (share) => (share > 0 && share < 0.005 ? "<1%" : `${Math.round(100 * share)}%`);

function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

function bars(face, all) {
  const list = element("div", { className: "bars" });
  for (const bar of all ? face.bars : face.bars.slice(0, 3)) {
    const fill = element("div", { className: "fill" });
    fill.style.width = `${100 * bar.share}%`;
    fill.style.background = bar.color;
    const track = element("div", { className: "track" }, fill);
    track.setAttribute("aria-hidden", "true");
    const value = element("span", { className: "value", textContent: percent(bar.share) });
    list.append(element("span", { textContent: bar.label }), track, value);
  }
  return list;
}

// By their place, controls are found again when all is drawn anew, so that the keyboard's focus stays.
function placed(node, place) {
  node.dataset.place = place;
  return node;
}

function choice(name, options, chosen, change) {
  const select = placed(element("select", { ariaLabel: name }), name);
  for (const option of options) select.append(new Option(option, option, option === chosen, option === chosen));
  select.onchange = () => change(select.value);
  return element("label", {}, name, select);
}

function explanation(why, ask) {
  const box = element("div", { className: "why" });
  if (!why.sentence) return element("div", { className: "why busy", textContent: "Computing…" });
  const next = (change) => { box.classList.add("busy"); ask({ number: why.number, label: why.label, method: why.method, ...change }); };
  const words = element("div", {}, element("p", { textContent: why.sentence }));
  words.append(choice("Emotion", why.labels, why.label, (label) => next({ label })));
  if (why.methods.length > 1) words.append(choice("Method", why.methods, why.method, (method) => next({ method })));
  if (why.image) box.append(element("img", { src: why.image, alt: `Heat map of face ${why.number} for ${why.label}` }));
  box.append(words);
  return box;
}

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".view") ?? parentElement.appendChild(element("div"));
  const memory = (parentElement.memory ??= { open: new Set(), order: "position", lit: null, photo: null });
  if (memory.photo !== data.photo) Object.assign(memory, { open: new Set(), lit: null, photo: data.photo, asked: null });
  if (!memory.asked || memory.asked.number === data.why?.number) memory.asked = null;
  const { faces } = data;
  const kind = faces.length > 2 ? "several" : faces.length === 2 ? "pair" : "single";
  const pairs = new Map();

  const light = (number) => {
    for (const [key, nodes] of pairs) for (const node of nodes) node.classList.toggle("lit", key === (number ?? memory.lit));
  };
  const pin = (number) => { memory.lit = memory.lit === number ? null : number; light(null); press(); };
  const press = () => {
    for (const [key, nodes] of pairs) for (const node of nodes) {
      (node.querySelector?.(".head") ?? node).setAttribute("aria-pressed", String(memory.lit === key));
    }
  };
  const follow = (node, number) => {
    pairs.set(number, [...(pairs.get(number) ?? []), node]);
    node.addEventListener("pointerenter", () => light(number));
    node.addEventListener("pointerleave", () => light(null));
    node.addEventListener("focusin", () => light(number));
    node.addEventListener("focusout", () => light(null));
    return node;
  };
  const ask = (why) => { memory.asked = why; setStateValue("why", why); };

  function box(face) {
    const classes = `box${face.top < 0.08 ? " low" : ""}${face.sure ? "" : " unsure"}`;
    const node = placed(element("button", { className: classes, type: "button" }), `box ${face.number}`);
    node.append(element("b", { textContent: faces.length > 1 ? face.number : face.title }));
    node.setAttribute("aria-label", `Face ${face.number}: ${face.title} ${face.percent}`);
    for (const side of ["left", "top", "width", "height"]) node.style[side] = `${100 * face[side]}%`;
    node.style.setProperty("--emotion", face.color);
    node.onclick = () => {
      pin(face.number);
      if (memory.lit) pairs.get(face.number)[1].scrollIntoView({ block: "nearest", behavior: "smooth" });
    };
    return follow(node, face.number);
  }

  function card(face) {
    const head = placed(element("button", { className: "head", type: "button" }), `head ${face.number}`);
    head.append(element("span", { className: "emotion", textContent: face.title }));
    const share = element("span", { className: "percent", textContent: face.percent });
    const which = faces.length > 1 ? [element("span", { className: "which", textContent: `Face ${face.number}` })] : [];
    head.append(...(face.sure ? [share, ...which] : [...which, share])); // the long one is on the second line
    head.onclick = () => pin(face.number);
    const node = element("article", { className: `card${face.sure ? "" : " unsure"}` }, head);
    node.style.setProperty("--emotion", face.color);
    const all = memory.open.has(face.number);
    node.append(bars(face, all));
    const tools = element("div", { className: "tools" });
    if (face.bars.length > 3) {
      const more = element("button", { className: "more", type: "button", textContent: all ? "Show three" : `Show all ${face.bars.length}` });
      placed(more, `all ${face.number}`).setAttribute("aria-expanded", String(all));
      more.onclick = () => { memory.open[all ? "delete" : "add"](face.number); draw(); };
      tools.append(more);
    }
    const explained = memory.asked?.number === face.number ? memory.asked : data.why?.number === face.number ? data.why : null;
    const why = element("button", { className: "more", type: "button", textContent: explained ? "Hide why" : "Why?" });
    placed(why, `why ${face.number}`).setAttribute("aria-expanded", String(Boolean(explained)));
    why.setAttribute("aria-label", `${why.textContent} Face ${face.number}`);
    why.onclick = () => {
      if (explained) { data.why = null; memory.asked = null; setStateValue("why", null); } else ask({ number: face.number });
      draw();
    };
    tools.append(why);
    node.append(tools);
    for (const hint of face.hints) node.append(element("p", { className: "hint", textContent: hint }));
    if (explained) node.append(explanation(explained, ask));
    return follow(node, face.number);
  }

  function sorter() {
    const orders = { position: "By number", size: "Largest first", emotion: "By emotion" };
    const select = placed(element("select", { ariaLabel: "Order of the faces" }), "order");
    for (const [key, name] of Object.entries(orders)) select.append(new Option(name, key, false, memory.order === key));
    select.onchange = () => { memory.order = select.value; draw(); };
    const counts = {};
    for (const face of faces) counts[face.title] = (counts[face.title] ?? 0) + 1;
    const words = Object.entries(counts).sort((a, b) => b[1] - a[1]).map(([title, n]) => `${n} ${title.toLowerCase()}`);
    return element("div", { className: "sort" }, element("span", { textContent: `${faces.length} faces: ${words.join(", ")}` }), select);
  }

  function draw() {
    pairs.clear();
    const by = {
      size: (a, b) => b.area - a.area,
      position: (a, b) => a.number - b.number,
      emotion: (a, b) => a.title.localeCompare(b.title) || b.area - a.area,
    }[memory.order];
    const frame = element("div", { className: "frame" }, element("img", { src: data.photo, alt: data.alt }));
    frame.append(...faces.map(box));
    const cards = element("div", { className: "cards" });
    if (faces.length > 2) cards.append(sorter());
    cards.append(element("div", { className: "faces" }, ...(faces.length > 2 ? [...faces].sort(by) : faces).map(card)));
    for (const note of data.notes) cards.append(element("p", { className: "note", textContent: note }));
    root.className = `view ${kind}`;
    const focused = root.getRootNode().activeElement, held = root.contains(focused) && focused.dataset.place;
    root.replaceChildren(element("div", { className: "layout" }, element("figure", { className: "photo" }, frame), cards));
    light(null);
    press();
    if (held) root.querySelector(`[data-place="${held}"]`)?.focus({ preventScroll: true });
  }

  draw();
}
