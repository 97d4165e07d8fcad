// Finds faces with YuNet as fer/faces/detectors/yunet.py does, whose boxes come from OpenCV's FaceDetectorYN.

const STRIDES = [8, 16, 32], VALUES = 16, OVERLAP = 0.3; // OpenCV's limit for boxes of the same face

// The network's input for an image: its shape, and the size to which the image is shrunk within it.
export function inputFor(width, height, side) {
  const small = side === 320 ? 256 : 480;
  const shape = width >= height ? { width: side, height: small } : { width: small, height: side };
  const scale = Math.min(1, shape.width / width, shape.height / height);
  return { ...shape, inner: { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) } };
}

let latest; // the input that was filled last, and what it was for; the next one overwrites it

// The image shrunk by averaging, as OpenCV's INTER_AREA, in the top left of a black input: Float32Array, BGR.
export function fill({ data, width, height }, { width: across, height: down, inner }) {
  const name = [across, down, inner.width, inner.height].join();
  if (latest?.name !== name) latest = { name, result: new Float32Array(across * down * 3) };
  const { result } = latest, sums = new Float32Array(inner.width * 3);
  const columns = shares(width, inner.width), rows = shares(height, inner.height);
  const halved = width === 2 * inner.width && height === 2 * inner.height; // OpenCV then rounds halves up, else to even
  for (let i = 0; i < inner.height; i++) {
    sums.fill(0);
    rows[i].weights.forEach((weight, k) => addRow(sums, data, (rows[i].first + k) * width, columns, weight));
    for (let j = 0, to = i * across * 3; j < sums.length; j++, to++) {
      const up = (sums[j] + 0.5) | 0;
      result[to] = !halved && up - sums[j] === 0.5 ? up - (up & 1) : up;
    }
  }
  return result;
}

function addRow(sums, data, start, columns, weight) {
  for (let j = 0, to = 0; j < columns.length; j++, to += 3) {
    const { first, weights } = columns[j];
    for (let k = 0, at = 4 * (start + first); k < weights.length; k++, at += 4) {
      const share = weight * weights[k];
      sums[to] += share * data[at + 2];
      sums[to + 1] += share * data[at + 1];
      sums[to + 2] += share * data[at];
    }
  }
}

// Which pixels make up each smaller one, and with which share.
function shares(from, to) {
  const scale = from / to;
  return Array.from({ length: to }, (_, i) => {
    const start = i * scale, end = Math.min((i + 1) * scale, from), first = Math.floor(start + 1e-9), weights = [];
    for (let pixel = first; pixel < end - 1e-9; pixel++) weights.push((Math.min(end, pixel + 1) - Math.max(start, pixel)) / scale);
    return { first, weights };
  });
}

// Faces from the network's output, from left to right: {box, score, landmarks} in pixels of the image.
export function decode(output, input, { width, height }, score) {
  const x = width / input.inner.width, y = height / input.inner.height;
  const clip = (value, most) => Math.round(Math.min(Math.max(value, 0), most));
  const faces = separate(candidates(output, input, score)).map(({ box: [left, top, wide, high], points, score }) => {
    const [x1, y1] = [clip(left * x, width), clip(top * y, height)];
    const box = [x1, y1, Math.max(clip((left + wide) * x, width), x1 + 1), Math.max(clip((top + high) * y, height), y1 + 1)];
    return { box, score, landmarks: points.map((point) => [point[0] * x, point[1] * y]) };
  });
  return faces.sort((a, b) => a.box[0] - b.box[0]);
}

function candidates(output, input, least) {
  const found = [];
  let at = 0;
  for (const stride of STRIDES) {
    for (let row = 0; row < input.height / stride; row++) {
      for (let column = 0; column < input.width / stride; column++, at += VALUES) {
        const clamped = (value) => Math.min(Math.max(value, 0), 1);
        const score = Math.sqrt(clamped(output[at]) * clamped(output[at + 1]));
        if (score < least) continue;
        const [dx, dy, logWidth, logHeight] = output.subarray(at + 2, at + 6);
        const wide = Math.exp(logWidth) * stride, high = Math.exp(logHeight) * stride;
        const box = [(column + dx) * stride - wide / 2, (row + dy) * stride - high / 2, wide, high];
        const points = [6, 8, 10, 12, 14].map((i) => [(output[at + i] + column) * stride, (output[at + i + 1] + row) * stride]);
        found.push({ score, box, points });
      }
    }
  }
  return found;
}

// The best box of each face; others that overlap it are dropped.
function separate(found) {
  const kept = [];
  for (const one of found.sort((a, b) => b.score - a.score)) {
    if (kept.every((other) => overlap(one.box.map(Math.trunc), other.box.map(Math.trunc)) <= OVERLAP)) kept.push(one);
  }
  return kept;
}

function overlap([x, y, wide, high], [left, top, width, height]) {
  const across = Math.min(x + wide, left + width) - Math.max(x, left);
  const down = Math.min(y + high, top + height) - Math.max(y, top);
  const shared = Math.max(across, 0) * Math.max(down, 0);
  return shared / (wide * high + width * height - shared);
}
