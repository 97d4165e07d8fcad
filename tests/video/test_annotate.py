"""Videos of every format are read at their own timestamps, with every face tracked."""

import tracemalloc
from fractions import Fraction
from itertools import pairwise
from typing import cast

import numpy as np
import pytest
from helpers.made_videos import RedReader, annotated, moving, pictures, read, song, square, video

from fer.errors import FerError
from fer.inference.reader import EmotionReader
from fer.video.annotate import read_video


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [
        *((".mp4", "libx264"), (".mov", "libx264"), (".mkv", "libx264"), (".avi", "mpeg4")),
        *((".webm", "libvpx-vp9"), (".ts", "libx264"), (".mp4", "mpeg4")),
    ],
)
def test_every_supported_format_is_read_five_times_a_second(suffix, codec, tmp_path):
    path = video(tmp_path / f"video{suffix}", moving(50), codec=codec)
    frames = read(path)
    assert [frame.time for frame in frames] == pytest.approx([0.2 * i for i in range(10)], abs=2e-3)
    for frame in frames:
        (tracked,) = frame.tracked
        assert tracked.number == 1 and frame.warning == ""
        assert tracked.raw.face.box[0] == pytest.approx(2 * frame.time * 25, abs=5)
    assert all(later.share > earlier.share for earlier, later in pairwise(frames))
    assert 0 <= frames[0].share < 0.1 and 0.85 < frames[-1].share <= 1


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [(".mp4", "libx264"), (".avi", "mpeg4"), (".webm", "libvpx-vp9"), (".ts", "libx264")],
)
def test_a_part_shows_its_own_seconds_although_decoding_starts_at_a_key_frame_before_it(suffix, codec, tmp_path):
    path = video(tmp_path / f"video{suffix}", moving(60), codec=codec)  # a key frame every 0.4 seconds
    frames = read(path, part=(1.55, 1.99), every=0)
    assert [frame.time for frame in frames] == pytest.approx([1.56 + i / 25 for i in range(11)], abs=2e-3)
    for frame in frames:
        assert frame.tracked[0].raw.face.box[0] == pytest.approx(2 * frame.time * 25, abs=5)


def test_a_part_between_two_frames_says_so(tmp_path):
    path = video(tmp_path / "slides.mp4", moving(3), times=[0, 4, 8])
    with pytest.raises(FerError, match="No frame of the video lies in this part"):
        read(path, part=(5.0, 7.0))


def test_with_an_interval_of_zero_every_frame_is_read(tmp_path):
    frames = read(video(tmp_path / "video.mp4", moving(30)), every=0)
    assert [frame.time for frame in frames] == pytest.approx([i / 25 for i in range(30)], abs=2e-3)


def test_a_face_keeps_its_number_however_sparse_the_readings_are(tmp_path):
    frames = read(video(tmp_path / "video.mp4", [square(50, 30)] * 12, times=list(range(12))), every=4)
    assert [[tracked.number for tracked in frame.tracked] for frame in frames] == [[1]] * 3


def test_times_come_from_the_frames_and_not_from_their_count(tmp_path):
    times = [0, 0.04, 0.08, 0.5, 0.54, 0.9, 2.0, 2.05, 2.3]
    frames = read(video(tmp_path / "video.mkv", moving(len(times)), times=times))
    assert [frame.time for frame in frames] == pytest.approx([0, 0.5, 0.9, 2.0, 2.3], abs=2e-3)
    assert len(read(video(tmp_path / "every.mkv", moving(len(times)), times=times), every=0)) == len(times)


def test_times_start_at_zero_whatever_the_files_clock(tmp_path):
    path = video(tmp_path / "video.mkv", moving(10), times=[7 + i / 25 for i in range(10)])
    assert [frame.time for frame in read(path)] == pytest.approx([0, 0.2], abs=2e-3)


