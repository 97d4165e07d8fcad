"""Pages with an ensemble among the models."""

import shutil
from dataclasses import replace

import pytest
from helpers.models_page import leaderboard, opened
from helpers.shipped import ROOT
from streamlit.testing.v1 import AppTest

from fer.runs.run import Run
from fer.training.ensembling import ensemble


@pytest.fixture
def both(models) -> Run:
    return ensemble([models["vgg_small"], models["mini_xception"]], "both")


def texts(elements) -> list[str]:
    return [element.value for element in elements]


def test_the_models_page_lists_it_and_names_its_members(models, both, no_links):
    app = opened("both", "Card")
    assert not app.exception and [tab.label for tab in app.tabs] == ["Card", "Exports"]
    (row,) = leaderboard(app)["Yours"]
    assert row["id"] == "both"
    table = dict(app.table[0].value.itertuples(index=False))
    assert table["Members"] == r"vgg\_small\, mini\_xception" and table["Network"] == "ensemble"
    sizes = sum(models[name].tflite_path.stat().st_size for name in ("vgg_small", "mini_xception"))
    assert table["Size"].replace("\\", "") == f"{sizes / 1e6:.1f} MB"


def test_its_exports_are_said_not_to_exist(models, both, no_links):
    app = opened("both", "Exports")
    assert not app.exception and not app.get("download_button")
    assert any("no exports of its own" in text.replace("\\", "") for text in texts(app.markdown))


def test_a_member_cannot_be_deleted_on_the_page(models, no_links):
    mine = Run(shutil.copytree(models["vgg_small"].path, models.root / "mine"))
    mine.card = replace(mine.card, shipped=False)
    ensemble([mine, models["mini_xception"]], "both")
    app = opened("mine")
    app = app.button(key="models-delete-mine").click().run()
    assert not app.exception and "mine is a member of both" in texts(app.error)[0]
    assert "mine" in [run.id for run in models]


def test_without_a_member_it_is_shown_as_damaged(models, both, no_links):
    shutil.rmtree(models["mini_xception"].path)
    app = opened("both")
    assert not app.exception and leaderboard(app)["Yours"][0]["cells"]["state"] == "Damaged"
    assert any("there is no run named mini_xception" in text.replace("\\", "") for text in texts(app.warning))


def test_predict_reads_an_example_with_it(models, both):
    app = AppTest.from_file(str(ROOT / "pages/predict.py"), default_timeout=120)
    app.query_params["model"] = "both"
    app = app.run()
    assert not app.exception and not app.error
    assert app.selectbox(key="model").value == "both"


def test_evaluate_shows_its_report(models, both):
    app = AppTest.from_file(str(ROOT / "pages/evaluate.py"), default_timeout=120)
    app.query_params["model"] = "both"
    app = app.run()
    assert not app.exception and not app.error


def test_train_offers_it_as_a_teacher_but_not_to_start_from(models, both):
    app = AppTest.from_file(str(ROOT / "pages/train.py"), default_timeout=120)
    app.session_state["train-advanced"] = True
    app = app.run()
    assert not app.exception
    assert "both" in app.multiselect(key="train-teacher").options
    assert "both" not in app.selectbox(key="train-start_from").options


@pytest.mark.parametrize("place", ["In this browser", "On the server"])
def test_live_reads_with_it_on_the_server(models, both, place):
    app = AppTest.from_file(str(ROOT / "pages/live.py"), default_timeout=120)
    app.query_params["model"] = "both"
    app.session_state["live-place"] = place
    app = app.run()
    assert not app.exception and not app.error and app.selectbox(key="model").value == "both"
    told = [text for text in texts(app.info) if "only answers on the server" in text]
    assert bool(told) is (place == "In this browser")
