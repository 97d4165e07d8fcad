// Shows what Python drew; replaces it only where it changed, and takes the focus once for each run that was started.
const focused = new Set();

export default function ({ data, parentElement }) {
  const host = parentElement.querySelector(".view");
  if (host.drawn !== data.html) {
    host.innerHTML = data.html;
    host.drawn = data.html;
  }
  if (data.focus && !focused.has(data.focus)) {
    focused.add(data.focus);
    host.focus({ preventScroll: true });
    const top = host.getBoundingClientRect().top;
    if (top < 0 || top > 0.6 * window.innerHeight) host.scrollIntoView({ block: "start" });
  }
}
