"""The Predict page's videos and batches, run without a browser."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from helpers import components
from helpers.made_videos import video
from streamlit.testing.v1 import AppTest

from fer.faces.image import read_image

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "pages/parts/samples"
ASTRONAUT = (SAMPLES / "astronaut.jpg").read_bytes()


def source(name: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages/predict.py"), default_timeout=120)
    app.session_state["source"] = name
    return app.run()


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
    app = source("Video").file_uploader(key="predict-video").set_value(("video.mp4", portrait_video, "video/mp4")).run()
    app = app.button(key="predict-video-read").click().run()
    assert not app.exception and not app.error
    (course,) = components.shown(app, "fer_lanes")
    assert app.get("video") and [face["number"] for face in course["faces"]] == [1]
    assert [span["title"] for span in course["faces"][0]["spans"]] == ["Happy"]
    assert [moment["title"] for moment in course["moments"]] == ["Happy"], "only emotions that occur"


def test_a_part_of_a_video_is_read_alone(portrait_video):
    app = source("Video").file_uploader(key="predict-video").set_value(("video.mp4", portrait_video, "video/mp4")).run()
    app = app.slider[0].set_value((0.3, 1.0)).run()
    app = app.button(key="predict-video-read").click().run()
    (course,) = components.shown(app, "fer_lanes")
    assert not app.exception and (course["start"], course["end"]) == (0.3, 1.0)
    assert course["faces"][0]["spans"][0]["start"] == pytest.approx(0.3, abs=0.1)


def test_a_file_that_is_only_named_like_a_video_is_reported(portrait_video):
    app = source("Video").file_uploader(key="predict-video").set_value(("video.mp4", b"Dear all", "video/mp4")).run()
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
    uploads.append(("=1+1.jpg", b"Dear all", "image/jpeg"))
    app = source("Batch").file_uploader(key="predict-many-files or zips").set_value(uploads).run()
    assert not app.exception and [metric.value for metric in app.metric] == ["2", "3", "0"]
    table, failed = (each.value for each in app.dataframe)
    assert table["file"].tolist() == ["all.zip/a/one.jpg", "pair.jpg", "pair.jpg"]
    assert failed["file"].tolist() == ["all.zip/a/two.jpg", "'=1+1.jpg", "all.zip/notes.txt"], "no formula as CSV"
    app = app.slider(key="predict-many-least").set_value(0.8).run()
    assert not app.exception and len(app.dataframe[0].value) == (table["confidence"] >= 80).sum() < 3


def test_what_was_read_is_still_there_after_another_way_in_until_it_is_forgotten(portrait_video):
    app = source("Video").file_uploader(key="predict-video").set_value(("video.mp4", portrait_video, "video/mp4")).run()
    app = app.button(key="predict-video-read").click().run()
    app = app.button_group(key="source").set_value("Photo").run()
    app = app.button_group(key="source").set_value("Video").run()
    assert not app.exception and app.get("video") and "predict-video-source" not in app.session_state
    app = app.button(key="predict-video-forget").click().run()
    assert not app.exception and not app.get("video")


def test_a_broken_zip_is_reported_and_the_photos_beside_it_are_read():
    uploads = [("all.zip", b"no zip", "application/zip"), ("a.jpg", ASTRONAUT, "image/jpeg")]
    app = source("Batch").file_uploader(key="predict-many-files or zips").set_value(uploads).run()
    assert not app.exception and "cannot be opened" in app.error[0].value and app.metric[0].value == "1"
