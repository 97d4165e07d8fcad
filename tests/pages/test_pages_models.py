"""The Models page: leaderboard, drawer, import."""

import shutil
from dataclasses import replace

import pytest
from helpers.models_page import leaderboard, names, opened
from streamlit.testing.v1 import AppTest

from fer.errors import FerError
from fer.runs import overview
from fer.runs.card import Source
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.state import Status

pytestmark = pytest.mark.usefixtures("no_links")


@pytest.fixture
def mine(models) -> Run:
    """A finished run of the user's own."""
    shutil.copytree(models["mini_xception"].path, models.root / "mine")
    models["mine"].card = replace(models["mine"].card, shipped=False)
    return models["mine"]


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button if not button.disabled}


def texts(elements) -> list[str]:
    return [element.value.replace("\\", "") for element in elements]


def test_the_leaderboard_has_ones_own_models_first_and_those_without_weights_apart(models, mine, bare):
    app = opened()
    assert not app.exception and names(app) == ["mine", "vgg_small", "mini_xception"] and names(app, 1) == ["bare"]
    assert list(leaderboard(app)) == ["Yours", "Included"]
    assert [row["badge"] for row in leaderboard(app)["Included"]] == ["Default", ""]


def test_a_model_without_weights_has_no_size_there_or_on_its_card(models, bare):
    app = opened("bare")
    assert leaderboard(app, 1)[""][0]["cells"]["size"] == "–"
    assert "Size" not in list(app.table[0].value["Figure"])


def test_all_figures_are_the_table_that_the_readme_has(models, bare):
    models["mini_xception"].note = "the light one"
    app = opened(**{"models-all": True})
    assert not app.exception and not app.error
    shown = overview.texts(app.dataframe[0].value.to_dict("records"))
    assert shown == overview.texts(overview.rows(models, "vgg_small")) and shown[-1]["note"] == "the light one"


def test_no_drawer_is_open_and_no_curve_is_drawn_until_they_are_asked_for(models):
    app = opened()
    assert not app.tabs and len(app.get("plotly_chart")) == 1, "accuracy over speed"
    app = opened("vgg_small")
    assert [tab.label for tab in app.tabs] == ["Card", "Curves", "Exports", "Robustness"]
    assert len(app.get("plotly_chart")) == 1
    assert len(opened("vgg_small", "Curves").get("plotly_chart")) == 1 + 5


def test_the_address_of_a_model_that_does_not_exist_leaves_the_page_standing(models):
    app = opened("vgg_smal")
    assert not app.exception and "Did you mean 'vgg_small'?" in texts(app.error)[0] and len(names(app)) == 2


def test_a_model_is_made_the_default(models):
    app = opened("mini_xception")
    app = app.button(key="models-make-default").click().run()
    assert not app.exception and models.default.id == "mini_xception"
    assert "mini_xception is now the default model." in texts(app.toast)
    assert "models-make-default" not in keys(app), "the drawer is still open, with a badge instead"
    assert any("Default model" in text.value for text in app.markdown)


def test_a_run_without_weights_has_figures_curves_and_how_to_train_it_again(models, bare):
    app = opened("bare", "Curves")
    assert not app.exception and not app.error and app.code[0].value == "python -m fer train --recipe bare"
    assert len(app.get("plotly_chart")) == 1 + 5
    app = opened("bare", "Exports")
    assert [button.label for button in app.get("download_button")] == ["Download (CSV)"]
    assert keys(app) == {"models-import-open"}, "nothing to use, convert, rename or delete"