@pytest.mark.parametrize("rotation", [90, 180, -90])
def test_a_video_of_a_rotated_phone_is_read_upright(rotation, tmp_path):
    upright = square(20, 10)
    stored = np.ascontiguousarray(np.rot90(upright, -rotation // 90))
    (frame,) = read(video(tmp_path / "video.mov", [stored], rotation=rotation))
    assert frame.image.shape == upright.shape and frame.image.flags.writeable
    assert frame.tracked[0].raw.face.box == pytest.approx((20, 10, 44, 34), abs=1)


def test_a_frame_with_non_square_pixels_is_read_in_its_true_shape(tmp_path):
    path = video(tmp_path / "video.mp4", [square(20, 10)], aspect=Fraction(4, 3))
    (frame,) = read(path)
    assert frame.image.shape == (96, 213, 3)
    annotated(path, tmp_path / "out.mp4")
    assert pictures(tmp_path / "out.mp4")[0].shape == (96, 214, 3)


def test_a_video_of_one_frame_is_read_and_written(tmp_path):
    path = video(tmp_path / "video.mp4", [square(20, 30)])
    (frame,) = annotated(path, tmp_path / "out.mp4")
    assert frame.time == 0 and len(frame.readings) == 1 and len(pictures(tmp_path / "out.mp4")) == 1


def test_a_video_without_faces_has_frames_without_readings(tmp_path):
    path = video(tmp_path / "video.mp4", [np.full((64, 64, 3), 99, np.uint8)] * 20)
    frames = annotated(path, tmp_path / "out.mp4")
    assert len(frames) == 4 and not any(frame.readings for frame in frames) and frames[-1].moments == {}
    assert len(pictures(tmp_path / "out.mp4")) == 20


def test_progress_is_reported_and_can_stop_the_reading(tmp_path):
    reported = []
    path = video(tmp_path / "video.mp4", moving(50))
    frames = read(path, progress=lambda share, seconds: reported.append((share, seconds)) or seconds < 1)
    assert len(frames) == len(reported) == 6 and reported[-1] == pytest.approx((0.5, 1.0), abs=0.01)
    assert frames[-1].warning == "", "stopped on request, not cut off"


def test_a_video_of_unknown_length_has_no_share(tmp_path):
    path = video(tmp_path / "video.webm", moving(20), codec="libvpx-vp9", options={"live": "1"})
    frames = read(path)
    assert len(frames) == 4 and {frame.share for frame in frames} == {None} and frames[-1].warning == ""


def test_the_rest_of_a_cut_off_video_is_read_with_a_warning(tmp_path):
    whole = video(tmp_path / "video.mp4", moving(200), options={"movflags": "+faststart"})
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    frames = annotated(path, tmp_path / "out.mp4")
    assert 5 < len(frames) < 40 and all(frame.warning == "" for frame in frames[:-1])
    assert "Only the first" in frames[-1].warning and "of 8.0 seconds" in frames[-1].warning
    assert len(pictures(tmp_path / "out.mp4")) >= 5 * (len(frames) - 1)


@pytest.mark.parametrize(
    ("suffix", "warning"),
    [(".mp4", "Parts of the video are damaged and were skipped."), (".mkv", "")],
    ids=["mp4", "mkv, where FFmpeg skips it silently"],
)
def test_damage_in_the_middle_is_skipped(suffix, warning, tmp_path):
    path = video(
        tmp_path / f"video{suffix}", moving(100), options={"movflags": "+faststart"} if suffix == ".mp4" else {}
    )
    content = bytearray(path.read_bytes())
    middle = len(content) * 6 // 10
    content[middle : middle + 300] = bytes(300)
    path.write_bytes(content)
    frames = read(path)
    assert 10 < len(frames) <= 20 and frames[0].time == 0 and frames[-1].time > 3.4
    assert frames[-1].warning == warning


def broken(folder, kind: str):
    """A file that isn't a readable video, by its fault."""
    path = folder / "video.mp4"
    if kind == "cut before its index":
        whole = video(path, moving(50)).read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    elif kind == "all damaged":
        whole = bytearray(video(path, moving(50), options={"movflags": "+faststart"}).read_bytes())
        begin = whole.index(b"mdat") + 4
        whole[begin:] = bytes(len(whole) - begin)
        path.write_bytes(whole)
    elif kind == "only sound":
        song(path)
    elif kind == "a folder":
        path.mkdir()
    elif kind != "missing":
        path.write_bytes({"empty": b"", "a letter": b"Dear all", "a playlist": playlist(folder)}[kind])
    return path


def playlist(folder) -> bytes:
    """A list that makes FFmpeg's HLS reader open another file of the server."""
    video(folder / "secret.mp4", moving(5))
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:1", "#EXTINF:1,", f"{folder / 'secret.mp4'}", "#EXT-X-ENDLIST"]
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("missing", "cannot be read: No such file"),
        ("a folder", "cannot be read: Is a directory"),
        ("empty", r"empty \(0 bytes\)"),
        ("a letter", r"isn't a readable video\. Use an MP4"),
        ("a playlist", "isn't a readable video"),
        ("only sound", "no video, only audio"),
        ("cut before its index", "incomplete: its index is missing"),
        ("all damaged", "no frame in it can be read"),
    ],
)
def test_an_unreadable_video_is_refused_and_leaves_no_file(kind, message, tmp_path):
    path = broken(tmp_path, kind)
    with pytest.raises(FerError, match=message):
        read(path)
    with pytest.raises(FerError, match=message):
        annotated(path, tmp_path / "out.mp4")
    assert not list(tmp_path.glob("*out.mp4*"))


@pytest.mark.parametrize("settings", [{"every": -1}, {"every": float("nan")}, {"smoothing": -1}])
def test_impossible_settings_are_refused(settings, tmp_path):
    with pytest.raises(FerError, match="0 or more seconds"):
        read(video(tmp_path / "video.mp4", moving(2)), **settings)


def test_a_long_video_needs_no_more_memory_than_a_short_one(tmp_path):
    peaks = []
    for n in (50, 1000):
        path, reader = video(tmp_path / f"{n}.mp4", moving(n)), RedReader()
        tracemalloc.start()
        for _ in read_video(path, reader=cast(EmotionReader, reader), every=0):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert reader.read_times == n
    assert peaks[1] < peaks[0] + 200_000
