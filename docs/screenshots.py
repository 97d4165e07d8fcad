"""Makes the screenshots of every page in every state, into docs/screens/.

    python docs/screenshots.py [--only models]

Needs `chromium` and playwright. Each state is taken at 1440 pixels, light and dark, and at 390 pixels, light, as WebP
of at most 60 kB. A state that a page no longer has is named, and the others are made.

The faces are the shipped samples, which are in the public domain, and faces drawn by this project. The server has no
data set, so that no face of FER2013 can appear.
"""

import argparse
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
from helpers import fake_camera, made_photos, made_studies, made_videos  # noqa: E402  # tests/ is not installed
from helpers.browsing import chromium, serve  # noqa: E402

from fer.runs import speed  # noqa: E402
from fer.runs.config import TrainConfig  # noqa: E402
from fer.runs.presets import PRESETS  # noqa: E402
from fer.runs.state import Status  # noqa: E402
from fer.runs.store import RunStore  # noqa: E402

SCREENS = ROOT / "docs/screens"
SAMPLES = ROOT / "pages/parts/samples"
VIEWS = {"1440-light": (1440, 900, "light"), "1440-dark": (1440, 900, "dark"), "390-light": (390, 844, "light")}
LARGEST = 60_000  # bytes; there are about 140 files
PATIENCE = 30_000  # milliseconds
OWN, FAILED, TRAINING = "office-light", "second-try", "drawn-faces"  # the runs of the house below
STUDY = "one-night"  # and its study
EMOTION = re.compile("^(Angry|Disgust|Fear|Happy|Sad|Surprise|Neutral|Not sure)")


@dataclass(frozen=True)
class State:
    """A page in a state.

    Attributes:
        name: page and state; the file's name.
        path: address.
        steps: what a visitor does there, and waits for.
        trains: whether a training must be running.
        bare: whether there must be no runs but the shipped ones.
    """

    name: str
    path: str
    steps: Callable = lambda page: None
    trains: bool = False
    bare: bool = False


STATES = (
    State("predict-answered", "", lambda page: answered(page)),
    State("predict-several", "", lambda page: press(page, "Two faces", "Face 2")),
    State("predict-why", "", lambda page: press(page, "Why?", "matter most")),
    State("predict-working", "", lambda page: press(page, "Why?")),
    State("predict-no-face", "", lambda page: upload(page, "sky.png", sky(), "No face found")),
    State("predict-failed", "", lambda page: upload(page, "letter.jpg", b"Dear all", "isn't a readable image")),
    State("predict-camera", "?source=Camera"),
    State("predict-camera-answered", "?source=Camera", lambda page: snap(page)),
    State("predict-video", "?source=Video"),
    State("predict-video-answered", "?source=Video", lambda page: watch(page)),
    State("predict-batch", "?source=Batch"),
    State("predict-batch-answered", "?source=Batch", lambda page: upload(page, "photos.zip", photos(), "of 5 rows")),
    State("live-empty", "live"),
    State("live-ready", "live", lambda page: press(page, "Continue", "Press Start")),
    State("live-answered", "live", lambda page: live(page)),
    State("live-failed", "live", lambda page: cut_off(page)),
    State("teach-empty", "teach"),
    State("teach-ready", "teach", lambda page: press(page, "Continue")),
    State("teach-answered", "teach", lambda page: teach(page)),
    State("teach-failed", "teach", lambda page: cut_off(page)),
    State("tune-empty", "tune", bare=True),
    State("tune-answered", f"tune?study={STUDY}"),
    State("tune-details", f"tune?study={STUDY}", lambda page: details(page)),
    State("train-empty", "train", bare=True),
    State("train-working", f"train?run={TRAINING}", lambda page: page.wait_for_timeout(4000), trains=True),
    State("train-answered", f"train?run={OWN}"),
    State("train-failed", f"train?run={FAILED}"),
    State("evaluate-errors", "evaluate?section=confusion", lambda page: press(page, re.compile("^Sad → fear"))),
    State("evaluate-classes", "evaluate?section=classes"),
    State("evaluate-certainty", "evaluate?section=certainty"),
    State("evaluate-compare", "evaluate?section=compare"),
    State("evaluate-noise", "evaluate?section=noise"),
    State("evaluate-photos", "evaluate?section=photos"),
    State(
        "evaluate-photos-answered",
        "evaluate?section=photos",
        lambda page: upload(page, "photos.zip", photos(), "accuracy on photos"),
    ),
    State("evaluate-empty", f"evaluate?model={OWN}"),
    State("models-empty", "models", bare=True),
    State("models-list", "models"),
    State("models-card", f"models?model={OWN}"),
    State("models-curves", "models?model=flagship", lambda page: tab(page, "Curves")),
    State("models-exports", "models?model=flagship", lambda page: tab(page, "Exports")),
    State("models-robustness", "models?model=flagship", lambda page: tab(page, "Robustness")),
    State("models-reference", "models?model=resnet50"),
    State("models-import", "models", lambda page: press(page, "Import", "safe mode")),
    State("models-answered", f"models?model={OWN}", lambda page: note(page)),
    State("models-failed", f"models?model={FAILED}"),
    State("models-unknown", "models?model=office-lihgt"),
)


