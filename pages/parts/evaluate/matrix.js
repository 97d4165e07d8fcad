// A confusion matrix as a grid of buttons: one stop of the Tab key, arrow keys inside (WAI-ARIA's grid pattern).

export default function ({ data, parentElement, setTriggerValue }) {
  const table = parentElement.querySelector("table");
  const drawn = JSON.stringify([data.labels, data.sentences]);
  if (table.drawn !== drawn) {
    build(table, data.labels.length);
    table.drawn = drawn;
  }
  fill(table, data);
  choose(table, data.chosen);
  table.onclick = (event) => {
    const button = event.target.closest("button");
    if (button) {
      choose(table, button.name); // at once: the images follow
      setTriggerValue("cell", button.name);
    }
  };
  table.onkeydown = (event) => move(table, event, data.labels.length);
}

function build(table, classes) {
  table.style.setProperty("--classes", classes);
  table.tHead.replaceChildren(row([document.createElement("td"), ...heads(classes, "col")]));
  table.tBodies[0].replaceChildren(
    ...heads(classes, "row").map((head, i) => row([head, ...Array.from({ length: classes }, (_, j) => cell(i, j))])),
  );
}

function heads(classes, scope) {
  return Array.from({ length: classes }, () => {
    const head = document.createElement("th");
    head.scope = scope;
    return head;
  });
}

function row(cells) {
  const row = document.createElement("tr");
  row.append(...cells);
  return row;
}

function cell(i, j) {
  const cell = document.createElement("td");
  const button = document.createElement("button");
  button.type = "button";
  button.name = `${i}-${j}`;
  button.classList.toggle("right", i === j);
  cell.append(button);
  return cell;
}

function fill(table, data) {
  const heads = (part) => part.querySelectorAll("th");
  for (const part of [table.tHead, table.tBodies[0]]) {
    heads(part).forEach((head, i) => {
      head.textContent = head.title = data.labels[i];
    });
  }
  for (const button of table.querySelectorAll("button")) {
    const [i, j] = button.name.split("-");
    button.textContent = data.texts[i][j];
    button.style.setProperty("--shade", data.shades[i][j]);
    button.title = data.sentences[i][j];
    button.setAttribute("aria-label", data.sentences[i][j]);
  }
}

function choose(table, name) {
  for (const button of table.querySelectorAll("button")) {
    const chosen = button.name === name;
    button.setAttribute("aria-pressed", chosen);
    button.tabIndex = chosen ? 0 : -1;
  }
}

function move(table, event, classes) {
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  const button = event.target.closest("button");
  if (!steps || !button) return;
  event.preventDefault();
  const [i, j] = button.name.split("-").map((place, axis) => (Number(place) + steps[axis] + classes) % classes);
  const next = table.querySelector(`button[name="${i}-${j}"]`);
  button.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
