"""No page has a barrier that axe calls serious, in either theme."""

import pytest
from helpers.browsing import barriers

PAGES = {
    "": "Read emotions in faces",
    "live": "Live from the webcam",
    "teach": "Teach your own classes",
    "models": "Models",
    "train": "Train a network",
    "tune": "Tune a recipe",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_barrier_that_axe_calls_serious(server, page, scheme):
    page.emulate_media(color_scheme=scheme)
    for path, title in PAGES.items():
        page.goto(f"{server}/{path}")
        page.get_by_role("heading", name=title).first.wait_for()
        page.wait_for_timeout(1500)
        assert not barriers(page, (scheme,)), path or "predict"


def test_photo_and_cards_with_all_that_they_can_show_have_no_barrier(server, page):
    page.goto(server)
    page.get_by_role("button", name="Two faces").click()
    page.get_by_text("Face 2", exact=True).wait_for()
    page.get_by_role("button", name="Why? Face 1").click()
    page.get_by_alt_text("Heat map of face 1 for happy").wait_for()
    page.get_by_role("button", name="Show all 7").first.click()
    assert not barriers(page)
