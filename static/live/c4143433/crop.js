// Cuts a face out as fer/faces/crop.py does, whose pixels come from Pillow: a square around the landmarks, turned
// upright, grey, 48 pixels wide. tests/browser/test_browser_live_parity.py compares the two.

export const SIZE = 48;
const SPREADS = 4.05, RISE = 0.06, FINER = 2;
const ONE = 2 ** 22; // Pillow's fixed point for weights of 8-bit images

// The square: centre, side, and its clockwise turn in radians. landmarks: eyes, nose, corners of the mouth.
export function squareOf(landmarks) {
  const mean = (points, axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const spread = (axis) => mean(landmarks.map((point) => [(point[axis] - mean(landmarks, axis)) ** 2]), 0);
  const side = Math.max(SPREADS * Math.sqrt(spread(0) + spread(1)), 1);
  const [left, right, , corner, other] = landmarks;
  const down = [0, 1].map((axis) => mean([corner, other], axis) - mean([left, right], axis));
  const along = [0, 1].map((axis) => right[axis] - left[axis] + other[axis] - corner[axis]);
  const turn = Math.atan2(along[1] - down[0], along[0] + down[1]);
  const [x, y] = [0, 1].map((axis) => mean(landmarks, axis));
  return { x: x + RISE * side * Math.sin(turn), y: y - RISE * side * Math.cos(turn), side, turn };
}

// image: {data, width, height}, RGBA. Returns Uint8Array (48 * 48), grey.
export function crop(image, landmarks) {
  const square = squareOf(landmarks);
  const { side, turn } = square;
  const reach = (side / 2) * (Math.abs(Math.cos(turn)) + Math.abs(Math.sin(turn))) + side / SIZE;
  const extent = Math.ceil(2 * reach) + 1;
  const left = Math.floor(square.x - reach), top = Math.floor(square.y - reach);
  let around = { data: grey(image, left, top, extent), width: extent, height: extent };
  let [x, y, half] = [square.x - left, square.y - top, side / 2];
  if (turn) {
    const shown = Math.min(extent, Math.ceil((extent * FINER * SIZE) / side));
    [x, y, half] = [x, y, half].map((length) => (length * shown) / extent);
    if (shown !== extent) around = shrink(around, shown);
    around = rotate(around, turn, x, y, half);
  }
  return resample(around, [x - half, y - half, x + half, y + half], SIZE);
}

// A square of the image in grey; edge pixels are repeated outside.
function grey({ data, width, height }, left, top, extent) {
  const result = new Uint8Array(extent * extent);
  for (let i = 0, to = 0; i < extent; i++) {
    const row = Math.min(Math.max(top + i, 0), height - 1) * width;
    for (let j = 0; j < extent; j++, to++) {
      const at = 4 * (row + Math.min(Math.max(left + j, 0), width - 1));
      result[to] = (data[at] * 19595 + data[at + 1] * 38470 + data[at + 2] * 7471 + 0x8000) >> 16;
    }
  }
  return result;
}

// Pillow's resize with reducing_gap=2: averages blocks first where it shrinks to a quarter or less.
function shrink(image, shown) {
  const factor = Math.trunc(image.width / shown / 2) || 1;
  const end = image.width / factor;
  return { data: resample(reduce(image, factor), [0, 0, end, end], shown), width: shown, height: shown };
}

function reduce(image, factor) {
  if (factor === 1) return image;
  const size = Math.ceil(image.width / factor), data = new Uint8Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let sum = 0, count = 0;
      for (let y = i * factor; y < Math.min((i + 1) * factor, image.height); y++) {
        for (let x = j * factor; x < Math.min((j + 1) * factor, image.width); x++, count++) sum += image.data[y * image.width + x];
      }
      data[i * size + j] = (sum + (count >> 1)) / count;
    }
  }
  return { data, width: size, height: size };
}

const cubic = (a, b, c, d, t) => b + t * (c - a + t * (2 * (a - b) + c - d + t * (b - a + d - c)));

// Pillow's rotate about (centreX, centreY), bicubic; only where the square around the centre will be read.
function rotate({ data, width }, turn, centreX, centreY, half) {
  const cos = Math.cos(turn), sin = Math.sin(turn), result = new Uint8Array(width * width), column = new Float64Array(4);
  const margin = half + (2 * half) / SIZE * 2 + 2; // bicubic support
  const range = (centre) => [Math.max(0, Math.floor(centre - margin)), Math.min(width, Math.ceil(centre + margin))];
  const [[fromX, toX], [fromY, toY]] = [range(centreX), range(centreY)];
  const inside = (i) => Math.min(Math.max(i, 0), width - 1);
  for (let i = fromY; i < toY; i++) {
    for (let j = fromX; j < toX; j++) {
      const dx = j + 0.5 - centreX, dy = i + 0.5 - centreY;
      const x = cos * dx - sin * dy + centreX, y = sin * dx + cos * dy + centreY;
      if (x < 0 || x >= width || y < 0 || y >= width) continue;
      const left = Math.floor(x - 0.5), top = Math.floor(y - 0.5), along = x - 0.5 - left;
      for (let k = 0; k < 4; k++) {
        const row = top - 1 + k;
        if (k && (row < 0 || row >= width)) { column[k] = column[k - 1]; continue; }
        const at = inside(row) * width, pixel = (i) => data[at + inside(i)];
        column[k] = cubic(pixel(left - 1), pixel(left), pixel(left + 1), pixel(left + 2), along);
      }
      const value = cubic(column[0], column[1], column[2], column[3], y - 0.5 - top);
      result[i * width + j] = value <= 0 ? 0 : value >= 255 ? 255 : value;
    }
  }
  return { data: result, width, height: width };
}

// Pillow's bicubic resize of a part of the image to size × size.
function resample({ data, width, height }, [x1, y1, x2, y2], size) {
  const across = weights(width, x1, x2, size), down = weights(height, y1, y2, size);
  const first = down[0].first, last = down[size - 1].first + down[size - 1].values.length;
  const rows = new Uint8Array((last - first) * size), result = new Uint8Array(size * size);
  for (let i = first; i < last; i++) {
    for (let j = 0; j < size; j++) rows[(i - first) * size + j] = weighted(data, i * width + across[j].first, 1, across[j].values);
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) result[i * size + j] = weighted(rows, (down[i].first - first) * size + j, size, down[i].values);
  }
  return result;
}

function weighted(data, start, step, values) {
  let sum = ONE / 2;
  for (let k = 0; k < values.length; k++) sum += data[start + k * step] * values[k];
  return Math.min(Math.max(Math.floor(sum / ONE), 0), 255);
}

function weights(length, from, to, size) {
  const scale = (to - from) / size, filter = Math.max(scale, 1), support = 2 * filter;
  return Array.from({ length: size }, (_, i) => {
    const centre = from + (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const last = Math.min(length, Math.trunc(centre + support + 0.5));
    const raw = Array.from({ length: last - first }, (_, k) => keys(Math.abs((k + first - centre + 0.5) / filter)));
    const sum = raw.reduce((total, value) => total + value, 0);
    return { first, values: raw.map((value) => Math.trunc((value / sum) * ONE + Math.sign(value) * 0.5)) };
  });
}

const keys = (x) => (x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((x - 5) * x + 8) * -0.5 * x + 2 : 0);
