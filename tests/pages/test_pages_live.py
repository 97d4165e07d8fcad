"""The Live page, run without a browser."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from helpers import components
from streamlit.testing.v1 import AppTest

from fer.faces.image import read_image
from fer.runs.store import RunStore

ROOT = Path(__file__).parents[2]
ASTRONAUT = (ROOT / "pages/parts/samples/astronaut.jpg").read_bytes()


@pytest.fixture
def live(monkeypatch):
    """A function that runs the Live page as if the camera were on or off. Streamlit's tests know no components, and the
    real package crashes where TensorFlow is loaded already, which the web process never does."""
    given = {}

    def streamer(**options):
        given.update(options)
        return SimpleNamespace(state=SimpleNamespace(playing=given.get("on", False), signalling=False))

    modes = SimpleNamespace(SENDRECV="sendrecv")
    monkeypatch.setitem(sys.modules, "streamlit_webrtc", SimpleNamespace(webrtc_streamer=streamer, WebRtcMode=modes))
    app = AppTest.from_file(str(ROOT / "pages/live.py"), default_timeout=60)

    app.session_state["notice-accepted"] = True
    app.session_state["live-place"] = "On the server"

    def run(on: bool) -> AppTest:
        given["on"] = on
        return app.run()

    run.given = given
    return run


def test_the_live_page_says_where_the_pictures_go(live):
    app = live(on=False)
    assert not app.exception and "not stored" in app.caption[-1].value
    assert live.given["media_stream_constraints"]["audio"] is False


def test_the_live_page_shows_pace_faces_and_course_while_the_camera_is_on(live):
    app = live(on=True)
    reader = app.session_state["live-reader"]
    for i in range(16):
        reader.read(read_image(ASTRONAUT).copy(), i / 25)
    reader._note(0.0, 0.01, 0)
    app = live(on=True)
    (now,) = components.shown(app, "fer_live_now")
    assert (
        not app.exception
        and "frames a second" in now["status"]
        and [face["title"] for face in now["faces"]] == ["Happy"]
    )
    assert [face["number"] for face in components.shown(app, "fer_lanes")[0]["faces"]] == [1]
    app = app.slider(key=f"live-threshold-{RunStore().default.id}-True").set_value(0.9).run()
    assert reader.settings.threshold == 0.9
    app = app.button(key="live-snap").click().run()
    assert not app.exception and app.get("image")


def test_a_resting_face_is_learned_on_the_server_too(live):
    app = live(on=True)
    reader = app.session_state["live-reader"]
    photo = read_image((ROOT / "pages/parts/samples/hopper.jpg").read_bytes())
    reader.read(photo.copy(), 0.0)
    reader._note(0.0, 0.01, 0)
    app = app.button(key="live-learn").click().run()
    for i in range(8):
        reader.read(photo.copy(), i / 2)
    app = live(on=True)
    before = reader.now[0].raw
    reader.read(photo.copy(), 5.0)
    after, neutral = reader.now[0].raw, before.labels.index("neutral")
    assert not app.exception and reader.settings.shift
    assert after.probabilities[neutral] > before.probabilities[neutral] and abs(after.probabilities.sum() - 1) < 1e-5


def test_the_model_may_be_changed_while_live(live):
    app = live(on=True)
    app = app.selectbox(key="model").set_value("mini_xception").run()
    assert not app.exception and app.session_state["live-reader"].classifier.run.id == "mini_xception"


def test_a_connection_that_does_not_come_is_reported_after_ten_seconds_with_a_way_out(live, monkeypatch):
    links = []
    monkeypatch.setattr("streamlit.page_link", lambda page, **_: links.append(page))
    app = live(on=True)
    assert any("Connecting" in caption.value for caption in app.caption) and not links
    app.session_state["live-asked"] -= 11
    app = live(on=True)
    assert "No image received" in app.error[0].value and links == ["pages/predict.py"]
