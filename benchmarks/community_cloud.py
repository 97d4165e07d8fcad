"""Does a fresh clone run on Streamlit Community Cloud? Rehearses it: its installer, its user, its memory limit.

    python benchmarks/community_cloud.py --python python3.12 [--megabytes 1000 2700] [--read-only]

Clones this repository, installs requirements.txt with uv into a fresh environment, and starts the app as a user who may
write into its home and the clone only (with --read-only only into its home), inside a memory cgroup. Chromium, outside
the limit, uploads ten photos of 12 megapixels and opens every page; then one small training runs beside the server.
Prints the most memory that all processes held together, without the file cache, and what the system killed. Needs
Linux, root, uv, PyPI, and a memory cgroup (version 1 or 2) that may be made. Expect 0.3 GB for reading, 0.9 GB with a
training.
"""

import argparse
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright
from small_server import Limit, photos, wait_for

ROOT = Path(__file__).parents[1]
PORT, USER = 8796, "appuser"
PAGES = ("live", "teach", "train", "tune", "evaluate", "models", "")


class Cloud:
    """A clone with its environment, owned by a user of its own or by nobody who visits."""

    def __init__(self, folder: Path, python: str, *, read_only: bool):
        self.clone, self.venv, self.home = folder / "src", folder / "venv", folder / "home"
        os.chmod(folder, 0o755)
        subprocess.run(["git", "clone", "-q", str(ROOT), str(self.clone)], check=True)
        subprocess.run(["uv", "venv", "-q", "--python", python, str(self.venv)], check=True)
        install = ["uv", "pip", "install", "-q", "--python", str(self.venv / "bin/python"), "-r", "requirements.txt"]
        subprocess.run(install, cwd=self.clone, check=True)
        if subprocess.run(["id", USER], capture_output=True).returncode:
            subprocess.run(["useradd", "--no-create-home", USER], check=True)
        self.home.mkdir()
        for place in [self.home] + ([] if read_only else [self.clone]):
            subprocess.run(["chown", "-R", USER, str(place)], check=True)

    def start(self, limit: Limit, *command: str) -> subprocess.Popen:
        who = pwd.getpwnam(USER)
        ids = [f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups"]
        variables = [f"HOME={self.home}", f"PATH={self.venv}/bin:/usr/bin:/bin", "LANG=C.UTF-8"]
        there = ["env", "-C", str(self.clone), "-i", *variables, str(self.venv / "bin/python"), "-m"]
        return limit.start("setpriv", *ids, *there, *command)


class Watch:
    """The most memory that all processes in a limit held, without the file cache: a context manager."""

    def __init__(self, limit: Limit):
        self._file, self._done, self.most = limit.path / "memory.stat", threading.Event(), 0
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.2):
            values = dict(line.split() for line in self._file.read_text().splitlines())
            self.most = max(self.most, int(values.get("total_rss", values.get("anon", 0))))


def visit(paths: list[Path]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{PORT}/")
        page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(paths)
        page.get_by_text("Remove my photos").wait_for(timeout=180_000)
        for name in PAGES:
            page.goto(f"http://127.0.0.1:{PORT}/{name}")
            page.locator("h1").first.wait_for(timeout=60_000)
            page.wait_for_timeout(3000)
            if errors := page.locator("[data-testid=stException]").count():
                print(f"  {errors} errors on /{name}")
        browser.close()


def rehearse(cloud: Cloud, megabytes: int, paths: list[Path]) -> None:
    with Limit(megabytes) as limit:
        options = ["--server.headless=true", f"--server.port={PORT}", "--server.address=127.0.0.1"]
        server = cloud.start(limit, "streamlit", "run", "streamlit_app.py", *options)
        try:
            wait_for(PORT)
            with Watch(limit) as reading:
                visit(paths)
            recipe = ["--data", "synthetic", "--architecture", "mini_xception", "--epochs", "2"]
            with Watch(limit) as training:
                status = cloud.start(limit, "fer", "train", *recipe).wait()
            print(
                f"  {megabytes:,} MB: reading {reading.most / 1e6:,.0f} MB; with a training {training.most / 1e6:,.0f} "
                f"MB, exit status {status}; server {'lives' if server.poll() is None else 'died'}; {limit.peak}",
                flush=True,
            )
        finally:
            server.terminate()
            server.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--megabytes", type=int, nargs="+", default=[1000, 2700])
    parser.add_argument("--read-only", action="store_true", help="the clone cannot be written to")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="cloud-"))
    try:
        (folder / "photos").mkdir()
        photos(folder / "photos")
        cloud = Cloud(folder, options.python, read_only=options.read_only)
        print(f"{options.python}, clone {'read-only' if options.read_only else 'writable'}", flush=True)
        for megabytes in options.megabytes:
            rehearse(cloud, megabytes, sorted((folder / "photos").glob("*.jpg"))[:10])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