def test_a_run_of_ones_own_is_noted_renamed_and_deleted(models, mine):
    app = opened("mine")
    app = app.text_area(key="models-note-mine").set_value("the good one").run()
    assert not app.exception and models["mine"].note == "the good one" and "Note saved." in texts(app.caption)
    app = app.text_input(key="models-name-mine").set_value("better").run()
    app = app.button(key="models-rename-mine").click().run()
    assert not app.exception and [run.id for run in models] == ["better", "mini_xception", "vgg_small"]
    assert app.query_params["model"] in ("better", ["better"]) and "Renamed mine to better." in texts(app.toast)
    app = app.button(key="models-delete-better").click().run()
    assert not app.exception and [run.id for run in models] == ["mini_xception", "vgg_small"]
    assert not app.query_params and not app.tabs and "Deleted better." in texts(app.toast)


def test_a_drawer_left_open_does_not_overwrite_a_newer_note(models, mine):
    app = opened("mine")
    mine.note = "of another visitor"
    app = app.text_input(key="models-name-mine").set_value("unrelated").run()
    assert not app.exception and models["mine"].note == "of another visitor"


def test_a_name_that_is_taken_is_refused_in_the_drawer(models, mine):
    app = opened("mine")
    app = app.text_input(key="models-name-mine").set_value("vgg_small").run()
    app = app.button(key="models-rename-mine").click().run()
    assert not app.exception and "already exists" in texts(app.error)[0]
    assert app.tabs and names(app) == ["mine", "vgg_small", "mini_xception"]


def test_a_name_becomes_one_that_a_run_can_have_as_on_train(models, mine):
    app = opened("mine")
    app = app.text_input(key="models-name-mine").set_value("my rün").run()
    assert "Saved as **my-run**." in texts(app.caption)
    app = app.button(key="models-rename-mine").click().run()
    assert not app.exception and "my-run" in names(app) and "Renamed mine to my-run." in texts(app.toast)
    app = app.text_input(key="models-name-my-run").set_value("my run").run()
    assert "models-rename-my-run" not in keys(app), "it has that name already"
    app = app.text_input(key="models-name-my-run").set_value("ねこ").run()
    app = app.button(key="models-rename-my-run").click().run()
    assert "A run's name must be" in texts(app.error)[0]


def test_what_is_imported_gets_a_name_that_a_run_can_have(models, monkeypatch):
    asked = []
    monkeypatch.setattr("fer.system.process.command", lambda models, *arguments: asked.append(arguments))
    app = opened()
    app = app.button(key="models-import-open").click().run()
    app.file_uploader(key="models-import").set_value([("net.tflite", b"no network", "application/zip")])
    app.text_input(key="models-import-name").set_value("my net")
    app = app.button(key="models-import-open").click().run()  # in AppTest no dialog stays open
    assert "Saved as **my-net**." in texts(app.caption)
    app.button(key="models-import-open").click()
    app = app.button(key="models-import-now").click().run()
    assert not app.exception and "--name=my-net" in asked[0] and "Imported net.tflite as my-net." in texts(app.toast)


@pytest.fixture
def taught(models, mine) -> Run:
    """`mine`, as if it was taught on vgg_small a moment ago."""
    mine.card = replace(mine.card, started_from=Source("vgg_small", 0, {}), exports={})
    mine.model_path.unlink()
    mine.head_path.write_bytes(b"")
    return mine


def test_a_taught_models_keras_file_is_made_there_and_downloaded_when_there(models, taught, monkeypatch):
    asked = []
    monkeypatch.setattr("fer.system.process.command", lambda models, *arguments: asked.append(arguments))
    app = opened("mine", "Exports")
    app = app.button(key="models-export-keras").click().run()
    assert not app.exception and asked == [("export", "mine", "--as", "keras")]
    assert "Made the Keras file of mine." in texts(app.toast)
    taught.model_path.write_bytes(b"x")
    app = opened("mine", "Exports")
    assert "models-export-keras" not in keys(app) and "models-take-keras" in [
        button.key for button in app.get("download_button")
    ]


