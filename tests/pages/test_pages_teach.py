"""Teach as the server sees it, run without a browser."""

import base64
from pathlib import Path

import numpy as np
import pytest
from helpers import components
from streamlit import config
from streamlit.testing.v1 import AppTest

from fer.errors import FerError
from fer.runs.store import RunStore
from fer.teaching import network
from pages.parts.teach import keep_it, lessons, studio

ROOT = Path(__file__).parents[2]


@pytest.fixture
def teach(models) -> AppTest:
    return AppTest.from_file(str(ROOT / "pages/teach.py"), default_timeout=60)


def message(run, takes: int = 3, **change) -> dict:
    """What the page sends after holds of two classes that lie apart."""
    width, make = network.width_of(run), np.random.default_rng(0)
    classes = np.repeat([0, 1], takes * 5)
    features = (make.normal(size=(len(classes), width)) + 3 * classes[:, None]).astype("<f4")
    given = {"labels": ["smile", "asleep"], "classes": classes.tolist(), "revision": 9}
    given |= {"takes": (np.arange(len(classes)) // 5).tolist(), "features": base64.b64encode(features).decode()}
    return given | change


def taught(app: AppTest, given: object) -> AppTest:
    """The page after a training; the component itself needs a browser."""
    app.session_state["notice-accepted-teaching"] = True
    run = RunStore()["vgg_small"]

    def teach(session=app.session_state):
        try:
            found = lessons.lesson.teach(lessons.sent.recordings(given, network.width_of(run)))
            session[lessons.TAUGHT] = lessons.Taught(found, run.id, 9, 1)
        except FerError as error:
            session[lessons.REFUSED] = str(error)

    teach()
    return app.run()


def component(app: AppTest) -> dict:
    (data,) = components.shown(app, "fer_teach_studio")
    return data


def test_visitors_are_told_what_is_sent_before_the_camera_starts(teach):
    app = teach.run()
    words = " ".join(element.value for element in app.markdown)
    assert "stays on this device" in words and "a few hundred numbers" in words and "neither pictures" in words
    assert not components.shown(app, "fer_teach_studio")
    app = app.button(key="notice-continue").click().run()
    assert component(app)["model"]["width"] == 256 and component(app)["head"] is None
    assert (studio.STATIC / component(app)["version"] / "page.js").is_file()


def test_a_server_that_does_not_send_the_modules_says_so_instead_of_a_grey_button(teach):
    before = config.get_option("server.enableStaticServing")
    config.set_option("server.enableStaticServing", False)
    try:
        app = teach.run()
    finally:
        config.set_option("server.enableStaticServing", before)
    assert not app.exception and "enableStaticServing = true" in app.error[0].value
    assert "python -m fer teach" in app.error[0].value and not any(b.key == "notice-continue" for b in app.button)


def test_only_models_that_can_learn_are_offered(teach):
    teach.session_state["notice-accepted-teaching"] = True
    app = teach.run()
    assert app.selectbox(key="teach-on").options == [run.id for run in RunStore() if network.is_teachable(run)]


def test_a_training_is_told_with_its_interval_and_kept_as_a_run(teach, monkeypatch):
    monkeypatch.setattr(keep_it, "LINKS", {})  # which need the other pages
    app = taught(teach, message(RunStore()["vgg_small"]))
    shown = component(app)
    assert shown["verdict"]["figure"] == "100.0%" and "95% interval 61.0% to 100.0%" in shown["verdict"]["interval"]
    assert shown["head"]["labels"] == ["smile", "asleep"] and shown["head"]["revision"] == 9
    app = app.text_input(key="teach-name").set_value("my face").run()
    app = app.button(key="teach-keep").click().run()
    assert not app.exception and RunStore()["my-face"].labels == ("smile", "asleep")
    assert "Kept as" in " ".join(element.value for element in app.markdown)
    app = AppTest.from_file(str(ROOT / "pages/live.py"), default_timeout=60)
    app.session_state["notice-accepted-on-device"] = True
    app.session_state["model"] = "my-face"
    (live,) = components.shown(app.run(), "fer_live_browser")
    assert live["model"]["labels"] == ["smile", "asleep"]


def test_the_files_of_a_kept_lesson_are_started_in_the_background_and_a_refusal_loses_nothing(teach, monkeypatch):
    monkeypatch.setattr(keep_it, "LINKS", {})

    def start(store, run):
        started.append(run.id)
        raise OSError("no process can be started")

    started = []
    monkeypatch.setattr("fer.runs.background_export.start", start)
    app = taught(teach, message(RunStore()["vgg_small"]))
    app = app.button(key="teach-keep").click().run()
    assert not app.exception and started == ["my-classes"] and RunStore()["my-classes"].is_usable


def test_a_class_with_one_take_is_not_judged(teach):
    run = RunStore()["vgg_small"]
    app = taught(teach, message(run, takes=1))
    verdict = component(app)["verdict"]
    assert verdict["interval"] == "Accuracy unknown" and "smile and asleep once more" in verdict["notes"][0]


def test_recordings_that_make_no_sense_are_refused_in_words(teach):
    app = taught(teach, {"labels": 7})
    assert "did not arrive as expected" in component(app)["error"]["text"] and component(app)["head"] is None


def test_features_of_another_model_are_refused(models):
    def page():
        import streamlit as st

        from fer.runs.store import RunStore
        from pages.parts.teach import lessons

        lessons.take(st.session_state["message"], RunStore()["vgg_small"])

    app = AppTest.from_function(page, default_timeout=60)
    for of in ("vgg_small_taught", None):
        app.session_state["message"] = message(RunStore()["vgg_small"]) | ({"model": of} if of else {})
        app = app.run()
        assert "The model has changed meanwhile" in app.session_state[lessons.REFUSED]
        assert lessons.TAUGHT not in app.session_state


def test_a_visitor_without_the_right_can_try_but_not_keep(teach, monkeypatch):
    monkeypatch.setenv("FER_TRAINING", "off")
    app = taught(teach, message(RunStore()["vgg_small"]))
    assert component(app)["head"] and not any(button.key == "teach-keep" for button in app.button)
    assert any("switched off" in element.value for element in (*app.info, *app.caption, *app.warning, *app.markdown))
