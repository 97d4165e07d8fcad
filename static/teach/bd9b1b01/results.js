// What the page shows of a training: its accuracy, and the bars of one's own classes.

import { element } from "./cards.js";

const SETTLING = 300; // milliseconds: time constant of the bars

export class Bars {
  constructor(root, labels, colors) {
    this.rows = labels.map((label, i) => {
      const fill = element("i"), share = element("span", { className: "share", textContent: "–" });
      fill.style.background = colors[i];
      const nodes = [element("span", { textContent: label }), element("span", { className: "track" }, fill), share];
      return { fill, share, nodes };
    });
    const empty = element("p", { textContent: "Your classes appear here after training." });
    root.replaceChildren(...(labels.length ? this.rows.flatMap(({ nodes }) => nodes) : [empty]));
  }

  // Shares read from a frame that was taken at that time, in milliseconds.
  tell(now, at) {
    const part = this.shares ? 1 - Math.exp((this.told - at) / SETTLING) : 1;
    this.shares = now.map((share, i) => (this.shares?.[i] ?? share) * (1 - part) + share * part);
    this.told = at;
    this.rows.forEach(({ fill, share }, i) => {
      fill.style.width = `${100 * this.shares[i]}%`;
      share.textContent = `${Math.round(100 * this.shares[i])}%`;
    });
  }
}

export function judge(root, verdict, isStale) {
  root.classList.toggle("stale", isStale);
  if (root.shown === verdict) return;
  root.shown = verdict;
  if (!verdict) return root.replaceChildren();
  const lines = [["strong", verdict.figure], ["span", verdict.interval], ...verdict.notes.map((note) => ["p", note])];
  const parts = lines.map(([tag, textContent]) => element(tag, { textContent }));
  if (verdict.confusion) parts.push(table(verdict));
  root.replaceChildren(...parts);
}

// The confusion matrix: a row for each class, with how its faces were answered.
function table({ labels, confusion }) {
  const cell = (tag, textContent, scope) => element(tag, { textContent, ...(scope && { scope }) });
  const head = element("tr", {}, cell("th", "True / predicted", "col"), ...labels.map((label) => cell("th", label, "col")));
  const rows = confusion.map((row, i) => element("tr", {}, cell("th", labels[i], "row"), ...row.map((count) => cell("td", count))));
  const whole = element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
  const scrolled = element("div", { className: "matrix", tabIndex: 0, role: "region", ariaLabel: "Confusion matrix" }, whole);
  return element("details", {}, element("summary", { textContent: "Confusion matrix" }), scrolled);
}
