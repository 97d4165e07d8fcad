"""The Models page as a person meets it, in Debian's Chromium."""

import re
import shutil
from dataclasses import replace

from helpers.browsing import barriers, wait

from fer.runs.store import RunStore


def settled(page):
    """The page once it has finished running."""
    page.get_by_role("heading", name="Models", exact=True).wait_for()
    page.get_by_role("button", name="vgg_small", exact=True).wait_for()
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    return page


def drawer(page):
    return page.get_by_role("dialog")


def test_a_row_opens_its_model_which_the_address_carries(server, page):
    page.goto(f"{server}/models")
    row = settled(page).get_by_role("row", name="mini_xception")
    for _ in range(2):  # also after it was closed
        row.get_by_text("67.3%").click()
        drawer(page).get_by_role("heading", name="mini_xception").wait_for()
        page.wait_for_url("**/models?model=mini_xception")
        page.keyboard.press("Escape")
        drawer(page).wait_for(state="hidden")
        page.wait_for_url(re.compile(r"/models$"))


def test_the_keyboard_opens_a_model_and_a_shared_address_does(server, page):
    page.goto(f"{server}/models")
    settled(page).get_by_role("button", name="Import").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    drawer(page).get_by_role("heading", name="vgg_small").wait_for()
    page.goto(f"{server}/models?model=mini_xception")
    drawer(page).get_by_role("heading", name="mini_xception").wait_for()
    drawer(page).get_by_role("tab", name="Curves").click()
    drawer(page).locator(".js-plotly-plot").nth(4).wait_for()


def test_changes_are_confirmed_and_refusals_take_nothing_away(server, shared_house, page):
    models = RunStore(shared_house / "models")
    shutil.copytree(models.root / "mini_xception", models.root / "mine")
    models["mine"].card = replace(models["mine"].card, shipped=False)
    page.goto(f"{server}/models?model=mine")
    settled(page)
    inside, note = drawer(page), page.get_by_role("textbox", name="Note")
    for text in ("the light one", "the lighter one"):
        note.fill(text)
        note.blur()
        page.get_by_text("Note saved.").wait_for()
        wait(page, lambda text=text: models["mine"].note == text)
    inside.get_by_role("button", name="Make default").click()
    page.get_by_text("mine is now the default model.").wait_for()
    page.get_by_role("row", name="mine Default").wait_for()
    for name, said in (("vgg_small", "already exists"), ("better", "Renamed mine to better.")):
        inside.get_by_role("button", name="Rename", exact=True).first.click()
        page.get_by_role("textbox", name="Name").fill(name)
        page.get_by_role("textbox", name="Name").press("Tab")
        page.get_by_test_id("stPopoverBody").get_by_role("button", name="Rename").click()
        page.get_by_text(said).wait_for()
    page.wait_for_url("**/models?model=better")
    inside.get_by_role("heading", name="better").wait_for()
    inside.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete it").click()
    page.get_by_text("Deleted better.").wait_for()
    page.get_by_role("dialog", name="better").wait_for(state="hidden")
    page.get_by_role("button", name="better", exact=True).wait_for(state="detached")


def test_an_export_is_downloaded(server, page, download):
    page.goto(f"{server}/models?model=mini_xception")
    settled(page)
    drawer(page).get_by_role("tab", name="Exports").click()
    path = download(drawer(page).get_by_role("button", name="0.2 MB"))
    assert path.read_bytes()[4:8] == b"TFL3"


def test_what_is_refused_at_import_is_said_in_the_form(server, page, tmp_path):
    (tmp_path / "net.tflite").write_text("no network")
    page.goto(f"{server}/models")
    settled(page).get_by_role("button", name="Import").click()
    drawer(page).locator("input[type=file]").set_input_files(tmp_path / "net.tflite")
    drawer(page).get_by_role("button", name="Import", exact=True).click()
    drawer(page).get_by_role("alert").get_by_text("net.tflite is damaged or not a .tflite file").wait_for()


def test_axe_finds_nothing_serious_in_a_drawer(server, page):
    page.goto(f"{server}/models?model=vgg_small")
    settled(page)
    for part in ("Card", "Exports"):
        drawer(page).get_by_role("tab", name=part).click()
        assert not barriers(page), part


def test_the_page_is_no_longer_than_a_screen_and_a_half_and_on_a_phone_no_wider_than_it(fresh_server, page):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{fresh_server}/models")
    settled(page).locator(".js-plotly-plot").wait_for()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight") <= 1400
    page.set_viewport_size({"width": 390, "height": 844})
    for address in ("models", "models?model=vgg_small"):
        page.goto(f"{fresh_server}/{address}")
        settled(page)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
