"""The pages, run by Streamlit's own test harness."""

import io
import json
import shutil
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from fer.runs import overview
from fer.runs.store import RunStore

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "pages/parts/samples"


@pytest.fixture
def predict() -> AppTest:
    # the page alone: through streamlit_app.py, AppTest falls back to legacy mode at every run; tests/browser/
    # sees the whole app
    return AppTest.from_file(str(ROOT / "pages/predict.py"), default_timeout=60).run()


def upload(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    kind = {"png": "image/png"}
    return (
        app.file_uploader(key="predict-photos")
        .set_value([(name, content, kind.get(name[-3:], "image/jpeg")) for name, content in files])
        .run()
    )


def probabilities(app: AppTest) -> list[dict]:
    """What each bar chart on the page shows: label -> probability."""
    data = [json.loads(chart.proto.spec)["data"][0] for chart in app.get("plotly_chart")]
    return [{"labels": bars["y"], "texts": bars["text"]} for bars in data]


def test_the_first_page_invites_and_reports_the_models_accuracy(predict):
    assert not predict.exception and predict.title[0].value == "Read emotions in faces"
    score = RunStore().default.card.test_score
    said = predict.info[0].value
    assert f"{score.accuracy:.1%}" in said and f"{score.n:,}" in said
    assert f"{score.leak_free_accuracy:.1%}" in said and "288" in said
    assert any("not stored" in caption.value for caption in predict.caption)


def test_an_uploaded_photo_is_answered_with_seven_probabilities_a_face(predict):
    app = upload(predict, ("pair.jpg", (SAMPLES / "pair.jpg").read_bytes()))
    assert not app.exception
    shown = probabilities(app)
    assert len(shown) == 2 and all(len(bars["labels"]) == len(bars["texts"]) == 7 for bars in shown)
    assert len(app.get("download_button")) == 3


def test_a_sample_answers_with_one_click(predict):
    app = predict.button(key="predict-sample-astronaut.jpg").click().run()
    assert not app.exception and len(probabilities(app)) == 1
    assert any("**Happy**" in text.value for text in app.markdown), "the astronaut smiles"


def test_bad_files_are_reported_and_the_good_one_is_still_answered(predict):
    good = (SAMPLES / "hopper.jpg").read_bytes()
    app = upload(predict, ("letter.jpg", b"Dear all"), ("half.jpg", good[:9000]), ("none.jpg", b""), ("good.jpg", good))
    assert not app.exception
    shown = [error.value.replace("\\", "") for error in app.error]
    assert len(shown) == 3 and "letter.jpg: This file isn't a readable image" in shown[0]
    assert "half.jpg: The image is damaged" in shown[1] and "none.jpg: The file is empty" in shown[2]
    assert len(probabilities(app)) == 1


def test_a_picture_without_a_face_may_be_taken_whole(predict):
    buffer = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(buffer, "PNG")
    app = upload(predict, ("sky.png", buffer.getvalue()))
    assert "No face found in sky.png" in app.warning[0].value.replace("\\", "") and not probabilities(app)
    app = app.toggle[-1].set_value(True).run()
    assert not app.exception and len(probabilities(app)) == 1


def test_another_model_may_answer(predict):
    app = predict.selectbox(key="predict-model").set_value("mini_xception").run()
    assert not app.exception and "mini_xception" in app.info[0].value


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


def test_a_run_without_weights_is_not_offered_where_faces_are_answered(models, bare, predict):
    assert not predict.exception and predict.selectbox(key="predict-model").options == ["mini_xception", "vgg_small"]
