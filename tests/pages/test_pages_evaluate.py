"""The Evaluate page, run by Streamlit's own test harness."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers.components import shown
from helpers.made_photos import packed, png
from streamlit.testing.v1 import AppTest

from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.evaluation import sentences, stored
from fer.evaluation.comparison import Comparison
from fer.runs.run import Run

ROOT = Path(__file__).parents[2]
SECTIONS = ("Errors", "Classes", "Certainty", "Compare", "Label noise", "Your photos")


def evaluate_page(section: str = "Errors", **address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages/evaluate.py"), default_timeout=60)
    app.session_state["section"] = section
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def html(app: AppTest) -> str:
    return "".join(element.proto.body for element in app.get("html"))


def matrix(app: AppTest) -> dict:
    (found,) = shown(app, "fer_confusion_matrix")
    return found


def subtitles(app: AppTest) -> list[str]:
    return [json.loads(chart.proto.spec)["layout"]["title"]["subtitle"]["text"] for chart in app.get("plotly_chart")]


@pytest.mark.parametrize("section", ["Errors", "Compare"])
def test_the_stored_reports_of_a_run_without_weights_are_shown_and_no_other_is_offered(models, bare, section):
    app = evaluate_page(section).selectbox(key="model").set_value("bare").run()
    assert not app.exception and not app.error
    assert app.selectbox(key="data").options == ["fer2013 PrivateTest", "fer2013 PublicTest"]
    assert not [button for button in app.button if button.key == "evaluate-now"]
    if section == "Compare":
        assert "mini_xception, single pass" in app.selectbox(key="evaluate-second").options


def test_a_run_without_weights_is_a_rival_of_others_and_cannot_evaluate_photos(models, bare):
    app = evaluate_page("Compare")
    assert "bare, single pass" in app.selectbox(key="evaluate-second").options
    app = evaluate_page("Your photos").selectbox(key="model").set_value("bare").run()
    assert not app.exception and any("--recipe bare" in code.value for code in app.code)


def test_a_run_without_weights_and_reports_says_so(models, bare):
    shutil.rmtree(bare.path / "reports")
    app = evaluate_page().selectbox(key="model").set_value("bare").run()
    assert not app.exception and not app.error and "bare has no stored report" in app.info[0].value


def test_the_page_opens_with_the_default_models_accuracy_official_and_leak_free_beside_published_results(models):
    app, report = evaluate_page(), stored.report(models.default, "fer2013", "test")
    assert not app.exception
    text, (low, high) = html(app), report.interval
    assert f"{report.accuracy:.1%}</div>" in text and f"95% interval {low:.1%} to {high:.1%}" in text
    assert f"{report.leak_free.accuracy:.1%}</div>" in text and "leak-free, n = 3,301" in text
    assert sentences.one_in(report) in text and "Kaggle winner 2013" in text
    assert not app.metric, "they are computed when their popover is opened"


def test_all_headline_figures_are_one_click_away(models):
    app = AppTest.from_file(str(ROOT / "pages/evaluate.py"), default_timeout=60)
    app.session_state["evaluate-figures"] = True
    app.run()
    assert {metric.label for metric in app.metric} == {
        *("Accuracy, official", "Accuracy, leak-free", "Balanced accuracy"),
        *("Macro F1", "Log-loss", "Expected calibration error"),
    }
    assert any("without the 288 images" in caption.value for caption in app.caption)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_shows_and_every_figure_names_data_split_and_n(models, section):
    app = evaluate_page(section)
    assert not app.exception and not app.error
    for subtitle in subtitles(app):
        assert "fer2013 PrivateTest" in subtitle and "n = 3,589" in subtitle
    assert len(subtitles(app)) == {"Classes": 1, "Certainty": 2, "Compare": 1}.get(section, 0)
    assert len(app.get("download_button")) == 5


def test_augmented_is_another_report_and_says_so(models):
    app = evaluate_page("Certainty").button_group(key="inference").set_value(True).run()
    report = stored.report(models.default, "fer2013", "test", tta=True)
    assert f"{report.accuracy:.1%}</div>" in html(app)
    assert all("test-time augmentation" in subtitle for subtitle in subtitles(app))


def test_other_splits_are_not_set_beside_published_figures_and_carry_a_warning(models):
    app = evaluate_page().selectbox(key="data").set_value(("fer2013", "val")).run()
    assert not app.exception and "Kaggle winner" not in html(app)
    assert any("were chosen on the validation split" in warning.value for warning in app.warning)
    assert any("not shown beside these images" in caption.value for caption in app.caption)


@pytest.mark.parametrize(
    ("address", "data", "section"),
    [
        ({"section": "confusion"}, ("fer2013", "test"), "Errors"),
        ({"section": "label-noise", "data": "fer2013-val"}, ("fer2013", "val"), "Label noise"),
        ({"section": "CLASSES", "data": "fer2013 PublicTest"}, ("fer2013", "val"), "Classes"),
        ({"data": "fer2013", "model": "mini_xception"}, ("fer2013", "test"), "Errors"),
        ({"data": "nowhere-test", "section": "none", "cell": "9-9"}, ("fer2013", "test"), "Errors"),
    ],
)
def test_a_link_opens_its_model_data_and_section(models, address, data, section):
    app = AppTest.from_file(str(ROOT / "pages/evaluate.py"), default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception and not app.error
    assert app.selectbox(key="model").value == address.get("model", models.default_id)
    assert app.selectbox(key="data").value == data and app.session_state["section"] == section
    unknown = address.get("data", "") == "nowhere-test"
    assert [toast.value for toast in app.toast] == unknown * [
        "There is no nowhere\\-test to evaluate on here; this is another."
    ]


def test_an_evaluation_that_fails_leaves_the_page_in_place(models, monkeypatch, small_npz, tmp_path):
    def fail(*_, **__):
        raise FerError("The data is damaged.")

    (tmp_path / "data").mkdir()
    shutil.copy(small_npz, tmp_path / "data/small.npz")
    monkeypatch.setattr("pages.parts.shared.actions.judge", fail)
    app = evaluate_page().selectbox(key="data").set_value(("small", "test")).run()
    assert any("Once the model is evaluated" in caption.value for caption in app.caption)
    app = app.button(key="evaluate-now").click().run()
    assert not app.exception and app.error[0].value == "The data is damaged\\."
    assert [tab.label for tab in app.tabs] == [*SECTIONS] and app.button(key="evaluate-now")


def test_the_matrix_has_every_cell_and_the_most_frequent_confusion_is_open(models):
    app, report = evaluate_page(), stored.report(models.default, "fer2013", "test")
    drawn = matrix(app)
    assert drawn["texts"] == [[f"{count:,}" for count in row] for row in report.confusion.tolist()]
    assert np.asarray(drawn["shades"]).max() == 1 and drawn["labels"] == list(report.labels)
    true, predicted = sentences.worst_confusion(report)
    assert drawn["chosen"] == f"{true}-{predicted}"
    assert drawn["sentences"][true][predicted] == app.subheader[0].value.replace("\\", "")
    app = app.button_group(key="evaluate-normalisation").set_value("rows").run()
    assert matrix(app)["texts"][3][3] == f"{report.per_class['recall'][3]:.0%}"


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("Confusion matrix (figure)", "Confusion matrix, % of true class"),
        ("Published results (figure)", "Accuracy on PrivateTest"),
    ],
)
def test_what_is_drawn_without_plotly_opens_as_a_figure_that_can_be_saved(models, key, title):
    app = evaluate_page().button_group(key="evaluate-normalisation").set_value("rows").run()
    assert not app.get("plotly_chart")
    app = app.button(key=f"evaluate-take-{key}").click().run()
    assert not app.exception
    (chart,) = app.get("plotly_chart")
    assert json.loads(chart.proto.spec)["layout"]["title"]["text"] == title


def test_a_cell_in_the_address_shows_its_rows_where_the_images_are_missing(models):
    app, report = evaluate_page(cell="1-0"), stored.report(models.default, "fer2013", "test")
    assert app.subheader[0].value.replace("\\", "").startswith(f"Disgust → angry: {report.confusion[1, 0]} of 55")
    assert len(app.dataframe[0].value) == report.confusion[1, 0] and matrix(app)["chosen"] == "1-0"
    assert any("Get it on the Train page" in info.value for info in app.info)


def test_models_are_compared_in_a_sentence_beside_the_leaderboard(models):
    app = evaluate_page("Compare")
    first, other = (stored.report(models[name], "fer2013", "test") for name in ("vgg_small", "mini_xception"))
    app = app.selectbox(key="evaluate-second").set_value("mini_xception, single pass").run()
    assert any(Comparison(other, first).verdict in text.value.replace("\\", "") for text in app.markdown)
    assert all(f"{name}</th>" in html(app) for name in ("vgg_small, augmented", "vgg_small", "mini_xception"))
    app = app.button_group(key="evaluate-rivals").set_value(["vgg_small, test-time augmentation"]).run()
    assert any("2 comparisons; p-values are not corrected" in caption.value for caption in app.caption)
    for view in ("F1", "Precision and recall", "ROC", "Coverage", "Images"):
        app = app.button_group(key="evaluate-details").set_value(view).run()
        assert not app.exception and not app.error


def test_a_model_with_other_label_order_is_compared_and_set_beside_published_results(models):
    """Imported .tflite files keep theirs, and most are alphabetical."""
    turned = Run(shutil.copytree(models["mini_xception"].path, models.root / "turned"))
    labels = tuple(sorted(EMOTIONS))
    report = stored.report(turned, "fer2013", "test")
    shutil.rmtree(turned.path / "reports")
    turned.card = replace(turned.card, labels=labels, prior=())
    stored.add_report(turned, report.in_order(labels))
    app = uploaded(photos()).selectbox(key="model").set_value("turned").run()
    assert not app.exception and any("accuracy on mine" in text.value for text in app.subheader)
    app = evaluate_page("Compare", model="turned")
    assert not app.exception and not app.error and "Kaggle winner" in html(app)
    app = app.selectbox(key="evaluate-second").set_value("mini_xception, single pass").run()
    assert any("are correct on exactly the same images" in text.value for text in app.markdown)


def test_another_model_above_the_tabs_is_compared_at_once(models):
    app = evaluate_page("Compare", model="vgg_small")
    app = app.selectbox(key="model").set_value("mini_xception").run()
    assert any("mini_xception" in text.value.replace("\\", "").split(" than ")[0] for text in app.markdown)


@pytest.mark.parametrize("damage", ["{", '{"format": 1}'])
def test_a_damaged_report_is_reported_and_the_page_stays_up(models, damage):
    models.default.report_path("fer2013", "test").write_text(damage)
    app = evaluate_page()
    assert not app.exception and "Evaluate again" in app.error[0].value
    app = app.selectbox(key="data").set_value(("fer2013", "val")).run()
    assert not app.exception and not app.error and matrix(app)


def uploaded(content: bytes) -> AppTest:
    app = evaluate_page("Your photos").radio(key="evaluate-detector").set_value("whole").run()
    return app.file_uploader(key="evaluate-zip-0").set_value([("mine.zip", content, "application/zip")]).run()


def photos(manifest: str = "") -> bytes:
    files = {f"happy/{place}.png": png(60, 60) for place in range(12)}
    return packed({**files, **({"manifest.csv": manifest.encode()} if manifest else {})})


def test_a_broken_zip_is_reported(models):
    app = uploaded(b"Dear all")
    assert not app.exception and "The zip cannot be opened" in app.error[0].value


def test_photos_with_a_manifest_are_compared_between_groups(models):
    lines = [f"happy/{place}.png,,{'women' if place % 2 else 'men'}" for place in range(10)]
    app = uploaded(photos("\n".join(["file,label,group", *lines])))
    assert not app.exception and not app.error
    assert "men, n = 5</th>" in html(app) and "women, n = 5</th>" in html(app)
    assert any("permutation test" in text.value for text in app.markdown)
    assert any("2 photos without a group left out" in caption.value for caption in app.caption)
    assert not any("Not audited" in info.value for info in app.info)
    app = app.button(key="evaluate-own-remove").click().run()
    assert not app.exception and "men, n = 5</th>" not in html(app) and app.file_uploader(key="evaluate-zip-1")


def test_photos_without_groups_are_called_not_audited_and_can_be_opened_in_every_section(models, bare):
    app = uploaded(photos())
    assert not app.exception and any("Not audited" in info.value for info in app.info)
    app = app.button(key="evaluate-own-open").click().run()
    assert app.selectbox(key="data").value == ("own photos", "all") and app.session_state["section"] == "Errors"
    assert sum(int(text) for text in matrix(app)["texts"][3]) == 12 and "Kaggle winner" not in html(app)
    for section in SECTIONS[1:]:
        app.query_params["section"] = section
        app = app.run()
        assert not app.exception and not app.error and app.session_state["section"] == section
    app.query_params["section"], before = "Errors", app.selectbox(key="model").value
    app = app.selectbox(key="model").set_value("bare").run()
    assert not app.exception and app.selectbox(key="data").value == ("fer2013", "test"), "it cannot answer"
    app.query_params["section"] = "Your photos"
    app = app.selectbox(key="model").set_value(before).run()
    app = app.button(key="evaluate-own-remove").click().run()
    assert not app.exception and app.selectbox(key="data").value == ("fer2013", "test")
