"""The pages, run by Streamlit's own test harness."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from fer.runs import overview

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "pages/parts/samples"


def test_the_models_page_shows_every_run_and_changes_the_default(models):
    app = AppTest.from_file(str(ROOT / "pages/models.py"), default_timeout=60).run()
    assert not app.exception and list(app.dataframe[0].value["model"]) == ["vgg_small", "mini_xception"]
    app = app.selectbox(key="models-chosen").set_value("mini_xception").run()
    app = app.button(key="models-make-default").click().run()
    assert not app.exception and models.default.id == "mini_xception"


def test_the_models_page_shows_the_table_that_the_readme_has(models, bare):
    models["mini_xception"].note = "the light one"
    app = AppTest.from_file(str(ROOT / "pages/models.py"), default_timeout=60).run()
    assert not app.exception and not app.error
    shown = overview.texts(app.dataframe[0].value.to_dict("records"))
    assert shown == overview.texts(overview.rows(models, "vgg_small")) and shown[-1]["note"] == "the light one"


def test_of_a_run_without_weights_the_models_page_shows_figures_and_curves_and_how_to_train_it_again(models, bare):
    app = AppTest.from_file(str(ROOT / "pages/models.py"), default_timeout=60).run()
    app = app.selectbox(key="models-chosen").set_value("bare").run()
    assert not app.exception and not app.error and len(app.get("plotly_chart")) == 5 + 1, (
        "five curves, and how accuracy falls"
    )
    accuracy = f"{bare.card.test_score.accuracy:.1%}"
    assert any(f"bare**: **{accuracy}**" in text.value for text in app.markdown)
    assert "python -m fer train --recipe bare" in app.info[0].value.replace("\\", "")
    assert [button.label for button in app.get("download_button")] == ["History (CSV)"]
    keys = {button.key for button in app.button}
    assert "models-make-default" not in keys and not any(key.startswith("models-export") for key in keys)
