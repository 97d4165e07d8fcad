"""The app as a person meets it: a fresh server, and Debian's Chromium."""

import csv
import json
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "pages/parts/samples"
CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Debian's chromium")


@pytest.fixture
def server():
    """The address of a server started for this test alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless=true"]
    process = subprocess.Popen([*command, f"--server.port={port}", "--server.address=127.0.0.1"], cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urlopen(f"{address}/_stcore/health", timeout=5)
            break
        except OSError:
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture
def page():
    """An empty tab that fails the test on an error in the browser's console."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        tab.set_default_timeout(60_000)
        yield tab
        browser.close()


def download(page, name: str) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    return waiting.value.path()


def test_photos_are_uploaded_answered_and_taken_along(server, page, tmp_path):
    letter = tmp_path / "letter.jpg"
    letter.write_text("Dear all")
    page.goto(server)
    page.locator("input[type=file]").set_input_files([SAMPLES / "pair.jpg", letter])
    page.get_by_text("Face 2", exact=True).wait_for()
    page.get_by_text("letter.jpg: This is no picture").wait_for()
    assert page.get_by_alt_text("pair.jpg with its faces marked").count() == 1
    page.locator(".js-plotly-plot").nth(1).wait_for()
    assert page.locator(".js-plotly-plot").count() == 2

    answer = json.loads(download(page, "Answers (JSON)").read_text())[0]
    assert answer["file"] == "pair.jpg" and len(answer["faces"]) == 2
    with download(page, "Answers (CSV)").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["label"] for row in rows] == [face["label"] for face in answer["faces"]]
    assert Image.open(download(page, "Picture with boxes (PNG)")).size == (960, 600)
    shown = page.locator("strong", has_text=answer["faces"][0]["label"])
    assert shown.count() >= 1, "the page says what the JSON says"


def test_a_deep_link_to_a_fresh_server_opens_that_page_inside_the_frame(server, page):
    page.goto(f"{server}/models")
    page.get_by_role("heading", name="Models").wait_for()
    page.get_by_test_id("stSidebarNav").get_by_text("Predict").click()
    page.get_by_role("heading", name="Which emotion is on these faces?").wait_for()


def test_a_sample_answers_on_a_phone_in_the_dark(server, page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.goto(server)
    page.get_by_role("button", name="Rear admiral", exact=True).click()
    page.get_by_text("Face 1", exact=True).wait_for()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, f"the page is {wide} pixels wide"