def test_what_is_made_in_the_background_is_told_and_so_is_what_failed(models, taught):
    (taught.path / "export.txt").write_text("")
    with taught.lock:
        app = opened("mine", "Exports")
        assert not app.exception and any("are being made in the background" in text for text in texts(app.caption))
        assert not [key for key in keys(app) if key.startswith("models-export")]
    (taught.path / "export.txt").write_text("fer: The disk is full.\n")
    app = opened("mine", "Exports")
    assert "Making files in the background failed: The disk is full." in texts(app.error)
    assert "models-export-keras" in keys(app)


def test_a_taught_model_without_its_source_says_so_before_the_click(models, taught):
    shutil.rmtree(models.root / "vgg_small")
    app = opened("mine", "Exports")
    assert any("mine was taught on vgg_small, which is not here." in text for text in texts(app.caption))
    assert not [key for key in keys(app) if key.startswith("models-export")]


def test_the_model_that_another_was_taught_on_stays_until_that_has_its_keras_file(models, mine):
    shutil.copytree(mine.path, models.root / "smile")
    smile = models["smile"]
    smile.card = replace(smile.card, started_from=Source("mine", 0, {}))
    smile.model_path.unlink()
    smile.head_path.write_bytes(b"")
    app = opened("mine")
    app = app.button(key="models-delete-mine").click().run()
    assert not app.exception and "mine is needed for the Keras file of smile" in texts(app.error)[0]
    assert "mine" in [run.id for run in models]


def test_a_failed_export_takes_nothing_away(models, monkeypatch):
    def fail(*_):
        raise FerError("The disk is full.")

    monkeypatch.setattr("fer.system.process.command", fail)
    app = opened("vgg_small", "Exports")
    app = app.button(key="models-export-float16").click().run()
    assert not app.exception and "The disk is full." in texts(app.error)
    assert len(app.get("download_button")) == 3 and len(names(app)) == 2


def test_what_an_export_lacks_is_told_before_the_click(models, monkeypatch):
    monkeypatch.setattr("fer.runs.exports.find_spec", lambda name: None if name == "tf2onnx" else name)
    app = opened("vgg_small", "Exports")
    assert any("ONNX needs tf2onnx, not installed: pip install" in text for text in texts(app.caption))
    assert any("int8 needs fer2013 in data/" in text for text in texts(app.caption))
    assert "models-export-float16" in keys(app) and not {"models-export-onnx", "models-export-int8"} & keys(app)


@pytest.mark.parametrize(
    ("status", "text"), [(Status("failed", "No such data."), "Failed. No such data."), (Status(), "")]
)
def test_an_unfinished_run_says_what_it_is(models, status, text):
    models.create(TrainConfig(), "new").status = status
    app = opened("new")
    assert not app.exception and not [error.value for error in app.error]
    assert text in texts(app.info)[0] and "Train page" in texts(app.info)[0]
    assert [tab.label for tab in app.tabs] == ["Card"] and "models-delete-new" in keys(app)


def test_a_damaged_run_says_so_in_its_drawer_too(models, mine):
    (mine.path / "card.json").write_text("{")
    app = opened("mine")
    assert not app.exception and leaderboard(app)["Yours"][0]["cells"]["state"] == "Damaged"
    assert len([text for text in texts(app.warning) if "card.json is damaged" in text]) == 2


def test_what_a_command_says_is_shown_where_an_import_is_refused(models):
    app = opened()
    app = app.button(key="models-import-open").click().run()
    app.file_uploader(key="models-import").set_value([("net.tflite", b"no network", "application/zip")])
    app = app.button(key="models-import-open").click().run()  # in AppTest no dialog stays open
    app.button(key="models-import-open").click()
    app = app.button(key="models-import-now").click().run()
    assert not app.exception and app.error and len(list(models)) == 2


def test_a_visitor_without_the_right_sees_why_instead_of_buttons(models, mine, monkeypatch):
    monkeypatch.setenv("FER_TRAINING", "off")
    app = opened("mine", "Exports")
    assert any("switched off" in text for text in texts(app.info))
    assert keys(app) == {"models-import-open"} and len(app.get("download_button")) == 3
