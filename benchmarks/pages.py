"""How fast and how long the pages are, in real Chromium on this machine, each figure beside its limit.

    python benchmarks/pages.py [--rounds 3] [--only Models] [--data FOLDER]

Needs `chromium` and playwright, and an idle machine. Each figure is the median of the rounds:

- fresh server: from the first visit to an answered face on the screen
- warm click: from the click in the navigation until the page's title is shown, nothing runs and its main control can
  be used
- from a click on an example, or in the confusion matrix, until the answer or its images are visible without scrolling.
  The images need FER2013 in data/ or FOLDER
- how far a page scrolls at 1440 x 900, and where the first answer ends at 390 x 844, in pixels

- garbage collection: what Streamlit's full collection takes after every run of a page or fragment, with everything in
  the collector's sight and with what imports have made frozen (pages/parts/shared/collector.py)

A server in another state than the user's is measured: without own models, with the machine's speed known.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
from helpers.browsing import chromium, serve  # noqa: E402  # tests/ is not installed

from fer.runs import speed  # noqa: E402
from fer.runs.presets import PRESETS  # noqa: E402
from fer.runs.store import RunStore  # noqa: E402

# everything here that depends on how the pages are built
TITLES = {
    "Predict": "Read emotions in faces",
    "Live": "Live from the webcam",
    "Train": "Train a network",
    "Evaluate": "Evaluate a model",
    "Models": "Models",
}
PATHS = {"Predict": "", "Live": "live", "Teach": "teach", "Train": "train", "Evaluate": "evaluate", "Models": "models"}
CONTROLS = {  # role and name of what a visitor came for
    "Predict": ("button", re.compile("^Options")),
    "Live": ("button", re.compile("^(Continue|Start|START)")),
    "Train": ("button", re.compile("^Train$|Train$")),
    "Evaluate": ("combobox", re.compile("Model")),
    "Models": ("button", re.compile("Import$")),
}
ANSWER = ".card .head"  # the emotion and percentage of a face
EXAMPLE = ("button", re.compile("^Rear admiral"))  # another than the one that is answered at first
ERRORS = "evaluate?section=confusion"
CELL = ("button", re.compile("^Sad → fear"))  # in the matrix of the default model
FACES = "img[alt^='Face ']"
NAVIGATION = "[data-testid=stTopNavLinkContainer], [data-testid=stSidebarNavLink], header"
RUNNING = "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState !== 'notRunning'"
HEIGHT = "() => document.querySelector('[data-testid=stMain]').scrollHeight"

LIMITS = {  # seconds, then pixels
    "fresh server → answered face": 3.0,
    "click on Predict → interactive": 1.0,
    "click on Live → interactive": 1.0,
    "click on Train → interactive": 1.5,
    "click on Evaluate → interactive": 1.5,
    "click on Models → interactive": 1.5,
    "example → answer in view": 0.7,
    "confusion cell → images in view": 0.4,
    "height of Predict with one face": 900,
    "height of Train before a run": 1100,
    "height of Evaluate, errors": 1100,
    "height of Models": 1400,
    "end of the first emotion at 390 x 844": 2 * 844,
}
PATIENCE = 30.0  # seconds
COLLECTIONS = """
import gc, statistics, time
from streamlit.testing.v1 import AppTest
from pages.parts.shared import collector

def collection():
    started = time.perf_counter()
    gc.collect()
    return time.perf_counter() - started

def median():
    return 1000 * statistics.median(collection() for _ in range(9))

for page in ("predict", "live", "evaluate", "models"):
    AppTest.from_file(f"pages/{page}.py", default_timeout=60).run()
gc.unfreeze()
before = median()
collector.relieve()
print(f"garbage collection after every run: {before:.0f} ms, frozen {median():.1f} ms")
"""  # run in a process of its own, as the server's


def until(condition: Callable[[], bool]) -> float:
    """Seconds until something holds; looked at 50 times a second."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > PATIENCE:
            raise TimeoutError
        time.sleep(0.02)
    return time.monotonic() - started


def find(page, control: tuple):
    role, name = control
    return page.get_by_role(role, name=name).first


def is_in_view(page, locator) -> bool:
    """Whether all of an element is on the screen, without scrolling."""
    if not locator.count() or not (box := locator.bounding_box()):
        return False
    return box["height"] > 0 and box["y"] >= 0 and box["y"] + box["height"] <= page.viewport_size["height"]


def is_interactive(page, name: str) -> bool:
    title = page.locator("h1").first
    if not title.count() or title.inner_text().strip() != TITLES[name] or page.evaluate(RUNNING):
        return False
    control = find(page, CONTROLS[name])
    return control.count() > 0 and control.is_visible() and control.is_enabled()


def open_page(page, address: str, path: str, name: str) -> float:
    page.goto(f"{address}/{path}")
    return until(lambda: is_interactive(page, name))


