"""Live video: what is returned, what is kept, and how the speed is measured."""

import asyncio
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from fer.faces.detectors import DETECTORS
from fer.faces.image import read_image
from fer.inference.classifier import Classifier
from fer.inference.palette import colors_of
from fer.runs.store import RunStore
from fer.video.live import LiveReader, Settings

SAMPLE = read_image(Path(__file__).parents[2] / "pages/parts/samples/astronaut.jpg")


class Clock:
    """A clock that tests move by hand."""

    def __init__(self):
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(RunStore()["mini_xception"])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reader(classifier, clock) -> LiveReader:
    colors = dict(zip(classifier.labels, colors_of(classifier.labels), strict=True))
    return LiveReader(classifier, colors, clock=clock)


def frame(seconds: float, image: np.ndarray = SAMPLE) -> av.VideoFrame:
    made = av.VideoFrame.from_ndarray(image, format="rgb24")
    made.pts, made.time_base = round(90_000 * seconds), Fraction(1, 90_000)
    return made


def answer(reader: LiveReader, *frames: av.VideoFrame) -> np.ndarray:
    (made,) = asyncio.run(reader.answer(list(frames)))
    return made.to_ndarray(format="rgb24")


def test_the_output_is_mirrored_and_marked_with_the_face_in_its_place(reader):
    shown = answer(reader, frame(0))
    assert shown.shape == SAMPLE.shape and not np.array_equal(shown, SAMPLE[:, ::-1])
    (tracked,) = reader.now
    middle = (tracked.prediction.face.box[0] + tracked.prediction.face.box[2]) / 2
    (face,) = DETECTORS["yunet"].load()(SAMPLE)
    assert SAMPLE.shape[1] - middle == pytest.approx((face.box[0] + face.box[2]) / 2, abs=5)
    assert np.array_equal(reader.snapshot, shown)


def test_a_face_keeps_its_number_and_every_reading_is_kept(reader, clock):
    for i in range(5):
        answer(reader, frame(i / 25))
        clock.now += 1 / 25
    assert [reading.number for reading in reader.readings] == [1] * 5
    assert [reading.time for reading in reader.readings] == pytest.approx([0, 0.04, 0.08, 0.12, 0.16])


def test_settings_take_effect_immediately(reader):
    answer(reader, frame(0))
    reader.settings = Settings(score=0.99)
    answer(reader, frame(0.04))
    assert not reader.now
    reader.settings = Settings(every=100)
    before = len(reader.readings)
    answer(reader, frame(0.08))
    assert len(reader.readings) == before, "only every hundredth frame is read"


def test_the_model_can_be_replaced_in_a_session(reader, classifier):
    answer(reader, frame(0))
    reader.classifier = Classifier(RunStore()["vgg_small"])
    answer(reader, frame(0.04))
    assert len(reader.readings) == 2 and [reading.number for reading in reader.readings] == [1, 1]


def test_a_face_below_the_threshold_is_drawn_as_not_sure(reader):
    sure = answer(reader, frame(0))
    reader.settings = Settings(threshold=1.1)
    unsure = answer(reader, frame(0.04))
    assert not np.array_equal(sure, unsure)
    assert (unsure == (0xBB, 0xBB, 0xBB)).all(axis=2).sum() > 100


def test_older_waiting_frames_are_dropped_and_counted(reader):
    answer(reader, frame(0))
    answer(reader, frame(0.1), frame(0.2), frame(0.3))
    assert reader.pace.dropped == 2 and reader.pace.frames == 2


def test_the_pace_has_frames_per_second_and_latency(reader, clock):
    for i in range(51):
        reader._note(offset=100.0 + (0.04 if i % 2 else 0.0), worked=0.02, dropped=0)
        clock.now += 0.04
    assert reader.pace.frames_per_second == pytest.approx(25, rel=0.05)
    assert reader.pace.latency == pytest.approx(0.02, abs=0.05)
    clock.now += 60
    assert reader.pace.frames_per_second == 0


def test_a_frame_without_a_face_is_only_mirrored(reader):
    empty = np.tile(np.arange(256, dtype=np.uint8)[None, :, None], (120, 1, 3))
    assert np.array_equal(answer(reader, frame(0, empty)), empty[:, ::-1]) and not reader.readings
