// A table of models whose rows open one: a bar with its interval for accuracy, and a button in each row for the keyboard.
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter(Boolean));
  return element;
};

function bar({ share, low, high }) {
  const percent = (value) => `${100 * value}%`;
  const fill = make("span", { className: "fill" });
  const whisker = make("span", { className: "whisker" });
  fill.style.width = percent(share);
  whisker.style.left = percent(low);
  whisker.style.width = percent(high - low);
  const track = make("span", { className: "track" }, fill, whisker);
  track.setAttribute("aria-hidden", "true");
  return track;
}

function accuracy(row) {
  if (!row.accuracy) return make("td", { className: "accuracy", textContent: row.unknown });
  const numbers = make(
    "span",
    { className: "numbers" },
    make("b", { textContent: row.accuracy }),
    make("span", { className: "interval", textContent: row.interval }),
  );
  return make("td", { className: "accuracy" }, make("span", { className: "cell" }, bar(row), numbers));
}

function line(row, data, open) {
  const button = make("button", { type: "button", textContent: row.id, className: "name" });
  button.setAttribute("aria-haspopup", "dialog");
  const badge = row.badge && make("span", { className: "badge", textContent: row.badge });
  const note = row.note && make("span", { className: "note", textContent: row.note });
  const first = make("th", { scope: "row" }, button, badge, note);
  const cells = data.columns.map(({ name }) => make("td", { className: name, textContent: row.cells[name] }));
  const found = make("tr", { onclick: () => open(row.id) }, first, accuracy(row), ...cells);
  if (row.is_open) found.className = "open";
  return found;
}

function body(group, data, open) {
  const rows = group.rows.map((row) => line(row, data, open));
  if (group.title) {
    const title = make("th", { scope: "rowgroup", colSpan: data.columns.length + 2, textContent: group.title });
    rows.unshift(make("tr", { className: "group" }, title));
  }
  return make("tbody", {}, ...rows);
}

function table(data, open) {
  const names = [{ name: "model", title: "Model" }, { name: "accuracy", title: "Accuracy, 95% interval" }, ...data.columns];
  const heads = names.map(({ name, title }) => make("th", { scope: "col", className: name, textContent: title }));
  const found = make("table", {}, make("thead", {}, make("tr", {}, ...heads)));
  found.setAttribute("aria-label", data.label);
  found.append(...data.groups.map((group) => body(group, data, open)));
  return found;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const text = JSON.stringify(data);
  const before = parentElement.querySelector("table");
  if (before?.dataset.from === text) return; // else the focus would be lost
  const fresh = table(data, (id) => setTriggerValue("opened", id));
  fresh.dataset.from = text;
  before ? before.replaceWith(fresh) : parentElement.append(fresh);
}
