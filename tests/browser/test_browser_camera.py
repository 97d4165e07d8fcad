"""The Camera tab and Live on the server in Debian's Chromium, whose camera is a video."""

import psutil
import pytest


def frame_of(page):
    """streamlit-webrtc's own frame in the page."""
    return page.frame_locator("iframe").first


def start(page, server: str) -> None:
    page.goto(f"{server}/live")
    page.get_by_role("radio", name="On the server").or_(page.get_by_role("button", name="On the server")).first.click()
    page.get_by_text("is sent to the server").wait_for()
    page.get_by_role("button", name="Continue").click()
    frame_of(page).get_by_role("button", name="START").click()
    page.get_by_text("frames a second").wait_for()


def pace(page) -> int:
    return int(page.get_by_text("frames a second").inner_text().split()[0])


def threads(server: str) -> int:
    """How many threads the server has."""
    port = server.rsplit(":", 1)[1]
    processes = psutil.process_iter(["cmdline"])
    return next(p for p in processes if f"--server.port={port}" in (p.info["cmdline"] or [])).num_threads()


def leave(page) -> None:
    """Go to another page, and wait until what was live has ended."""
    page.get_by_role("link", name="Models").click()
    page.get_by_role("heading", name="Models").wait_for()
    page.wait_for_timeout(6000)


def test_a_photo_is_taken_with_the_camera_and_answered(server, page):
    page.goto(server)
    page.get_by_role("radio", name="Camera").or_(page.get_by_role("button", name="Camera")).first.click()
    page.get_by_role("button", name="Continue").click()
    shows = "document.querySelector('[data-testid=stCameraInput] video')?.videoWidth > 0"
    page.wait_for_function(shows)  # before that Streamlit's button takes nothing
    page.get_by_role("button", name="Take Photo").click()
    page.get_by_alt_text("camera.jpg: face 1 Happy").wait_for()


def test_live_reads_the_face_counts_what_it_does_and_ends_when_it_is_left(server, page):
    start(page, server)
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="mini_xception", exact=True).click()  # while it is live
    page.keyboard.press("Escape")
    page.wait_for_timeout(4000)
    page.locator(".now article").wait_for()
    assert pace(page) >= 1
    page.get_by_role("button", name="Take snapshot").click()
    page.get_by_alt_text("Snapshot with the faces marked").wait_for()
    page.get_by_text("The whole session").click()
    page.get_by_role("button", name="Readings (CSV)").wait_for()
    leave(page)
    first = threads(server)
    for _ in range(2):
        start(page, server)
        leave(page)
    assert threads(server) <= first, "threads of sessions that ended are left"


def test_two_visitors_are_live_at_once_and_one_who_closes_the_tab_leaves_the_other(server, page):
    other = page.context.browser.new_page()
    other.set_default_timeout(60_000)
    for each in (page, other):
        start(each, server)
    page.wait_for_timeout(3000)
    for each in (page, other):
        each.locator(".now article").wait_for()
    other.close()
    page.wait_for_timeout(4000)
    assert pace(page) >= 1
    frame_of(page).get_by_role("button", name="STOP").click()
    page.get_by_text("frames a second").wait_for(state="detached")
    page.get_by_text("The whole session").click()
    page.wait_for_timeout(2000)
    assert page.get_by_role("button", name="Readings (CSV)").count() == 1, "what was read stays"


@pytest.mark.parametrize(
    ("name", "heading"), [("live", "Live from the webcam"), ("train", "Train a network"), ("evaluate", "")]
)
def test_a_fresh_server_may_be_entered_at_any_page(fresh_own_server, page, name, heading):
    page.goto(f"{fresh_own_server}/{name}")
    page.get_by_role("heading", name=heading).first.wait_for()
    page.get_by_role("link", name="Predict").wait_for()
    assert page.get_by_test_id("stException").count() == 0