def answered(page) -> None:
    page.get_by_text(EMOTION).first.wait_for()


def press(page, name: str | re.Pattern, then: str = "") -> None:
    """Press the button with that name; then wait for a text."""
    page.get_by_role("button", name=name).first.click()
    if then:
        page.get_by_text(then).first.wait_for()


def tab(page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    page.wait_for_timeout(2500)  # figures draw one after another


def note(page) -> None:
    """Another one each time: the same is not saved again."""
    box = page.get_by_role("textbox", name="Note")
    first, other = "Good in daylight", "Weak in the evening"
    box.fill(other if box.input_value() == first else first)
    box.blur()
    page.get_by_text("Note saved.").wait_for()


def upload(page, name: str, content: bytes, then: str) -> None:
    file = {"name": name, "mimeType": "image/png", "buffer": content}
    page.locator("input[type=file]").first.set_input_files(file)
    page.get_by_text(then).first.wait_for()


def sky() -> bytes:
    """A picture without a face."""
    buffer = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()


def photos() -> bytes:
    """A zip with three photos in folders named after their emotion, and one without a face."""
    named = {"happy": "astronaut", "neutral": "hopper", "surprise": "pair"}
    files = {f"{emotion}/{name}.jpg": (SAMPLES / f"{name}.jpg").read_bytes() for emotion, name in named.items()}
    return made_photos.packed({**files, "sad/sky.png": sky()})


def snap(page) -> None:
    """The camera is a video of a sample that moves about."""
    press(page, "Continue")
    page.wait_for_function("document.querySelector('[data-testid=stCameraInput] video')?.videoWidth > 0")
    press(page, "Take Photo", EMOTION)


def watch(page) -> None:
    """A video in which the two faces of a sample move."""
    pair = np.asarray(Image.open(SAMPLES / "pair.jpg").convert("RGB"))
    frames = [np.roll(pair, round(40 * np.sin(place / 12)), axis=1) for place in range(75)]  # three seconds
    with tempfile.TemporaryDirectory() as folder:
        path = made_videos.video(Path(folder) / "two-faces.mp4", frames)
        page.locator("input[type=file]").first.set_input_files(path)
        press(page, "Read the video")
        page.get_by_text("Details and data").wait_for()


def details(page) -> None:
    """Optuna's parallel coordinates."""
    page.get_by_text("Details").last.click()
    page.get_by_text("Parallel coordinates").click()
    page.wait_for_timeout(4000)
    page.get_by_text("Delete study").scroll_into_view_if_needed()


def cut_off(page) -> None:
    """The browser cannot download the model."""
    page.route("**/media/*", lambda route: route.abort())
    press(page, "Continue")
    page.get_by_text(re.compile("This browser cannot|does not run in this browser")).first.wait_for()


def teach(page) -> None:
    """Two takes of two classes, and what was learned from them."""
    press(page, "Continue")
    page.locator(".card").nth(1).wait_for()
    for _, number in product(range(2), (1, 2)):
        page.get_by_role("button", name=f"Hold to record Class {number}", exact=True).hover()
        page.mouse.down()
        page.wait_for_timeout(4000)
        page.mouse.up()
    page.wait_for_timeout(2000)  # until the last face is there
    press(page, re.compile("^Train$"), "95% interval")


def live(page) -> None:
    press(page, "Continue", "Press Start")
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_text("frames a second").wait_for()
    page.wait_for_timeout(6000)


@contextmanager
def furnished(*, bare: bool) -> Iterator[dict]:
    """The environment of a server without data; if it isn't bare, with a model, a failed training and a study."""
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder) / "models")
        if not bare:
            shutil.copytree(ROOT / "models/mini_xception", store.root / OWN)
            own = store[OWN]
            own.card = replace(own.card, shipped=False, exports={})
            shutil.rmtree(own.path / "reports")
            made_studies.searched(store, STUDY)
            store.create(TrainConfig(), FAILED).status = Status("failed", "fer2013.csv is not in data/ any more.")
        for preset in PRESETS.values():  # else the Train page would have the machine measured
            speed.note(store, preset.config("synthetic"), train=1000, validate=1000, judge=1000)
        yield {"FER_MODELS": str(store.root), "FER_DATA": f"{folder}/data"}


