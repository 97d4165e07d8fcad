"""The Predict page's ways in and the Live page, run without a browser."""

import io
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from helpers.made_videos import video
from streamlit.testing.v1 import AppTest

from fer.faces.image import read_image
from fer.runs.store import RunStore

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "pages/parts/samples"
ASTRONAUT = (SAMPLES / "astronaut.jpg").read_bytes()


def way(name: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages/predict.py"), default_timeout=120)
    app.session_state["predict-way"] = name
    return app.run()


def test_a_photo_from_the_camera_is_answered_mirrored(monkeypatch):
    taken = []
    monkeypatch.setattr("pages.parts.predict.photos.downloads", taken.extend)
    plain = way("Photo").file_uploader(key="predict-photos").set_value([("a.jpg", ASTRONAUT, "image/jpeg")]).run()
    app = way("Camera").camera_input(key="predict-camera").set_value(("photo.jpg", ASTRONAUT, "image/jpeg")).run()
    assert not plain.exception and not app.exception
    before, mirrored = (answer["faces"][0]["box"] for answer in taken)
    assert before[0] + mirrored[2] == pytest.approx(taken[0]["width"], abs=3)


def test_why_shows_the_heat_of_the_emotion_that_is_chosen():
    app = way("Photo").file_uploader(key="predict-photos").set_value([("a.jpg", ASTRONAUT, "image/jpeg")]).run()
    app = next(toggle for toggle in app.toggle if toggle.label == "Why?").set_value(True).run()
    boxes = {box.label: box for box in app.selectbox}
    assert boxes["Emotion"].value == "happy" and boxes["Method"].options == ["occlusion", "activation"]
    before = len(app.get("image"))
    app = boxes["Method"].set_value("activation").run()
    assert not app.exception and len(app.get("image")) == before
    assert any("class activation map" in caption.value for caption in app.caption)


@pytest.fixture(scope="module")
def portrait_video(tmp_path_factory) -> bytes:
    """A second of the astronaut, moving to the right."""
    face = read_image(ASTRONAUT)[:240, 110:350]
    images = []
    for i in range(25):
        image = np.full((288, 352, 3), 80, np.uint8)
        image[20:260, 2 * i : 2 * i + 240] = face
        images.append(image)
    return video(tmp_path_factory.mktemp("video") / "portrait.mp4", images, sound="aac").read_bytes()


def test_a_video_is_read_and_shown_again_with_its_course_and_strongest_moments(portrait_video):
    app = way("Video").file_uploader(key="predict-video").set_value(("video.mp4", portrait_video, "video/mp4")).run()
    app = app.button(key="predict-video-read").click().run()
    assert not app.exception and not app.error
    (summary,) = [table.value for table in app.dataframe]
    assert summary["face"].tolist() == [1] and summary["mostly"].tolist() == ["happy"]
    assert app.get("video") and len(app.get("plotly_chart")) == 1
    assert len(app.get("image")) == 7


def test_a_file_that_is_only_named_like_a_video_is_reported(portrait_video):
    app = way("Video").file_uploader(key="predict-video").set_value(("video.mp4", b"Dear all", "video/mp4")).run()
    app = app.button(key="predict-video-read").click().run()
    assert not app.exception and "readable video" in app.error[0].value.replace("\\", "")


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()


def test_many_photos_are_tabled_filtered_and_the_bad_ones_are_listed():
    archive = zipped(a__one_dot_jpg=ASTRONAUT, a__two_dot_jpg=b"Dear all", notes_dot_txt=b"x", _dot_hidden=b"x")
    uploads = [("all.zip", archive, "application/zip"), ("pair.jpg", (SAMPLES / "pair.jpg").read_bytes(), "image/jpeg")]
    app = way("Batch").file_uploader(key="predict-many-files or zips").set_value(uploads).run()
    assert not app.exception and [metric.value for metric in app.metric] == ["2", "3", "0"]
    table, failed = (each.value for each in app.dataframe)
    assert table["file"].tolist() == ["all.zip/a/one.jpg", "pair.jpg", "pair.jpg"]
    assert failed["file"].tolist() == ["all.zip/a/two.jpg", "all.zip/notes.txt"]
    app = app.slider(key="predict-many-least").set_value(0.8).run()
    assert not app.exception and len(app.dataframe[0].value) == (table["confidence"] >= 80).sum() < 3


def test_what_was_read_is_still_there_after_another_way_in_until_it_is_forgotten(portrait_video):
    app = way("Video").file_uploader(key="predict-video").set_value(("video.mp4", portrait_video, "video/mp4")).run()
    app = app.button(key="predict-video-read").click().run()
    app = app.button_group(key="predict-way").set_value("Photo").run()
    app = app.button_group(key="predict-way").set_value("Video").run()
    assert not app.exception and app.get("video")
    app = app.button(key="predict-video-forget").click().run()
    assert not app.exception and not app.get("video")


def test_a_broken_zip_is_reported_and_the_photos_beside_it_are_read():
    uploads = [("all.zip", b"no zip", "application/zip"), ("a.jpg", ASTRONAUT, "image/jpeg")]
    app = way("Batch").file_uploader(key="predict-many-files or zips").set_value(uploads).run()
    assert not app.exception and "cannot be opened" in app.error[0].value and app.metric[0].value == "1"


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

    def run(on: bool) -> AppTest:
        given["on"] = on
        return app.run()

    run.given = given
    return run


def test_the_live_page_says_where_the_pictures_go(live):
    app = live(on=False)
    assert not app.exception and "not stored" in app.caption[-1].value and not app.metric
    assert live.given["media_stream_constraints"]["audio"] is False


def test_the_live_page_shows_pace_faces_and_course_while_the_camera_is_on(live):
    app = live(on=True)
    reader = app.session_state["live-reader"]
    for i in range(3):
        reader.read(read_image(ASTRONAUT).copy(), i / 25)
    app = live(on=True)
    assert not app.exception and [metric.label for metric in app.metric][-1] == "Faces now"
    assert app.dataframe[0].value["mostly"].tolist() == ["happy"]
    app = app.slider(key=f"live-threshold-{RunStore().default.id}").set_value(0.9).run()
    assert reader.settings.threshold == 0.9
    app = app.button(key="live-snap").click().run()
    assert not app.exception and app.get("image")


def test_the_model_may_be_changed_while_live(live):
    app = live(on=True)
    app = app.selectbox(key="live-model").set_value("mini_xception").run()
    assert not app.exception and app.session_state["live-reader"].classifier.run.id == "mini_xception"


def test_a_connection_that_does_not_come_is_reported_after_ten_seconds_with_a_way_out(live, monkeypatch):
    links = []
    monkeypatch.setattr("streamlit.page_link", lambda page, **_: links.append(page))
    app = live(on=True)
    assert any("Connecting" in caption.value for caption in app.caption) and not links
    app.session_state["live-asked"] -= 11
    app = live(on=True)
    assert "No image received" in app.error[0].value and links == ["pages/predict.py"]
