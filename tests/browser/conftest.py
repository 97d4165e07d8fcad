"""One browser and one server for all tests of this folder; each test opens a context of its own."""

import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from helpers import fake_camera
from helpers.browsing import chromium, serve, tab
from helpers.shipped import ROOT, two_models

from fer.runs import speed
from fer.runs.presets import PRESETS


def furnish(models: Path) -> None:
    """Two shipped models, and a speed: else the Train page would have this machine measured beside the test."""
    store = two_models(models)
    for preset in PRESETS.values():
        speed.note(store, preset.config("synthetic"), train=1000, validate=1000, judge=1000)


def furnished(house: Path) -> Path:
    """The app in a folder of its own: two shipped models, and no data set."""
    (house / "data").mkdir(parents=True)
    for name in ("streamlit_app.py", "pages", "fer", "static", ".streamlit"):
        (house / name).symlink_to(ROOT / name)
    furnish(house / "models")
    return house


@pytest.fixture(scope="package")
def shared_house(tmp_path_factory) -> Path:
    return furnished(tmp_path_factory.mktemp("shared") / "house")


@pytest.fixture(scope="package")
def shared_server(shared_house):
    with serve(shared_house) as address:
        yield address


@pytest.fixture
def server(shared_server, shared_house, tmp_path):
    """The shared server; afterwards its models are as before, even where a training still writes into the old ones."""
    yield shared_server
    shutil.move(shared_house / "models", tmp_path / "left")
    furnish(shared_house / "models")


@pytest.fixture
def fresh_server():
    """A server of the app where it is, with all that ships, that nobody has visited."""
    with serve(ROOT) as address:
        yield address


@pytest.fixture
def fresh_own_server(tmp_path):
    """A server of an app of the test's own that nobody has visited."""
    with serve(furnished(tmp_path / "house")) as address:
        yield address


@pytest.fixture(scope="package")
def browser(tmp_path_factory):
    """Debian's Chromium with a camera, before which one head moves about."""
    with chromium(*fake_camera.flags(fake_camera.write(tmp_path_factory.mktemp("camera") / "camera.y4m"))) as browser:
        yield browser


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """What a page showed when its test failed is printed with the failure; not if it was closed or hangs."""
    report = yield
    page = item.funcargs.get("page")
    if page and report.when == "call" and report.failed:
        from playwright.sync_api import Error

        with suppress(Error):
            report.sections.append(("The page", page.locator("body").inner_text(timeout=5000)))
    return report


@pytest.fixture
def page(browser):
    """An empty tab of a visitor who was never here before."""
    page = tab(browser)
    yield page
    page.context.close()


@pytest.fixture
def download(page):
    """A function that clicks what a locator finds, and returns the path of the file that the browser got."""

    def download(button) -> Path:
        page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")  # a rerun replaces the file
        with page.expect_download() as waiting:
            button.click()
        return waiting.value.path()

    return download
