"""What the browser loads for Live and Teach: small, of one version, and as it was vendored."""

import hashlib
import json
import runpy

import pytest
from helpers.shipped import ROOT

STATIC = ROOT / "static"
VENDOR = runpy.run_path(str(STATIC / "vendor.py"))
LINES = {"live": 700, "teach": 500}  # of our own; a page that loads at once has little to load


@pytest.mark.parametrize("page", LINES)
def test_the_folder_of_our_own_modules_is_named_after_their_content(page):
    (folder,) = (STATIC / page).iterdir()
    assert folder.name == VENDOR["content_name"](folder), "run `python static/vendor.py name` after a change"


@pytest.mark.parametrize("page", LINES)
def test_our_own_modules_stay_few_lines(page):
    modules = list((STATIC / page).glob("*/*.js"))
    lines = [line for module in modules for line in module.read_text().splitlines() if line.strip()]
    assert len(lines) <= LINES[page] and all(len(line) <= 140 for line in lines)


def test_litert_is_the_version_that_was_checked_and_has_its_licence():
    folder = STATIC / "litert" / VENDOR["VERSION"]
    about = json.loads((folder / "vendored.json").read_text())
    assert about["sha256"] == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in about["sha256"]
    }
    assert {path.name for path in folder.iterdir()} == {*about["sha256"], "vendored.json", "LICENSE"}
    (engine,) = (STATIC / "live").glob("*/engine.js")
    assert f"litert/{VENDOR['VERSION']}/" in engine.read_text()


def test_nothing_is_loaded_from_outside():
    for module in [module for page in LINES for module in (STATIC / page).glob("*/*.js")]:
        assert "://" not in module.read_text().replace("https:// or localhost", "")
