"""How large is the container's image, and does the app start in it? Rehearses the Dockerfile where there is no Docker.

    python benchmarks/image.py light
    python benchmarks/image.py full --python python3.12

Does what RUN, COPY, ENV, USER and CMD say: a fresh environment, only the files that .dockerignore lets through, a user
without rights, no variables but the Dockerfile's. The base image (about 120 MB for python:3.13-slim) is not counted.
Needs Linux, root and PyPI; takes a few minutes. Expect about 1.16 GB for light, 2.6 GB for full.
"""

import argparse
import fnmatch
import json
import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
BASE_MB = 120  # python:3.13-slim, unpacked
USER = "studio"


def instructions() -> list[tuple[str, str]]:
    """(instruction, arguments) of every line in the Dockerfile, continued lines joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines if line.strip())]


def context() -> list[Path]:
    """The files that .dockerignore lets through; the last pattern that fits a path or a folder above it decides."""
    patterns = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    return [path for path in sorted(ROOT.rglob("*")) if path.is_file() and is_sent(path.relative_to(ROOT), patterns)]


def is_sent(path: Path, patterns: list[str]) -> bool:
    names = [path.as_posix(), *(folder.as_posix() for folder in path.parents if folder.name)]
    sent = True
    for pattern in patterns:
        plain = pattern.removeprefix("!")
        anywhere = plain.removeprefix("**/")
        if any(fnmatch.fnmatch(name, plain) and name.count("/") == plain.count("/") for name in names) or (
            anywhere != plain and any(fnmatch.fnmatch(name.rpartition("/")[2], anywhere) for name in names)
        ):
            sent = pattern[0] == "!"
    return sent


class Rehearsal:
    """The image as a folder; `/app`, `/venv` and `/data` of the Dockerfile are in it."""

    def __init__(self, folder: Path, kind: str, python: str):
        self.folder, self.python = folder, python
        self.environment = {"HOME": str(folder / "home"), "KIND": kind}
        self.command: list[str] = []
        self.health: list[str] = []
        (folder / "app").mkdir()

    def placed(self, text: str) -> str:
        """A text with the image's paths in the folder, and this machine's Python and user."""
        text = re.sub(r"(?<![\w/.])/(app|venv|data)\b", rf"{self.folder}/\1", text)
        return text.replace("python -m venv", f"{self.python} -m venv")

    def do(self, name: str, rest: str) -> None:
        if name == "ENV":
            for key, value in (pair.split("=", 1) for pair in shlex.split(rest)):
                path = f"{self.folder}/venv/bin:/usr/bin:/bin:/usr/sbin:/sbin"
                self.environment[key] = path if key == "PATH" else self.placed(value)
        elif name == "RUN":
            script = self.placed(rest)
            script = script.replace("useradd --create-home", f"id {USER} >/dev/null 2>&1 || useradd --no-create-home")
            script = script.replace("--uid 1000 ", "").replace("--owner=studio", f"--owner={USER}")
            subprocess.run(script, shell=True, check=True, cwd=self.folder / "app", env=self.environment)
        elif name == "COPY":
            *sources, target = rest.split()
            self.copy(sources, target)
        elif name == "CMD":
            self.command = json.loads(rest)
        elif name == "HEALTHCHECK":
            self.health = json.loads(rest.partition(" CMD ")[2].strip())

    def copy(self, sources: list[str], target: str) -> None:
        for path in context():
            place = path.relative_to(ROOT)
            if any(place.as_posix() == source or place.is_relative_to(source) for source in sources):
                to = self.folder / "app" / place
                assert target in ("./", place.parts[0]), f"COPY to {target} is not rehearsed"
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, to)

    def start(self) -> subprocess.Popen:
        """The app as the image's user."""
        os.chmod(self.folder, 0o755)
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        shutil.chown(home, USER)
        who = pwd.getpwnam(USER)
        program = str(self.folder / "venv/bin" / self.command[0])
        return subprocess.Popen(
            [program, *self.command[1:]],
            cwd=self.folder / "app",
            env=self.environment,
            user=who.pw_uid,
            group=who.pw_gid,
            extra_groups=[],
        )

    def is_healthy(self) -> bool:
        command = [str(self.folder / "venv/bin/python"), *self.health[1:]]
        return subprocess.run(command, env=self.environment, capture_output=True).returncode == 0


def size(folder: Path) -> float:
    """Megabytes of all files below."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=("light", "full"))
    parser.add_argument("--python", default="python3", help="instead of the base image's")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="image-") as name:
        image = Rehearsal(Path(name), options.kind, options.python)
        for step in instructions():
            image.do(*step)
        parts = {part: size(image.folder / part) for part in ("venv", "app")}
        print(f"{options.kind}: packages {parts['venv']:,.0f} MB, app {parts['app']:,.0f} MB, base {BASE_MB} MB")
        print(f"about {sum(parts.values()) + BASE_MB:,.0f} MB in all")
        server = image.start()
        try:
            began = time.monotonic()
            while not image.is_healthy():
                if server.poll() is not None or time.monotonic() - began > 120:
                    sys.exit("The app does not start.")
                time.sleep(0.5)
            megabytes = psutil.Process(server.pid).memory_info().rss / 1e6
            print(f"healthy after {time.monotonic() - began:.0f} s as user {USER}; {megabytes:,.0f} MB resident")
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
