// One lane of emotions per face, and the strongest moments. Under a video, a click jumps there.
// data: {start, end, still, faces: [{number, spans: [{start, end, title, percent, color}]}],
//        moments: [{title, percent, time, number, color, image}]}; times in seconds of the original video, of which
// the player shows the part from start to end. still: there is no player, as in a live session.

const clock = (seconds) => `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, "0")}`;

function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".lanes");
  const length = Math.max(data.end - data.start, 0.001);
  const place = (time) => `${(100 * Math.min(Math.max(time - data.start, 0), length)) / length}%`;
  const player = () => document.querySelector('[data-testid="stVideo"]');
  const jump = (time) => {
    const video = player();
    if (!video) return;
    video.currentTime = Math.max(0, time - data.start);
    video.scrollIntoView({ block: "nearest", behavior: "smooth" });
  };
  const head = element("div", { className: "head" });
  const lanes = data.faces.map((face) => {
    const track = element("div", { className: "track" });
    for (const span of face.spans) {
      const words = `Face ${face.number}, ${span.title} ${span.percent}, ${clock(span.start)} to ${clock(span.end)}`;
      const button = element(data.still ? "span" : "button", { title: words });
      if (!data.still) Object.assign(button, { type: "button", ariaLabel: words });
      button.style.left = place(span.start);
      button.style.width = `calc(${(100 * (Math.min(span.end, data.end) - Math.max(span.start, data.start))) / length}% - 1px)`;
      button.style.background = span.color;
      button.onclick = data.still ? null : (event) => {
        const box = track.getBoundingClientRect();
        const there = data.start + (length * (event.clientX - box.left)) / box.width;
        jump(event.detail ? there : span.start);  // from the keyboard, a click has no place
      };
      track.append(button);
    }
    return element("div", { className: "lane" }, element("span", { textContent: `Face ${face.number}` }), track);
  });
  const scale = element("div", { className: "scale" });
  for (const share of [0, 0.25, 0.5, 0.75, 1]) scale.append(element("span", { textContent: clock(data.start + share * length) }));
  const seen = new Map(data.faces.flatMap((face) => face.spans).map((span) => [span.title, span.color]));
  const legend = element("div", { className: "legend" });
  for (const [title, color] of seen) {
    const dot = element("i");
    dot.style.background = color;
    legend.append(element("span", {}, dot, title));
  }
  const moments = element("div", { className: "moments" });
  for (const moment of data.moments) {
    const button = element("button", { type: "button", title: `Face ${moment.number}` });
    button.append(element("img", { src: moment.image, alt: "" }), element("b", { textContent: `${moment.title} ${moment.percent}` }));
    button.append(element("span", { textContent: clock(moment.time) }));
    button.style.setProperty("--emotion", moment.color);
    button.onclick = () => jump(moment.time);
    moments.append(button);
  }
  const tracks = element("div", { className: "tracks" }, ...lanes, element("div", { className: "lane" }, element("span"), scale));
  root.replaceChildren(tracks, legend);
  if (data.moments.length) root.append(element("h3", { textContent: "Strongest moments" }), moments);
  if (data.still) return;
  tracks.append(element("div", { className: "over" }, head));

  const move = () => {
    const video = player();
    if (video) head.style.left = place(data.start + video.currentTime);
  };
  const timer = setInterval(move, 100);
  return () => clearInterval(timer);
}
