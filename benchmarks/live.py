"""Live from a fake camera in Chromium: frames a second through Python, delay, and what the server takes of the machine.

    python benchmarks/live.py [--heads 1] [--visitors 1] [--seconds 30]

640 x 480 at 30 frames a second; the page's own figures, which are measured in Python, and the server's processor time.
Browser, server and camera share this machine's cores, so the machine must be idle. The bars (two cores): one head 25
frames a second, 60 ms and one core; five heads 20 frames a second; two visitors 12 each.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from helpers import fake_camera  # noqa: E402
from helpers.browsing import browse, serve  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("heads", 1), ("visitors", 1), ("seconds", 30)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        footage = fake_camera.write(Path(folder) / "camera.y4m", options.heads)
        with serve(ROOT) as server, browse(*fake_camera.flags(footage)) as first:
            tabs = [first, *(first.context.browser.new_page() for _ in range(options.visitors - 1))]
            for tab in tabs:
                tab.goto(f"{server}/live")
                tab.frame_locator("iframe").first.get_by_role("button", name="START").click(timeout=60_000)
                tab.get_by_text("Frames per second").wait_for(timeout=60_000)
            port = f"--server.port={server.rsplit(':', 1)[1]}"
            process = next(p for p in psutil.process_iter(["cmdline"]) if port in (p.info["cmdline"] or []))
            first.wait_for_timeout(5000)  # the page's figures look five seconds back
            before, started = sum(process.cpu_times()[:2]), time.monotonic()
            readings = []
            while time.monotonic() - started < options.seconds:
                first.wait_for_timeout(5000)
                memory = f"server {process.memory_info().rss / 2**20:.0f} MB"
                readings.append([[*tab.get_by_test_id("stMetric").all_inner_texts(), memory] for tab in tabs])
            cores = (sum(process.cpu_times()[:2]) - before) / (time.monotonic() - started)
    for values in readings:
        print(" | ".join(", ".join(" ".join(value.split()) for value in tab) for tab in values))
    print(f"server: {cores:.2f} cores")


if __name__ == "__main__":
    main()
