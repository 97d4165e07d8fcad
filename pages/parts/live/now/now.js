// The faces that are present now: number, emotion and a bar for each class, and one status line.
// data: {status, empty, faces: [{number, title, percent, color, bars: [{label, share, color}]}]}

function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

function row(bar) {
  const fill = element("i");
  fill.style.width = `${100 * bar.share}%`;
  fill.style.background = bar.color;
  const track = element("span", { className: "track" }, fill);
  return [element("span", { textContent: bar.label }), track, element("span", { textContent: `${Math.round(100 * bar.share)}%` })];
}

function face({ number, title, percent, color, bars }) {
  const head = element("div", { className: "head" }, element("b", { textContent: title }), ` ${percent}`);
  head.append(element("small", { textContent: `Face ${number}` }));
  head.style.setProperty("--emotion", color);
  return element("article", {}, head, element("div", { className: "bars" }, ...bars.flatMap(row)));
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".now");
  const full = root.querySelector("button") ?? element("button", { type: "button", textContent: "Full screen" }); // keeps its focus
  full.onclick = () => document.querySelector("iframe[title*='webrtc']")?.requestFullscreen();
  const faces = data.faces.length ? data.faces.map(face) : [element("p", { textContent: data.empty })];
  const status = full.parentElement ?? root.appendChild(element("div", { className: "status" }, element("span"), full));
  status.firstChild.textContent = data.status;
  while (status.nextSibling) status.nextSibling.remove();
  root.append(...faces);
}