def first_answer(browser, data: dict) -> float:
    """From the first visit to a fresh server to an answered face."""
    with serve(ROOT, **data) as address, tab(browser) as page:
        started = time.monotonic()
        page.goto(address)
        until(lambda: is_in_view(page, page.locator(ANSWER).first))
        return time.monotonic() - started


def warm_click(page, name: str) -> float:
    """From another page to this one; both were visited before."""
    before = "Predict" if name != "Predict" else "Models"
    go(page, before)
    return go(page, name)


def go(page, name: str) -> float:
    link = page.locator(NAVIGATION).get_by_role("link", name=name).first
    started = time.monotonic()
    link.click()
    until(lambda: is_interactive(page, name))
    return time.monotonic() - started


def example(page, address: str) -> float:
    open_page(page, address, "", "Predict")
    answer = page.locator(ANSWER).first
    until(lambda: is_in_view(page, answer))
    before = answer.inner_text()
    button = find(page, EXAMPLE)
    started = time.monotonic()
    button.click()
    until(lambda: is_in_view(page, answer) and answer.inner_text() != before)
    return time.monotonic() - started


def confusion_cell(page, address: str) -> float:
    open_page(page, address, ERRORS, "Evaluate")
    cell, faces = find(page, CELL), page.locator(FACES)
    cell.wait_for()
    until(lambda: not page.evaluate(RUNNING))
    before = faces.first.get_attribute("src") if faces.count() else ""
    started = time.monotonic()
    cell.click()
    until(lambda: is_in_view(page, faces.first) and faces.first.get_attribute("src") != before)
    return time.monotonic() - started


def height(page, address: str, path: str, name: str) -> float:
    open_page(page, address, path, name)
    page.wait_for_timeout(1500)  # until figures have their height
    return page.evaluate(HEIGHT)


def end_of_answer(page, address: str) -> float:
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, address, "", "Predict")
    answer = page.locator(ANSWER).first
    answer.wait_for()
    box = answer.bounding_box()
    page.set_viewport_size({"width": 1440, "height": 900})
    return box["y"] + box["height"]


@contextmanager
def tab(browser) -> Iterator:
    """A visitor who was never here before, at 1440 x 900."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    yield page
    context.close()


def measures(page, address: str, browser, environment: dict) -> dict[str, Callable[[], float]]:
    """A function for every figure in LIMITS."""
    clicks = {f"click on {name} → interactive": lambda name=name: warm_click(page, name) for name in TITLES}
    return {
        "fresh server → answered face": lambda: first_answer(browser, environment),
        **clicks,
        "example → answer in view": lambda: example(page, address),
        "confusion cell → images in view": lambda: confusion_cell(page, address),
        "height of Predict with one face": lambda: height(page, address, PATHS["Predict"], "Predict"),
        "height of Train before a run": lambda: height(page, address, PATHS["Train"], "Train"),
        "height of Evaluate, errors": lambda: height(page, address, ERRORS, "Evaluate"),
        "height of Models": lambda: height(page, address, PATHS["Models"], "Models"),
        "end of the first emotion at 390 x 844": lambda: end_of_answer(page, address),
    }


def report(name: str, values: list[float]) -> None:
    """One line: the median, its limit, and how much of that it takes."""
    limit = LIMITS[name]
    if not values:
        print(f"{name:40} {'–':>9}  limit {limit:>7,}  not reached within {PATIENCE:.0f} s, or not found", flush=True)
        return
    value = statistics.median(values)
    written = f"{value:.2f} s" if limit < 100 else f"{value:,.0f} px"
    bar = "█" * min(30, round(20 * value / limit))
    print(f"{name:40} {written:>9}  limit {limit:>7,}  {bar:30} {'' if value <= limit else 'too much'}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="only figures whose name contains this")
    parser.add_argument("--data", type=Path, default=ROOT / "data", help="the folder with fer2013.csv")
    options = parser.parse_args()
    if options.only in "garbage collection":
        subprocess.run([sys.executable, "-c", COLLECTIONS], cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as models, chromium() as browser:
        for preset in PRESETS.values():  # else Train would have the machine measured meanwhile
            speed.note(RunStore(Path(models)), preset.config("synthetic"), train=1000, validate=1000, judge=1000)
        environment = {"FER_MODELS": models, "FER_DATA": str(options.data.resolve())}
        print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
        with serve(ROOT, **environment) as address, tab(browser) as page:
            for name in TITLES:  # so that every later click is a warm one
                rounds(lambda name=name: open_page(page, address, PATHS[name], name), 1)
            for name, measure in measures(page, address, browser, environment).items():
                if options.only in name:
                    report(name, rounds(measure, options.rounds))


def rounds(measure: Callable[[], float], count: int) -> list[float]:
    """What was measured; empty if a page does not have what is looked for."""
    from playwright.sync_api import Error

    try:
        return [measure() for _ in range(count)]
    except (TimeoutError, Error) as error:
        print(f"  {str(error).splitlines()[0] if str(error) else 'timed out'}", flush=True)
        return []


if __name__ == "__main__":
    main()