@contextmanager
def training(environment: dict, *, wanted: bool) -> Iterator[None]:
    """A training on drawn faces, until the block ends."""
    if not wanted:
        yield
        return
    recipe = ["--data", "synthetic", "--architecture", "mini_xception", "--epochs", "60", "--name", TRAINING]
    process = subprocess.Popen([sys.executable, "-m", "fer", "train", *recipe], env={**os.environ, **environment})
    progress = Path(environment["FER_MODELS"], TRAINING, "history.jsonl")
    try:
        for _ in range(300):
            if process.poll() is not None or (progress.is_file() and len(progress.read_text().splitlines()) > 4):
                break
            time.sleep(0.5)
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def take(browser, address: str, state: State, view: str) -> bytes:
    """A screenshot as WebP, of as much quality as fits into LARGEST."""
    width, height, scheme = VIEWS[view]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    try:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{address}/{state.path}")
        page.locator("h1").first.wait_for()
        page.wait_for_function("document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'")
        page.wait_for_timeout(2500)  # figures draw one after another
        state.steps(page)
        if width < 640 and "section=" in state.path:
            page.get_by_role("tablist").evaluate("tabs => (tabs.style.scrollMarginTop = '4rem', tabs.scrollIntoView())")
        page.mouse.move(0, 0)
        page.wait_for_timeout(200 if state.name.endswith("-working") else 1200)
        return smallest(page.screenshot())
    finally:
        context.close()


def smallest(png: bytes) -> bytes:
    for quality in (90, 80, 65, 50, 35, 20):
        buffer = io.BytesIO()
        Image.open(io.BytesIO(png)).convert("RGB").save(buffer, "WEBP", quality=quality, method=6)
        if buffer.tell() <= LARGEST:
            break
    return buffer.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="only states whose name begins like this")
    chosen = [state for state in STATES if state.name.startswith(parser.parse_args().only)]
    SCREENS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium(*camera(Path(folder))) as browser:
        for trains, bare in product((False, True), repeat=2):
            if states := [state for state in chosen if (state.trains, state.bare) == (trains, bare)]:
                with furnished(bare=bare) as house, training(house, wanted=trains), serve(ROOT, **house) as address:
                    for state, view in product(states, VIEWS):
                        keep(state, view, lambda state=state, view=view: take(browser, address, state, view))


def keep(state: State, view: str, take: Callable[[], bytes]) -> None:
    """Write the file, or say what the page lacks."""
    from playwright.sync_api import Error

    try:
        content = take()
    except Error as error:
        print(f"{state.name} {view}: {str(error).splitlines()[0]}", flush=True)
        return
    (SCREENS / f"{state.name}-{view}.webp").write_bytes(content)
    print(f"{state.name} {view}: {len(content) / 1000:.0f} kB", flush=True)


def camera(folder: Path) -> list[str]:
    return fake_camera.flags(fake_camera.write(folder / "camera.y4m"))


if __name__ == "__main__":
    main()
