// Stable face numbers from frame to frame, and smoothed probabilities, as in fer/video/tracker.py, which has the reasons.

const OVERLAP = 0.3, REACH = 1, MOST_GROWTH = 2, LONGEST_GLIDE = 1, ANEW = 3, MEMORY = 2;

const centre = ([x1, y1, x2, y2]) => [(x1 + x2) / 2, (y1 + y2) / 2];
const side = ([x1, y1, x2, y2]) => Math.sqrt((x2 - x1) * (y2 - y1));

export class Tracker {
  constructor() {
    Object.assign(this, { smoothing: 0.5, tracks: [], numbers: 0, time: -Infinity });
  }

  // faces: [{box, probabilities}]; model: what made these probabilities. Adds number, firstSeen, and smooths.
  update(faces, time, model) {
    this.time = time = Math.max(time, this.time);
    this.tracks = this.tracks.filter((track) => time - track.seen <= MEMORY);
    const found = this.find(faces.map((face) => face.box), time);
    const seen = new Set(found.values());
    for (const track of this.tracks) track.present = track.present && seen.has(track);
    return faces.map((face, i) => this.follow(found.get(i), face, time, model));
  }

  // The known face of each box, by its index: present faces first, and overlapping ones first.
  find(boxes, time) {
    const found = new Map();
    for (const present of [true, false]) {
      for (const similarity of [overlap, nearness]) {
        const known = new Set(found.values());
        const tracks = this.tracks.filter((track) => track.present === present && !known.has(track));
        const left = [...boxes.entries()].filter(([i]) => !found.has(i));
        for (const [i, track] of pairs(tracks, left, (track, box) => similarity(track, box, time))) found.set(i, track);
      }
    }
    return found;
  }

  follow(track, face, time, model) {
    const latest = Float64Array.from(face.probabilities);
    if (!track) {
      track = { number: ++this.numbers, firstSeen: time, velocity: [0, 0], probabilities: latest };
      this.tracks.push(track);
    } else {
      const seconds = time - track.seen;
      track.velocity = track.present ? velocity(track.box, face.box, seconds) : [0, 0];
      const anew = !this.smoothing || track.model !== model || (!track.present && seconds > ANEW * this.smoothing);
      const kept = anew ? 0 : Math.exp(-seconds / this.smoothing);
      track.probabilities = latest.map((value, i) => (kept ? value + kept * (track.probabilities[i] - value) : value));
    }
    Object.assign(track, { seen: time, box: face.box, model, present: true });
    return { ...face, number: track.number, firstSeen: track.firstSeen, probabilities: Float32Array.from(track.probabilities) };
  }
}

// The track of each box, most similar first; each track once, and none with a similarity of 0.
function pairs(tracks, boxes, similarity) {
  const scored = tracks.flatMap((track) => boxes.map(([i, box]) => [similarity(track, box), i, track]));
  const result = new Map(), taken = new Set();
  for (const [, i, track] of scored.filter(([score]) => score > 0).sort((a, b) => b[0] - a[0])) {
    if (result.has(i) || taken.has(track)) continue;
    result.set(i, track);
    taken.add(track);
  }
  return result;
}

// Where the track is expected by now.
function expected(track, time) {
  const seconds = Math.min(time - track.seen, LONGEST_GLIDE);
  return track.box.map((edge, i) => edge + track.velocity[i % 2] * seconds);
}

function overlap(track, box, time) {
  const ours = expected(track, time);
  const across = Math.min(ours[2], box[2]) - Math.max(ours[0], box[0]);
  const down = Math.min(ours[3], box[3]) - Math.max(ours[1], box[1]);
  const shared = Math.max(across, 0) * Math.max(down, 0);
  const share = shared / (side(ours) ** 2 + side(box) ** 2 - shared);
  return share >= OVERLAP ? share : 0;
}

function nearness(track, box, time) {
  const sides = [side(track.box), side(box)];
  if (Math.max(...sides) > MOST_GROWTH * Math.min(...sides)) return 0;
  const [x, y] = centre(box), places = [centre(track.box), centre(expected(track, time))];
  const distance = Math.min(...places.map((place) => Math.hypot(x - place[0], y - place[1])));
  return Math.max(0, 1 - distance / ((sides[0] + sides[1]) / 2) / REACH);
}

function velocity(before, after, seconds) {
  const [old, now] = [centre(before), centre(after)];
  return seconds > 0 ? [(now[0] - old[0]) / seconds, (now[1] - old[1]) / seconds] : [0, 0];
}
