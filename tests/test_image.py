"""The container's image: linted, with all that the app needs in it and nothing that is private."""

import runpy
import shutil
import subprocess
from pathlib import Path

import pytest
from helpers.shipped import ROOT

IMAGE = runpy.run_path(str(ROOT / "benchmarks/image.py"))
PATTERNS = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]


def copied() -> set[str]:
    """What COPY names."""
    return {source for name, rest in IMAGE["instructions"]() if name == "COPY" for source in rest.split()[:-1]}


@pytest.mark.skipif(not shutil.which("hadolint"), reason="needs hadolint, a program for Linux on x86-64")
def test_the_dockerfile_is_as_hadolint_wants_it():
    done = subprocess.run(["hadolint", ROOT / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout == ""


def test_the_image_holds_what_git_holds_of_the_app():
    tracked = subprocess.check_output(["git", "ls-files", *copied()], cwd=ROOT, text=True).split()
    sent = {path for path in tracked if IMAGE["is_sent"](Path(path), PATTERNS)}
    assert set(tracked) - sent == {".streamlit/secrets.toml.example"}


@pytest.mark.parametrize(
    "path",
    [
        *(".streamlit/secrets.toml", ".git/config", "data/fer2013.csv", "tests/conftest.py", ".venv/bin/python"),
        *("models/mine/config.json", "models/.default", "models/flagship/note.txt", "fer/runs/__pycache__/run.pyc"),
        *("models/flagship/checkpoint-previous.npz", "models/flagship/events.tfevents"),
    ],
)
def test_nothing_of_a_users_own_gets_into_the_image(path):
    assert not IMAGE["is_sent"](Path(path), PATTERNS)


def test_the_app_does_not_run_as_root_and_its_health_is_checked():
    steps = dict(IMAGE["instructions"]())
    assert steps["USER"] == "1000" and "_stcore/health" in steps["HEALTHCHECK"]
