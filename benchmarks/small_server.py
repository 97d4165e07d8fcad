"""Does the app fit a small server? Run it inside a memory limit and see whether the system kills anything.

    python benchmarks/small_server.py

Photos: `fer predict` with the flagship on 20 photos of 12 megapixels each, in 600 MB. Training: the web server and one
`mini_xception` training in 1.5 GB, while Chromium (outside the limit) uploads the photos, ten at a time. Needs Linux,
root, and a memory cgroup (version 1 or 2) that may be made.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from fer.data.formats import synthetic

ROOT = Path(__file__).parents[1]
PORT = 8797


class Limit:
    """A memory cgroup: a context manager that makes and removes it."""

    def __init__(self, megabytes: int):
        first = Path("/sys/fs/cgroup/memory")
        self._old = first.is_dir()
        self.path = (first if self._old else Path("/sys/fs/cgroup")) / f"fer-{os.getpid()}"
        self._most = megabytes * 10**6

    def __enter__(self) -> "Limit":
        self.path.mkdir()
        (self.path / ("memory.limit_in_bytes" if self._old else "memory.max")).write_text(str(self._most))
        return self

    def __exit__(self, *_) -> None:
        time.sleep(1)
        self.path.rmdir()

    def start(self, *command: str, **environment: str) -> subprocess.Popen:
        """Start a command inside the limit; its output is dropped."""
        inside = ["sh", "-c", f'echo $$ > {self.path}/cgroup.procs; exec "$@"', "sh", *command]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(inside, cwd=ROOT, stdout=quiet, stderr=quiet, env={**os.environ, **environment})

    @property
    def peak(self) -> str:
        """The most memory that was ever used, with file cache, and how often the system killed something."""
        names = ("memory.max_usage_in_bytes", "memory.oom_control") if self._old else ("memory.peak", "memory.events")
        most = int((self.path / names[0]).read_text()) / 1e6
        killed = dict(line.split() for line in (self.path / names[1]).read_text().splitlines())["oom_kill"]
        return f"peak {most:,.0f} MB with file cache, {killed} killed"


def photos(folder: Path) -> None:
    """20 photos of 4000 x 3000 with three drawn faces each, so that crops and networks have work to do."""
    faces, _ = synthetic.draw(9, 3)
    for number in range(20):
        photo = np.full((3000, 4000, 3), 120, np.uint8)
        for place in range(3):
            face = np.asarray(Image.fromarray(faces[(3 * number + place) % len(faces)]).resize((900, 900)))
            photo[1000:1900, 300 + 1200 * place : 1200 + 1200 * place] = face[..., None]
        Image.fromarray(photo).save(folder / f"{number:02}.jpg", quality=90)


def predict(limit: Limit, folder: Path) -> int:
    """The exit status: negative if the system killed it."""
    arguments = ["predict", str(folder), "--model", "flagship", "--tta", "--csv", str(folder / "out.csv")]
    return limit.start(sys.executable, "-m", "fer", *arguments).wait()


def serve_and_train(limit: Limit, folder: Path) -> tuple[int | None, int]:
    """The server's exit status, None while it lives, and the training's status."""
    models = folder / "models"
    shutil.copytree(ROOT / "models/flagship", models / "flagship")
    options = ["--server.headless=true", f"--server.port={PORT}", "--server.address=127.0.0.1"]
    server = limit.start(sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *options, FER_MODELS=str(models))
    try:
        wait_for(PORT)
        recipe = ["--data", "synthetic", "--architecture", "mini_xception", "--epochs", "2"]
        training = limit.start(sys.executable, "-m", "fer", "train", *recipe, FER_MODELS=str(models))
        visit(sorted(folder.glob("*.jpg")))
        return server.poll(), training.wait()
    finally:
        server.terminate()
        server.wait()


def wait_for(port: int) -> None:
    """Until a server answers, a minute at most."""
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2)
            return
        except OSError:
            time.sleep(0.2)


def visit(paths: list[Path]) -> None:
    """Upload the photos on Predict, ten at a time, and wait for their faces."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        for start in range(0, len(paths), 10):
            page.goto(f"http://127.0.0.1:{PORT}/")
            page.locator("input[type=file]").first.set_input_files(paths[start : start + 10])
            page.get_by_alt_text("Face 1").first.wait_for(timeout=180_000)
            page.wait_for_timeout(10_000)
        browser.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photos(folder)
        with Limit(600) as limit:
            print(f"20 photos in 600 MB: exit status {predict(limit, folder)}, {limit.peak}", flush=True)
        with Limit(1500) as limit:
            server, training = serve_and_train(limit, folder)
            print(f"Web and training in 1.5 GB: server {server}, training {training}, {limit.peak}", flush=True)


if __name__ == "__main__":
    main()
