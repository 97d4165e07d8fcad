"""An annotated copy of a video has every face marked, plays in browsers, and keeps its audio."""

from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from helpers.made_videos import COLORS, RedReader, annotated, moving, pictures, square, video
from PIL import Image

from fer.errors import FerError
from fer.inference.reader import EmotionReader
from fer.runs.store import RunStore
from fer.video import annotate, encoder
from fer.video.annotate import annotate_video

SAMPLES = Path(__file__).parents[2] / "pages/parts/samples"


def test_an_annotated_video_is_an_mp4_that_browsers_can_play(tmp_path):
    path = video(tmp_path / "video.mp4", [image[:95, :159] for image in moving(30)], pixels="yuv444p", sound="aac")
    annotated(path, tmp_path / "out.mp4")
    content = (tmp_path / "out.mp4").read_bytes()
    assert content[4:8] == b"ftyp" and content.index(b"moov") < content.index(b"mdat"), "the index comes first"
    with av.open(str(tmp_path / "out.mp4")) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        assert picture.codec_context.name == "h264" and picture.codec_context.pix_fmt == "yuv420p"
        assert (picture.width, picture.height) == (160, 96), "even, for chroma subsampling"
        assert sound.codec_context.name == "aac"
        assert [frame.time for frame in container.decode(video=0)] == pytest.approx([i / 25 for i in range(30)])


def test_without_x264_the_video_is_written_as_vp9(tmp_path, monkeypatch):
    monkeypatch.delitem(encoder.CODECS, "libx264")
    annotated(video(tmp_path / "video.mp4", moving(10)), tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.streams.video[0].codec_context.name == "vp9"
    assert len(pictures(tmp_path / "out.mp4")) == 10


def marked_x(image: np.ndarray) -> int:
    """The left edge of the white box for "sad", found by brightness, which MP4 stores for every pixel."""
    bright = image[40:50].mean(axis=(0, 2)) > 150
    return int(np.nonzero(bright)[0].min())


def test_boxes_are_interpolated_between_readings(tmp_path):
    path = video(tmp_path / "video.mp4", [square(2 * i, 30) for i in range(26)])
    annotated(path, tmp_path / "out.mp4", every=0.4)
    found = [marked_x(image) for image in pictures(tmp_path / "out.mp4")]
    assert found[:21] == pytest.approx([2 * i for i in range(21)], abs=2)
    assert found[21:] == pytest.approx([40] * 5, abs=2), "after the last reading they stay"


@pytest.mark.parametrize(("limit", "value"), [("MOST_WAITING", 5 * 160 * 96), ("MOST_FRAMES", 5)])
def test_boxes_stay_if_too_many_frames_would_be_held_back(tmp_path, monkeypatch, limit, value):
    monkeypatch.setattr(annotate, limit, value)
    path = video(tmp_path / "video.mp4", [square(2 * i, 30) for i in range(26)])
    annotated(path, tmp_path / "out.mp4", every=10)
    assert [marked_x(image) for image in pictures(tmp_path / "out.mp4")] == pytest.approx([0] * 26, abs=2)


def test_the_colours_of_a_video_are_preserved(tmp_path):
    image = square(60, 30)
    annotated(video(tmp_path / "video.mp4", [image] * 5), tmp_path / "out.mp4")
    out = pictures(tmp_path / "out.mp4")[0].astype(int)
    assert np.abs(out[5:20, 130:150] - image[5:20, 130:150]).max() < 12
    assert np.abs(out[38:46, 68:76] - image[38:46, 68:76]).max() < 12


def heard(path) -> tuple[str, float, float]:
    """The audio's codec, length in seconds and loudness."""
    with av.open(str(path)) as container:
        name = container.streams.audio[0].codec_context.name
        frames = list(container.decode(audio=0))
        samples = np.concatenate([frame.to_ndarray().ravel() for frame in frames])
        return name, len(samples) / frames[0].sample_rate, float(np.sqrt(np.mean(samples**2)))


@pytest.mark.parametrize(
    ("suffix", "codec", "sound", "kept"),
    [
        (".mp4", "libx264", "aac", "aac"),
        (".mkv", "libx264", "libmp3lame", "mp3float"),
        (".webm", "libvpx-vp9", "libopus", "opus"),
        (".mkv", "libx264", "flac", "aac"),
        (".ts", "libx264", "aac", "aac"),
        (".mov", "libx264", "pcm_s16le", "aac"),
    ],
)
def test_the_audio_is_kept(suffix, codec, sound, kept, tmp_path):
    annotated(video(tmp_path / f"video{suffix}", moving(50), codec=codec, sound=sound), tmp_path / "out.mp4")
    name, seconds, loudness = heard(tmp_path / "out.mp4")
    assert name == kept and seconds == pytest.approx(2, abs=0.12) and loudness == pytest.approx(0.177, abs=0.01)


@pytest.mark.parametrize("old", [None, b"old"])
def test_closing_the_iterator_leaves_no_file_or_the_old_one(old, tmp_path):
    path, out = video(tmp_path / "video.mp4", moving(50), sound="aac"), tmp_path / "out.mp4"
    if old:
        out.write_bytes(old)
    frames = annotate_video(path, out, reader=cast(EmotionReader, RedReader()), colors=COLORS)
    next(frames)
    next(frames)
    assert len(list(tmp_path.iterdir())) == 2 + bool(old), "it was being written"
    frames.close()
    assert set(tmp_path.iterdir()) == ({path, out} if old else {path})
    assert not old or out.read_bytes() == old


def test_a_video_can_overwrite_itself(tmp_path):
    path = video(tmp_path / "video.mp4", moving(20))
    annotated(path, path)
    assert len(pictures(path)) == 20 and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("out", "message"), [("no/out.mp4", "cannot be written"), ("out.avi", "must be an .mp4 file")])
def test_an_output_that_cannot_be_written_is_refused(out, message, tmp_path):
    with pytest.raises(FerError, match=message):
        annotated(video(tmp_path / "video.mp4", moving(3)), tmp_path / out)


def test_the_strongest_moment_of_each_class_has_a_thumbnail_without_marks(tmp_path):
    frames = annotated(video(tmp_path / "video.mp4", moving(50)), tmp_path / "out.mp4", smoothing=0)
    moments = frames[-1].moments
    assert set(moments) == {frame.readings[0].label for frame in frames} > {"sad"}
    assert moments["happy"].reading.time == pytest.approx(1.8, abs=0.01) and moments["sad"].reading.time == 0
    for moment in moments.values():
        thumbnail = moment.thumbnail
        assert thumbnail.dtype == np.uint8 and max(thumbnail.shape[:2]) <= 160
        assert thumbnail[len(thumbnail) // 2, thumbnail.shape[1] // 2, 0] > 200, "the face is in the middle"
        assert (thumbnail[..., 1] < 100).all(), "without white or green marks"


def test_the_shipped_model_reads_faces_in_a_video(tmp_path):
    photo = np.asarray(Image.open(SAMPLES / "pair.jpg").convert("RGB").resize((480, 300)))
    reader = EmotionReader(RunStore()["mini_xception"])
    frames = list(annotate_video(video(tmp_path / "video.mp4", [photo] * 11), tmp_path / "out.mp4", reader=reader))
    assert [[tracked.number for tracked in frame.tracked] for frame in frames] == [[1, 2]] * 3
    assert set(frames[-1].moments) == {face.label for frame in frames for face in frame.readings}
