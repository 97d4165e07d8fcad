"""The app as a person meets it, in Debian's Chromium."""

import csv
import json
from pathlib import Path

from PIL import Image

SAMPLES = Path(__file__).parents[2] / "pages/parts/samples"


def test_photos_are_uploaded_answered_and_taken_along(server, page, download, tmp_path):
    letter = tmp_path / "letter.jpg"
    letter.write_text("Dear all")
    page.goto(server)
    page.locator("input[type=file]").set_input_files([SAMPLES / "pair.jpg", letter])
    page.get_by_text("Face 2", exact=True).wait_for()
    page.get_by_text("letter.jpg: This file isn't a readable image").wait_for()
    assert page.get_by_alt_text("pair.jpg with its faces marked").count() == 1
    page.locator(".js-plotly-plot").nth(1).wait_for()
    assert page.locator(".js-plotly-plot").count() == 2

    answer = json.loads(download(page.get_by_role("button", name="Results (JSON)")).read_text())[0]
    assert answer["file"] == "pair.jpg" and len(answer["faces"]) == 2
    with download(page.get_by_role("button", name="Results (CSV)")).open() as file:
        rows = list(csv.DictReader(file))
    assert [row["label"] for row in rows] == [face["label"] for face in answer["faces"]]
    assert Image.open(download(page.get_by_role("button", name="Annotated image (PNG)"))).size == (960, 600)
    shown = page.locator("strong", has_text=answer["faces"][0]["label"].capitalize())
    assert shown.count() >= 1, "the page says what the JSON says"


def test_a_deep_link_to_a_fresh_server_opens_that_page_inside_the_frame(fresh_server, page):
    page.goto(f"{fresh_server}/models")
    page.get_by_role("heading", name="Models").wait_for()
    page.get_by_test_id("stSidebarNav").get_by_text("Predict").click()
    page.get_by_role("heading", name="Read emotions in faces").wait_for()
    page.get_by_role("button", name="Rear admiral", exact=True).click()
    page.get_by_text("Face 1", exact=True).wait_for()


def test_a_sample_answers_on_a_phone_in_the_dark(server, page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.goto(server)
    page.get_by_role("button", name="Rear admiral", exact=True).click()
    page.get_by_text("Face 1", exact=True).wait_for()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, f"the page is {wide} pixels wide"
