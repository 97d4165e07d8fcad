"""How long an answer takes: a face in LiteRT on one thread, `fer predict` as a whole process, and the web page.

    python benchmarks/inference.py [--rounds 5]

CPU milliseconds a face are measured as for a run's card (`fer.inference.milliseconds_a_face`). The web row needs
`chromium` and playwright: seconds from starting the server to the first answered photo.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
PHOTO = ROOT / "pages/parts/samples/astronaut.jpg"


def predict_process(photo: Path) -> tuple[float, float]:
    """Wall seconds and peak memory in MB of one `python -m fer predict`."""
    started = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "fer", "predict", photo], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return time.monotonic() - started, usage.ru_maxrss / 1024


def first_answer() -> tuple[float, float]:
    """Seconds from the server's start to the first answered photo in Chromium, and the server's memory in MB then."""
    from playwright.sync_api import sync_playwright

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags).new_page()
        # with an address of its own Streamlit does not first look for this machine's outside one
        flags = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={port}"]
        started = time.monotonic()
        server = subprocess.Popen([sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *flags], cwd=ROOT)
        try:
            _open(page, f"http://127.0.0.1:{port}")
            page.locator("input[type=file]").set_input_files(PHOTO)
            page.get_by_text("Face 1", exact=True).wait_for()
            page.locator(".js-plotly-plot").wait_for()
            return time.monotonic() - started, _resident_megabytes(server.pid)
        finally:
            server.terminate()
            server.wait()


def _open(page, address: str) -> None:
    from playwright.sync_api import Error

    for _ in range(200):
        try:
            page.goto(address)
            return
        except Error:  # the server does not listen yet
            time.sleep(0.05)


def _resident_megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=5)
    rounds = options.parse_args().rounds
    from fer.inference.timing import milliseconds_a_face
    from fer.runs.store import RunStore

    for run in RunStore():
        if run.is_usable:
            print(f"{run.id}: {milliseconds_a_face(run):.2f} ms CPU a face")
    for name, measure in (("fer predict", lambda: predict_process(PHOTO)), ("server to first answer", first_answer)):
        measure()  # warms the disk
        seconds, memory = zip(*(measure() for _ in range(rounds)), strict=True)
        print(f"{name}: {min(seconds):.2f} s at best, {statistics.median(seconds):.2f} median, {max(memory):.0f} MB")


if __name__ == "__main__":
    main()
