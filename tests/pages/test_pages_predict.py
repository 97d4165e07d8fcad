"""The Predict page's sources and the Live page, run without a browser."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from helpers import components
from PIL import Image
from streamlit.testing.v1 import AppTest

from fer.faces.image import read_image
from fer.runs.store import RunStore
from pages.parts.predict import photos
from pages.parts.shared import answers, saliency

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "pages/parts/samples"
ASTRONAUT = (SAMPLES / "astronaut.jpg").read_bytes()


def source(name: str) -> AppTest:
    """The Predict page alone: through streamlit_app.py, AppTest falls back to legacy mode at every run; tests/browser/
    sees the whole app."""
    app = AppTest.from_file(str(ROOT / "pages/predict.py"), default_timeout=120)
    app.session_state["source"], app.session_state["notice-accepted"] = name, True
    return app.run()


@pytest.fixture
def predict() -> AppTest:
    return source("Photo")


def upload(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    kind = {"png": "image/png"}
    uploads = [(name, content, kind.get(name[-3:], "image/jpeg")) for name, content in files]
    return app.file_uploader(key="predict-photos-0").set_value(uploads).run()


def test_the_first_visit_shows_an_example_with_its_answer_and_the_models_accuracy(predict):
    assert not predict.exception and predict.title[0].value == "Read emotions in faces"
    (face,) = components.faces(predict)
    assert face["title"] == "Happy" and len(face["bars"]) == 7
    score, said = RunStore().default.card.test_score, "".join(text.value for text in predict.markdown)
    assert f"{score.accuracy:.1%}" in said and f"{score.n:,}" in said
    assert f"{score.leak_free_accuracy:.1%}" in said and "288" in said
    assert any("not stored" in caption.value for caption in predict.caption)


def test_an_uploaded_photo_takes_the_examples_place(predict):
    app = upload(predict, ("pair.jpg", (SAMPLES / "pair.jpg").read_bytes()))
    assert not app.exception and [face["number"] for face in components.faces(app)] == [1, 2]
    assert [button.label for button in app.get("download_button")] == [
        *("Annotated image (PNG)", "Results (CSV)", "Results (JSON)")
    ]


def test_an_example_can_be_shown_again_beside_ones_own_photos(predict):
    app = upload(predict, ("pair.jpg", (SAMPLES / "pair.jpg").read_bytes()))
    app.session_state["predict-shown"] = "hopper.jpg"  # as the click on an example does
    app = app.run()
    assert not app.exception and len(components.faces(app)) == 1
    assert components.shown(app, "fer_examples")[0]["chosen"] == "hopper.jpg"


def test_of_several_photos_each_can_be_chosen_and_the_bad_ones_say_why(predict):
    good = (SAMPLES / "hopper.jpg").read_bytes()
    app = upload(predict, ("letter.jpg", b"Dear all"), ("half.jpg", good[:9000]), ("none.jpg", b""), ("good.jpg", good))
    assert not app.exception and not app.error and len(components.faces(app)) == 1
    expected = {"letter.jpg": "isn't a readable image", "half.jpg": "is damaged", "none.jpg": "The file is empty"}
    for name, reason in expected.items():
        pills = next(each for each in app.button_group if each.label == "Your photos")
        app = pills.set_value(
            next(id for id, kept in app.session_state["predict-kept"].items() if kept[0] == name)
        ).run()
        assert not app.exception and f"{name}: " in app.error[0].value.replace("\\", "")
        assert reason in app.error[0].value.replace("\\", "")


def test_photos_and_answer_are_still_there_after_a_look_at_another_page(predict):
    app = upload(predict, ("pair.jpg", (SAMPLES / "pair.jpg").read_bytes()))
    app = app.file_uploader(key="predict-photos-0")  # Streamlit empties it without a word when another page is shown
    kept = app.root.session_state["predict-kept"]
    again = source("Photo")
    again.session_state["predict-kept"], again.session_state["predict-shown"] = kept, next(iter(kept))
    again = again.run()
    assert not again.exception and len(components.faces(again)) == 2
    again = again.button(key="predict-remove").click().run()
    assert not again.exception and len(components.faces(again)) == 1 and not again.session_state["predict-kept"]


def test_only_so_many_photos_are_kept(predict, monkeypatch):
    monkeypatch.setattr(photos, "MOST_KEPT", 2 * len(ASTRONAUT))
    app = upload(predict, *((f"{i}.jpg", ASTRONAUT) for i in range(5)))
    assert [name for name, _ in app.session_state["predict-kept"].values()] == ["3.jpg", "4.jpg"]


def test_a_photo_without_a_face_is_shown_with_what_to_try_and_may_be_taken_whole(predict):
    buffer = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(buffer, "PNG")
    app = upload(predict, ("sky.png", buffer.getvalue()))
    (view,) = components.shown(app, "fer_photo_view")
    assert not view["faces"] and "No face found" in view["notes"][0] and view["photo"].startswith("data:image/jpeg")
    app = next(toggle for toggle in app.toggle if "whole image" in toggle.label).set_value(True).run()
    assert not app.exception and len(components.faces(app)) == 1


def test_a_photo_on_its_side_is_shown_upright_and_says_so(predict):
    buffer = io.BytesIO()
    Image.open(SAMPLES / "hopper.jpg").rotate(90, expand=True).save(buffer, "JPEG", quality=95)
    app = upload(predict, ("side.jpg", buffer.getvalue()))
    (view,) = components.shown(app, "fer_photo_view")
    assert view["notes"] == ["The photo lay on its left side; it was read upright."]
    (face,), image = view["faces"], Image.open(io.BytesIO(base64.b64decode(view["photo"].split(",")[1])))
    assert image.height > image.width and face["top"] < 0.4, "the face is in the upper half"


def test_another_model_may_answer(predict):
    app = predict.selectbox(key="model").set_value("mini_xception").run()
    assert not app.exception and any("mini_xception" in text.value for text in app.markdown)


def test_a_run_without_weights_is_not_offered_where_faces_are_answered(models, bare, predict):
    assert not predict.exception and predict.selectbox(key="model").options == ["mini_xception", "vgg_small"]


def test_a_photo_from_the_camera_is_answered_mirrored():
    (plain,) = components.faces(upload(source("Photo"), ("a.jpg", ASTRONAUT)))
    app = source("Camera").camera_input(key="predict-camera").set_value(("photo.jpg", ASTRONAUT, "image/jpeg")).run()
    (mirrored,) = components.faces(app)
    assert not app.exception and plain["left"] + mirrored["left"] + mirrored["width"] == pytest.approx(1, abs=0.01)


def test_before_the_camera_starts_visitors_are_told_what_happens(monkeypatch):
    app = AppTest.from_file(str(ROOT / "pages/predict.py"), default_timeout=120)
    app.session_state["source"] = "Camera"
    app = app.run()
    assert not app.get("camera_input") and any("2024/1689" in text.value for text in app.markdown)
    monkeypatch.setenv("FER_NOTICE", "Only for our **museum**.")
    app = app.run()
    assert any("museum" in text.value for text in app.markdown)
    app = app.button(key="notice-continue").click().run()
    assert not app.exception and app.get("camera_input")


@pytest.mark.parametrize("method", ["", "activation", "no such method"])
def test_why_explains_the_emotion_that_was_asked_for(method, monkeypatch):
    monkeypatch.setattr(saliency, "_explain", saliency._explain.__wrapped__)  # a cache of the session
    run = RunStore()["mini_xception"]
    found = answers.answer("a.jpg", read_image(ASTRONAUT), run.id)
    why = answers._explained(found, run, 1, "sad", method)
    assert why["label"] == "sad" and why["method"] == ("activation" if method == "activation" else "occlusion")
    assert why["image"].startswith("data:image/jpeg") and "sad" in why["sentence"]
    assert answers._explained(found, run, 2) is None, "a photo that has changed meanwhile"


def test_the_annotated_image_of_a_turned_photo_is_upright():
    image = np.rot90(read_image(SAMPLES / "hopper.jpg")).copy()
    run = RunStore()["mini_xception"]
    found = answers.answer("a.jpg", image, run.id)
    marked = read_image(answers.annotated(found, lambda: image, None))
    assert found.turns == 3 and marked.shape[:2] == image.shape[1::-1]
