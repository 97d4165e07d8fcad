"""The app as a person meets it, in Debian's Chromium."""

import csv
import json
from pathlib import Path

import pytest
from PIL import Image

SAMPLES = Path(__file__).parents[2] / "pages/parts/samples"
PASTE = """async (url) => {
  const blob = await (await fetch(url)).blob();
  const data = new DataTransfer();
  data.items.add(new File([blob], "image.png", { type: "image/png" }));
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
}"""


def choose(page, *files) -> None:
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(list(files))


def photo(page, name: str):
    """The button that shows one of the visitor's photos."""
    return page.get_by_test_id("stButtonGroup").get_by_text(name, exact=True)


def card(page, number: int):
    return page.locator("article.card").nth(number - 1)


def test_photos_are_uploaded_answered_and_exported(server, page, download, tmp_path):
    letter = tmp_path / "letter.jpg"
    letter.write_text("Dear all")
    page.goto(server)
    choose(page, letter, SAMPLES / "pair.jpg")
    page.get_by_text("Face 2", exact=True).wait_for()
    photo(page, "letter.jpg").click()
    page.get_by_text("letter.jpg: This file isn't a readable image").wait_for()
    photo(page, "pair.jpg").click()
    page.get_by_text("Face 2", exact=True).wait_for()
    page.get_by_role("button", name="Export").click()

    answer = json.loads(download(page.get_by_role("button", name="Results (JSON)")).read_text())[0]
    assert answer["file"] == "pair.jpg" and len(answer["faces"]) == 2
    with download(page.get_by_role("button", name="Results (CSV)")).open() as file:
        rows = list(csv.DictReader(file))
    assert [row["label"] for row in rows] == [face["label"] for face in answer["faces"]]
    assert Image.open(download(page.get_by_role("button", name="Annotated image (PNG)"))).size == (960, 600)
    assert answer["faces"][0]["label"] in card(page, 1).inner_text(), "the page says what the JSON says"


def test_box_and_card_of_a_face_light_up_together(server, page):
    page.goto(server)
    page.get_by_role("button", name="Two faces").click()
    page.get_by_text("Face 2", exact=True).wait_for()
    boxes = page.locator("button.box")
    card(page, 2).hover()
    assert "lit" in boxes.nth(1).get_attribute("class") and "lit" not in boxes.nth(0).get_attribute("class")
    boxes.nth(0).focus()
    assert "lit" in card(page, 1).get_attribute("class")
    page.keyboard.press("Enter")
    assert boxes.nth(0).get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Why? Face 1").press("Enter")
    page.get_by_alt_text("Heat map of face 1 for happy").wait_for()
    assert page.get_by_role("button", name="Hide why Face 1").evaluate("(button) => button.matches(':focus')")
    page.get_by_label("Emotion").select_option("sad")
    page.get_by_alt_text("Heat map of face 1 for sad").wait_for()
    page.get_by_role("button", name="Hide why Face 1").click()
    page.get_by_alt_text("Heat map of face 1 for sad").wait_for(state="detached")


def test_a_pasted_photo_is_read_and_stays_while_another_page_is_looked_at(server, page):
    page.goto(server)
    page.get_by_role("button", name="Rear admiral").wait_for()
    page.evaluate(PASTE, page.locator(".frame img").get_attribute("src"))
    page.get_by_text("Remove my photos").wait_for()
    card(page, 1).get_by_text("Happy", exact=True).wait_for()
    page.get_by_role("link", name="Models").click()
    page.get_by_role("heading", name="Models").wait_for()
    page.get_by_role("link", name="Predict").click()
    page.get_by_text("Remove my photos").wait_for()
    card(page, 1).get_by_text("Happy", exact=True).wait_for()


def test_removed_photos_stay_removed_whatever_is_clicked_next(server, page):
    page.goto(server)
    page.locator("input[type=file]").set_input_files(SAMPLES / "hopper.jpg")
    page.get_by_text("Remove my photos").click()
    page.get_by_text("Remove my photos").wait_for(state="detached")
    page.get_by_role("button", name="Two faces").click()
    page.get_by_text("Face 2", exact=True).wait_for()
    assert not page.get_by_text("Remove my photos").count() and not page.get_by_text("hopper.jpg").count()


def test_a_deep_link_to_a_fresh_server_opens_that_page_inside_the_frame(fresh_server, page):
    page.goto(f"{fresh_server}/models")
    page.get_by_role("heading", name="Models").wait_for()
    page.get_by_role("link", name="Predict").click()
    page.get_by_role("heading", name="Read emotions in faces").wait_for()
    card(page, 1).get_by_text("Happy", exact=True).wait_for()


def test_a_link_carries_the_model(server, page):
    page.goto(f"{server}/?model=mini_xception")
    page.get_by_text("mini_xception").first.wait_for()


@pytest.mark.parametrize("example", ["Rear admiral", "Two faces"])
def test_the_answer_is_within_two_screens_of_a_phone_in_the_dark(server, page, example):
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.goto(server)
    page.get_by_role("button", name=example).click()
    page.locator(f'button[aria-pressed="true"]:has-text("{example}")').wait_for()
    page.wait_for_timeout(1000)
    top = card(page, 1).locator(".emotion").evaluate("node => node.getBoundingClientRect().bottom")
    assert top <= 2 * 844
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, f"the page is {wide} pixels wide"
