"""The Evaluate page as a person meets it, in Debian's Chromium."""

import csv
import io
import zipfile
from pathlib import Path

from helpers.browsing import barriers
from PIL import Image

from fer.evaluation import stored
from fer.evaluation.report import Report
from fer.runs.store import RunStore

SAMPLES = Path(__file__).parents[2] / "pages/parts/samples"
SECTIONS = ("Errors", "Classes", "Certainty", "Compare", "Label noise", "Your photos")


def open_section(page, name: str):
    page.get_by_role("tab", name=name).click()
    page.get_by_role("tabpanel", name=name).locator(":is(p, h3, button):visible").first.wait_for()


def test_a_stored_report_is_read_clicked_compared_and_taken_along_without_its_data(server, page, download):
    report = stored.report(RunStore()["vgg_small"], "fer2013", "test")
    page.goto(f"{server}/evaluate")
    page.get_by_text(f"{report.accuracy:.1%}", exact=True).first.wait_for()
    page.get_by_text(f"{report.leak_free.accuracy:.1%}", exact=True).first.wait_for()

    count = report.confusion[2, 4]
    cell = page.get_by_role("button", name=f"Fear → sad: {count} of 528")
    cell.click()
    page.get_by_role("heading", name=f"Fear → sad: {count} of 528").wait_for()
    assert cell.get_attribute("aria-pressed") == "true"
    page.get_by_text("Rows are counted from 0").wait_for()

    open_section(page, "Compare")
    page.get_by_role("combobox", name="with", exact=True).wait_for()
    page.get_by_text("McNemar's exact test").first.wait_for()

    page.get_by_role("button", name="Export").click()
    taken = download(page.get_by_role("button", name="Report (JSON)")).read_text()
    assert taken == report.to_json() and Report.from_json(taken).accuracy == report.accuracy
    with download(page.get_by_role("button", name="All predictions (CSV)")).open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["row"]) for row in rows] == report.rows.tolist()
    document = download(page.get_by_role("button", name="Report (HTML)"))

    page.get_by_text("SVG", exact=True).click()
    page.keyboard.press("Escape")
    open_section(page, "Classes")
    camera = page.locator('.js-plotly-plot [data-title*="ownload"]').first
    assert "<svg" in download(camera).read_text()

    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(document.as_uri() if document.suffix == ".html" else _as_html(document))
    page.locator(".js-plotly-plot").nth(6).wait_for()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert page.get_by_text(f"{report.accuracy:.1%} (95%").count() >= 1


def _as_html(path: Path) -> str:
    return path.rename(path.with_suffix(".html")).as_uri()


def test_a_new_evaluation_shows_its_faces_and_is_reproduced_exactly(server, page):
    page.goto(f"{server}/evaluate")
    page.get_by_role("combobox", name="Data and split").click()
    page.get_by_role("option", name="synthetic test").click()
    page.get_by_role("button", name="Evaluate", exact=True).click()
    page.get_by_text("and saved in").wait_for()
    page.get_by_text("results on them say nothing about real faces").wait_for()
    page.get_by_role("button", name="Evaluate again").click()
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Evaluate again").click()
    page.get_by_text("Reproduced exactly").wait_for()
    page.keyboard.press("Escape")
    open_section(page, "Label noise")
    page.locator(".fer-faces li img").first.wait_for()
    page.get_by_text("All probabilities").click()
    page.locator(".fer-faces.full li img").first.wait_for()
    assert page.locator(".fer-faces li").first.locator(".bar").count() == 7


def test_a_zip_of_labelled_photos_is_evaluated_and_nothing_is_dropped_silently(server, page, tmp_path):
    flat = io.BytesIO()
    Image.new("RGB", (200, 160), "gray").save(flat, "PNG")
    path = tmp_path / "mine.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(SAMPLES / "astronaut.jpg", "photos/happy/astronaut.jpg")
        archive.write(SAMPLES / "pair.jpg", "photos/Neutral/pair.jpg")
        archive.writestr("photos/sad/wall.png", flat.getvalue())
        archive.writestr("photos/bored/wall.png", flat.getvalue())
        archive.writestr("photos/fear/letter.jpg", "Dear all")
    page.goto(f"{server}/evaluate?section=photos")
    page.locator("input[type=file]").set_input_files(path)
    shown = page.get_by_text("2 of 5 photos evaluated")
    shown.wait_for()
    said = "No face was found in 1 photo. 2 photos could not be used. 1 photo has more than one face"
    assert said in shown.inner_text()
    page.get_by_text("Accuracy with undetected faces counted as errors").wait_for()
    page.get_by_text("Not audited").wait_for()
    page.get_by_role("button", name="Show the matrix").click()
    page.locator(".fer-faces li img").first.wait_for()
    open_section(page, "Compare")
    page.get_by_text("mini_xception").first.wait_for()
    open_section(page, "Label noise")
    page.get_by_text("predictions differ from the label").wait_for()


def test_a_link_opens_the_same_view_and_the_matrix_is_reached_by_keyboard(server, page):
    page.goto(f"{server}/evaluate?model=mini_xception&data=fer2013+PublicTest&section=confusion&cell=2-4")
    chosen = page.locator("button[aria-pressed=true][name='2-4']")
    chosen.wait_for()
    page.get_by_text("mini_xception on fer2013 PublicTest").first.wait_for()
    chosen.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Disgust → surprise").wait_for()
    page.wait_for_url("**cell=1-5**")
    page.reload()
    page.get_by_role("heading", name="Disgust → surprise").wait_for()
    page.get_by_text("mini_xception on fer2013 PublicTest").first.wait_for()


def test_errors_fit_on_a_screen_and_a_click_moves_nothing(server, page):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{server}/evaluate")
    cell = page.get_by_role("button", name="Angry → fear")
    cell.wait_for()
    page.wait_for_timeout(1000)
    main = page.get_by_test_id("stMain")
    before = cell.bounding_box(), main.evaluate("one => one.scrollTop")
    cell.click()
    page.get_by_role("heading", name="Angry → fear").wait_for()
    assert (cell.bounding_box(), main.evaluate("one => one.scrollTop")) == before
    assert main.evaluate("one => one.scrollHeight") <= 1100
    assert page.locator(".js-plotly-plot").count() == 0, "Plotly is only loaded where a section needs it"


def test_nothing_scrolls_sideways_on_a_phone(server, page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server}/evaluate")
    for name in SECTIONS:
        open_section(page, name)
        page.wait_for_timeout(800)
        widths = page.get_by_test_id("stMain").evaluate("one => [one.scrollWidth, one.clientWidth]")
        assert widths[0] <= widths[1], name


def test_no_section_has_a_violation_that_axe_calls_serious(server, page):
    page.goto(f"{server}/evaluate")
    for name in SECTIONS:
        open_section(page, name)
        assert not barriers(page), name
