"""A training as a person meets it, from the first click to its use on Predict, in Debian's Chromium."""

import re

MINUTES = 60_000
IN_VIEW = """() => {
  const all = [...document.querySelectorAll('*')].map(one => one.shadowRoot?.querySelector('.view')).filter(Boolean);
  return all.some(one => { const box = one.getBoundingClientRect(); return box.top >= 0 && box.top < 700; });
}"""


def test_a_click_trains_is_reloaded_stopped_resumed_and_used_on_predict(server, page):
    page.set_default_timeout(4 * MINUTES)  # nothing to measure: other tests run beside this one
    page.goto(f"{server}/train")
    page.get_by_text("Example run").wait_for()
    page.get_by_text("Advanced").click()
    page.get_by_role("spinbutton", name="Epochs", exact=True).fill("16")  # still learning when the page is back
    page.get_by_role("spinbutton", name="Epochs", exact=True).press("Tab")
    page.get_by_role("textbox", name="Run name").fill("mine")
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_text(re.compile(r"Epoch \d+ of 16, batch \d")).first.wait_for()
    page.get_by_text("best validation accuracy, epoch").first.wait_for()
    page.get_by_text(re.compile(r"Epoch \d+: \d+ of 16 validation faces correct")).wait_for()

    page.reload()
    assert page.url.endswith("?run=mine")
    page.get_by_role("heading", name="mine").wait_for()
    page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True).click()  # Streamlit has one of its own
    page.get_by_text(re.compile(r"Stopped after \d+ of 16 epochs")).wait_for()

    page.get_by_role("button", name="Resume").first.click()
    page.get_by_role("link", name="Use it on Predict").click()
    page.get_by_text(re.compile("mine.*accuracy on real faces unknown")).first.wait_for()
    assert "model=mine" in page.url, "the run beside which the link stands"


def test_on_a_phone_a_click_on_train_brings_the_monitor_into_view_and_nothing_scrolls_sideways(server, browser):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(2 * MINUTES)
    page.goto(f"{server}/train")
    button = page.get_by_role("button", name="Train", exact=True)
    button.wait_for()
    assert button.bounding_box()["y"] < 844, "in view before any scrolling"
    button.click()
    page.get_by_text("Starts in a moment").or_(page.get_by_text("Training", exact=True)).first.wait_for()
    page.wait_for_function(IN_VIEW)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    page.get_by_role("button", name="Discard", exact=True).first.click()
    page.get_by_text("Example run").wait_for()
    context.close()
