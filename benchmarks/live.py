"""Live from a fake camera in Chromium: frames a second, delay, the server's processor time, and memory.

    python benchmarks/live.py [--place browser] [--model vgg_small] [--heads 1] [--visitors 1] [--seconds 30]

640 x 480 at 30 frames a second; the page's own figures. Browser, server and camera share this machine's cores, so the
machine must be idle. The bars (two cores), read in the browser: one head 28 frames a second with vgg_small and
mini_xception, 20 with flagship; five heads 15; 3% of a core for the server and 500 MB for the largest renderer. Read on
the server: one head 25 frames a second, 60 ms and one core; five heads 20; two visitors 12 each.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from helpers import fake_camera  # noqa: E402
from helpers.browsing import browse, serve  # noqa: E402

EVERY = 5  # seconds between readings, over which the page measures its pace


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--place", choices=("browser", "server"), default="browser")
    parser.add_argument("--model", default="vgg_small")
    for name, default in (("heads", 1), ("visitors", 1), ("seconds", 30)):
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


def start(tab, server: str, chosen: argparse.Namespace) -> float:
    """Start the camera; seconds until the first face is listed."""
    tab.goto(f"{server}/live?model={chosen.model}")
    if chosen.place == "server":
        tab.get_by_text("On the server", exact=True).click()
        tab.get_by_text("is sent to the server").wait_for()
    tab.get_by_role("button", name="Continue").click()
    part = tab if chosen.place == "browser" else tab.frame_locator("iframe").first
    button = part.get_by_role("button", name="Start" if chosen.place == "browser" else "START", exact=True)
    button.click()
    started = time.monotonic()
    tab.locator(".now article").first.wait_for()
    return time.monotonic() - started


def measure(tabs: list, process: psutil.Process, seconds: int) -> Iterator[str]:
    """The pages' figures every five seconds, and at the end the server's share of a core."""
    before, started = sum(process.cpu_times()[:2]), time.monotonic()
    while time.monotonic() - started < seconds:
        tabs[0].wait_for_timeout(1000 * EVERY)
        paces = [tab.locator(".status").inner_text().split("\n")[0] for tab in tabs]
        yield f"{' | '.join(paces)} | server {process.memory_info().rss / 2**20:.0f} MB, renderer {renderer():.0f} MB"
    yield f"server: {(sum(process.cpu_times()[:2]) - before) / (time.monotonic() - started):.1%} of a core"


def renderer() -> float:
    """Megabytes of the largest renderer of this benchmark's browser."""
    ours = psutil.Process().children(recursive=True)
    return max((p.memory_info().rss / 2**20 for p in ours if "--type=renderer" in p.cmdline()), default=0.0)


def main() -> None:
    chosen = options()
    with tempfile.TemporaryDirectory() as folder:
        footage = fake_camera.write(Path(folder) / "camera.y4m", chosen.heads)
        with serve(ROOT) as server, browse(*fake_camera.flags(footage)) as first:
            tabs = [first, *(first.context.browser.new_page() for _ in range(chosen.visitors - 1))]
            for tab in tabs:
                print(f"first face after {start(tab, server, chosen):.1f} s")
            port = f"--server.port={server.rsplit(':', 1)[1]}"
            process = next(p for p in psutil.process_iter(["cmdline"]) if port in (p.info["cmdline"] or []))
            first.wait_for_timeout(1000 * EVERY)
            for line in measure(tabs, process, chosen.seconds):
                print(line, flush=True)


if __name__ == "__main__":
    main()
