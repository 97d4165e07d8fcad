"""Teach in Debian's Chromium, whose camera is a video: collect, train, try and keep, and what leaves the device."""

import base64
import json
import re

import pytest
from helpers.browsing import barriers, wait
from helpers.shipped import ROOT

SAMPLES = ROOT / "pages/parts/samples"


def begin(page, server: str) -> None:
    page.goto(f"{server}/teach")
    page.get_by_role("button", name="Continue").click()
    page.locator(".card").nth(1).wait_for()


def counts(page) -> list[int]:
    """Faces on each card."""
    return [int(text.split()[0].replace("No", "0")) for text in page.locator(".count").all_inner_texts()]


def hold(page, name: str, faces: int = 4) -> None:
    """Hold the button of a class until it has so many faces more."""
    names = page.locator(".card .name").evaluate_all("names => names.map(name => name.value)")
    i = names.index(name)
    before = counts(page)[i]
    page.get_by_role("button", name=f"Hold to record {name}", exact=True).hover()
    page.mouse.down()
    wait(page, lambda: counts(page)[i] >= before + faces)
    page.mouse.up()


def rename(page, number: int, name: str) -> None:
    page.locator(".card .name").nth(number).fill(name)


def train(page) -> None:
    page.get_by_role("button", name="Train", exact=True).click()
    page.locator(".verdict strong").wait_for()


def test_a_class_is_recorded_trained_tried_and_kept_and_no_picture_leaves_the_device(server, page):
    frames, methods = [], set()
    page.on("websocket", lambda socket: socket.on("framesent", lambda payload: frames.append(payload)))
    page.on("request", lambda request: methods.add(request.method))
    begin(page, server)
    rename(page, 0, "smile")
    rename(page, 1, "asleep")
    for name in ("smile", "asleep", "smile", "asleep"):
        hold(page, name)
    sent = max(map(len, frames))
    assert sent < 20_000, "recording sends nothing"
    train(page)
    page.get_by_text("95% interval").wait_for()
    wait(page, lambda: page.locator(".bars .share").first.inner_text().endswith("%"))
    assert page.locator(".bars").inner_text().split()[::2] == ["smile", "asleep"]
    (message,) = [frame for frame in frames if len(frame) > 20_000]
    crops = page.locator(".faces canvas").evaluate_all(
        """all => all.slice(0, 3).map(canvas => [...canvas.getContext("2d").getImageData(0, 20, 48, 1).data]
            .filter((_, i) => i % 4 == 0))"""
    )
    assert not any(bytes(crop) in as_bytes(message) for crop in crops)
    assert methods == {"GET"}
    page.get_by_label("Name", exact=True).fill("mine")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("Kept as mine.").wait_for()
    page.get_by_role("link", name="Use it on Live").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator(".now article").first.wait_for()
    assert re.search(r"smile|asleep|Not sure", page.locator(".now article").first.inner_text(), re.IGNORECASE)
    page.goto(f"{server}/models?model=mine")
    page.get_by_role("tab", name="Exports").click()
    made = page.get_by_role("dialog").get_by_role("button", name="Download")  # of Keras and LiteRT, once that is made
    wait(page, lambda: made.count() >= 2 and not page.get_by_text("in the background").count())


def as_bytes(frame) -> bytes:
    """All that a message holds, also what is written as base64 in it."""
    raw = frame if isinstance(frame, bytes) else frame.encode()
    found = re.search(rb'"features":\s*"([A-Za-z0-9+/=]+)"', raw)
    return raw + (base64.b64decode(found[1]) if found else b"")


def test_faces_are_thrown_out_photos_uploaded_and_the_collection_survives_another_page(server, page):
    begin(page, server)
    page.locator("input[type=file]").first.set_input_files([SAMPLES / "astronaut.jpg", SAMPLES / "hopper.jpg"])
    page.get_by_text("2 faces · 2 takes").wait_for()
    page.get_by_role("button", name="Remove face 1 of Class 1").click()
    page.get_by_text("1 face · 1 take").wait_for()
    page.get_by_role("button", name="Add a class").click()
    assert page.locator(".card").count() == 3 and page.get_by_role("button", name="Train", exact=True).is_disabled()
    page.get_by_role("button", name="Remove Class 3").click()
    page.get_by_text("Record at least 3 faces of Class 1, Class 2.").wait_for()
    page.get_by_role("link", name="Models").click()
    page.get_by_role("heading", name="Models").wait_for()
    page.get_by_role("link", name="Teach").click()
    page.get_by_text("1 face · 1 take").wait_for()


def test_a_model_whose_download_failed_is_loaded_when_something_is_recorded(server, page):
    page.route("**/media/*", lambda route: route.abort())
    begin(page, server)
    page.get_by_text("This browser cannot read faces").wait_for()
    page.unroute("**/media/*")
    hold(page, "Class 1")


def test_the_keyboard_records_and_walks_through_the_faces(server, page):
    begin(page, server)
    page.get_by_role("button", name="Hold to record Class 1", exact=True).focus()
    page.keyboard.down(" ")
    wait(page, lambda: counts(page)[0] >= 3)
    page.keyboard.up(" ")
    page.get_by_role("button", name="Remove face 1 of Class 1").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(":focus").last.get_attribute("aria-label") == "Remove face 2 of Class 1"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_whole_page_has_no_barrier_and_fits_a_phone(server, page, scheme):
    page.emulate_media(color_scheme=scheme)
    begin(page, server)
    for name in ("Class 1", "Class 2", "Class 1", "Class 2"):
        hold(page, name, 3)
    train(page)
    page.get_by_text("Confusion matrix").click()
    assert not barriers(page, (scheme,))
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(500)
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 390, json.dumps(wide)
