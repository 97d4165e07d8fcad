"""A training as a person meets it, from the first click to an answered photo, in Debian's Chromium."""

import re
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "pages/parts/samples"
MINUTES = 60_000


def test_a_click_trains_is_reloaded_stopped_resumed_and_used_on_a_photo(server, page):
    page.set_default_timeout(10 * MINUTES)  # nothing to measure: other tests run beside this one
    page.goto(f"{server}/train")
    page.get_by_text("Advanced").click()
    page.get_by_role("spinbutton", name="epochs", exact=True).fill("16")  # still learning when the page is back
    page.get_by_role("spinbutton", name="epochs", exact=True).press("Tab")
    page.get_by_role("textbox", name="Run name").fill("mine")
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_text(re.compile(r"Batch \d")).first.wait_for()
    page.get_by_text("best epoch").first.wait_for()

    page.reload()
    page.get_by_role("heading", name="mine is training").wait_for()
    page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True).click()  # Streamlit has one of its own
    page.get_by_text("mine is stopped").wait_for()

    page.get_by_role("button", name="Resume").click()
    page.get_by_text("mine is finished").wait_for()
    page.get_by_role("link", name="Use it on Predict").click()
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="mine", exact=True).click()
    page.get_by_role("button", name="Astronaut", exact=True).click()
    page.get_by_text("Face 1", exact=True).wait_for()
    page.get_by_text("was trained on synthetic faces").wait_for()


def test_train_has_no_violation_that_axe_calls_serious(server, page):
    from axe_playwright_python.sync_playwright import Axe

    page.goto(f"{server}/train")
    page.get_by_role("button", name="Train", exact=True).wait_for()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(800)  # what fades in has no contrast while it does
        found = Axe().run(page).response["violations"]
        bad = [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]
        assert not bad, f"{scheme}: {bad}"
