"""The pages, run by Streamlit's own test harness."""

import json
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fer.evaluation import stored

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "pages/parts/samples"


@pytest.mark.parametrize("section", ["Overview", "Compare", "Export"])
def test_the_stored_reports_of_a_run_without_weights_are_shown_and_no_other_is_offered(models, bare, section):
    app = evaluate_page(section).selectbox(key="model").set_value("bare").run()
    assert not app.exception and not app.error and "--recipe bare" in app.info[0].value.replace("\\", "")
    box = next(box for box in app.selectbox if box.label == "Data and split")
    assert box.options == ["fer2013, PrivateTest (test split)", "fer2013, PublicTest (val split)"]
    assert not [button for button in app.button if button.key == "evaluate-now"]
    if section == "Compare":
        assert "mini_xception, single pass" in app.button_group(key="evaluate-rivals").options


def test_a_run_without_weights_is_a_rival_of_others(models, bare):
    app = evaluate_page("Compare")
    assert "bare, single pass" in app.button_group(key="evaluate-rivals").options


def test_a_run_without_weights_and_reports_says_so(models, bare):
    shutil.rmtree(bare.path / "reports")
    app = evaluate_page().selectbox(key="model").set_value("bare").run()
    assert not app.exception and not app.error and "bare has no stored report" in app.info[1].value


def evaluate_page(section: str = "Overview") -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages/evaluate.py"), default_timeout=60)
    app.session_state["evaluate-section"] = section
    return app.run()


def subtitles(app: AppTest) -> list[str]:
    return [json.loads(chart.proto.spec)["layout"]["title"]["subtitle"]["text"] for chart in app.get("plotly_chart")]


def test_the_evaluate_page_opens_with_the_default_models_test_report_official_and_leak_free(models):
    app, report = evaluate_page(), stored.report(models.default, "fer2013", "test")
    assert not app.exception
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Accuracy, official"] == f"{report.accuracy:.1%}"
    assert shown["Accuracy, leak-free"] == f"{report.leak_free.accuracy:.1%}"
    assert set(shown) == {
        *("Accuracy, official", "Accuracy, leak-free", "Balanced accuracy"),
        *("Macro F1", "Log-loss", "Expected calibration error"),
    }
    assert any("without the 288 images" in caption.value for caption in app.caption)


@pytest.mark.parametrize("section", ["Overview", "Confusion", "Classes", "Certainty", "Mistakes", "Compare", "Export"])
def test_every_section_shows_and_every_figure_names_data_split_and_n(models, section):
    app = evaluate_page(section)
    assert not app.exception and not app.error
    for subtitle in subtitles(app):
        assert "fer2013 PrivateTest" in subtitle and "n = 3,589" in subtitle
    assert len(app.get("download_button")) == (5 if section == "Export" else 0)


def test_test_time_augmentation_is_another_report_and_says_so(models):
    app = evaluate_page("Overview").button_group(key="evaluate-way").set_value(True).run()
    report = stored.report(models.default, "fer2013", "test", tta=True)
    assert app.metric[0].value == f"{report.accuracy:.1%}"
    assert all("test-time augmentation" in subtitle for subtitle in subtitles(app))


def test_other_splits_are_not_set_beside_published_figures_and_carry_a_warning(models):
    app = evaluate_page()
    box = next(box for box in app.selectbox if box.label == "Data and split")
    app = box.set_value(("fer2013", "val")).run()
    assert not app.exception and not app.get("plotly_chart")
    assert any("were chosen on this split" in warning.value for warning in app.warning)
    assert any("cannot be compared" in info.value for info in app.info)


def test_the_boxes_below_the_matrix_report_a_cells_rows_where_the_pictures_are_missing(models):
    app = evaluate_page("Confusion")
    app = app.selectbox(key="evaluate-true").set_value("disgust").run()
    app = app.selectbox(key="evaluate-predicted").set_value("angry").run()
    report = stored.report(models.default, "fer2013", "test")
    assert app.header[0].value.replace("\\", "").startswith(f"Disgust → angry: {report.confusion[1, 0]} of 55")
    assert len(app.dataframe[0].value) == report.confusion[1, 0]
    assert any("data/README.md" in info.value for info in app.info)


@pytest.mark.parametrize("damage", ["{", '{"format": 1}'])
def test_a_damaged_report_is_reported_and_the_page_stays_up(models, damage):
    models.default.report_path("fer2013", "test").write_text(damage)
    app = evaluate_page()
    assert not app.exception and "Evaluate again" in app.error[0].value
    box = next(box for box in app.selectbox if box.label == "Data and split")
    app = box.set_value(("fer2013", "val")).run()
    assert not app.exception and not app.error and app.metric


def test_a_broken_zip_is_reported(models):
    app = evaluate_page().button_group(key="evaluate-source").set_value("own").run()
    app = app.file_uploader(key="evaluate-zip").set_value([("mine.zip", b"Dear all", "application/zip")]).run()
    assert not app.exception and "The zip cannot be opened" in app.error[0].value
