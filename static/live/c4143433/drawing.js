// Boxes and labels on the canvas over the video, the list of the faces in view, and snapshots.

const GREY = "#8C8C8C", NOT_SURE = "#BBBBBB";

// What is said of a face: its most likely class, or that this is not sure.
export function answer({ probabilities, number }, { labels, titles, colors }, threshold) {
  const best = probabilities.indexOf(Math.max(...probabilities));
  const share = probabilities[best], sure = share >= threshold, percent = `${Math.round(100 * share)}%`;
  const bars = labels.map((label, i) => ({ label, share: probabilities[i], color: colors[i] }));
  const words = sure ? [titles[best], percent] : ["Not sure", `${labels[best]} ${percent}`];
  return { number, title: words[0], percent: words[1], color: sure ? colors[best] : GREY, mark: sure ? colors[best] : NOT_SURE, bars };
}

// Marks faces of a frame of that size; the canvas is as large as the frame.
export function mark(canvas, { faces, width, height }, answers, mirrored) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d"), size = Math.max(13, Math.round(Math.max(width, height) / 40));
  context.clearRect(0, 0, width, height);
  context.lineWidth = Math.max(2, Math.round(width / 250));
  context.font = `600 ${size}px sans-serif`;
  faces.forEach(({ box: [x1, y1, x2, y2] }, i) => {
    const { number, title, percent, mark: color } = answers[i];
    const left = mirrored ? width - x2 : x1, text = `${number} ${title} ${percent}`;
    context.strokeStyle = context.fillStyle = color;
    context.strokeRect(left, y1, x2 - x1, y2 - y1);
    const wide = context.measureText(text).width + size, high = size * 1.4;
    const x = Math.min(Math.max(left, 0), Math.max(width - wide, 0)), y = y1 >= high ? y1 - high : Math.min(y2, height - high);
    context.fillRect(x, y, wide, high);
    context.fillStyle = "black";
    context.fillText(text, x + size / 2, y + size * 1.05);
  });
}

// The video's present frame with the marks, as a PNG.
export async function snapshot(video, marks, mirrored) {
  const { videoWidth: width, videoHeight: height } = video, canvas = new OffscreenCanvas(width, height), context = canvas.getContext("2d");
  if (mirrored) context.setTransform(-1, 0, 0, 1, width, 0);
  context.drawImage(video, 0, 0);
  context.setTransform(1, 0, 0, 1, 0, 0);
  if (marks.width) context.drawImage(marks, 0, 0, width, height); // none before the first frame is read
  return canvas.convertToBlob({ type: "image/png" });
}

function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

function row({ label, share, color }) {
  const fill = element("i");
  fill.style.width = `${100 * share}%`;
  fill.style.background = color;
  const words = [label, `${Math.round(100 * share)}%`].map((textContent) => element("span", { textContent }));
  return [words[0], element("span", { className: "track" }, fill), words[1]];
}

// The list of faces: number, emotion and a bar for each class.
export function list(root, answers, empty) {
  const faces = answers.map(({ number, title, percent, color, bars }) => {
    const head = element("div", { className: "head" }, element("b", { textContent: title }), ` ${percent}`);
    head.append(element("small", { textContent: `Face ${number}` }));
    head.style.setProperty("--emotion", color);
    return element("article", {}, head, element("div", { className: "bars" }, ...bars.flatMap(row)));
  });
  root.replaceChildren(...(faces.length ? faces : [element("p", { textContent: empty })]));
}
