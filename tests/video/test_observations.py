"""Readings over time as tables, summaries and strongest moments."""

import sys

import numpy as np
import pytest

from fer.faces.crop import Face
from fer.inference.prediction import Prediction
from fer.video import observations
from fer.video.observations import Moment, Reading, keep_strongest, spans, summary, table
from fer.video.tracker import Tracker

LABELS = ("happy", "sad", "neutral")


def reading(time: float, row, number: int = 1, box=(10, 20, 40, 60), labels=LABELS) -> Reading:
    return Reading(time, number, box, labels, np.array(row, np.float32))


HAPPY, SAD, NEUTRAL = (0.7, 0.2, 0.1), (0.1, 0.6, 0.3), (0.2, 0.2, 0.6)


def test_a_reading_keeps_smoothed_probabilities_and_little_else():
    tracker, crop = Tracker(), np.zeros((48, 48), np.uint8)
    tracker.update([Prediction(Face((0, 0, 9, 9), 0.9), LABELS, np.array(HAPPY, np.float32), crop)], 0)
    (tracked,) = tracker.update([Prediction(Face((0, 0, 9, 9), 0.9), LABELS, np.array(SAD, np.float32), crop)], 0.1)
    assert tracked.prediction.crop is tracked.raw.crop is crop
    kept = Reading.of(tracked, 0.1)
    np.testing.assert_array_equal(kept.probabilities, tracked.prediction.probabilities)
    assert (kept.number, kept.box, kept.label) == (1, (0, 0, 9, 9), tracked.prediction.label)
    assert kept.confidence == tracked.prediction.confidence and kept.probabilities.dtype == np.float32
    parts = (kept, kept.time, kept.box, kept.probabilities)
    assert sum(map(sys.getsizeof, parts)) + kept.probabilities.nbytes < 500 and not hasattr(kept, "__dict__")


def test_the_table_has_a_row_per_reading_and_a_column_per_class():
    rows = table([reading(0.5, HAPPY), reading(0.7, SAD, number=2)], LABELS)
    assert list(rows) == ["time", "face", "x1", "y1", "x2", "y2", "label", "confidence", *LABELS]
    assert rows.iloc[1].tolist()[:7] == [0.7, 2, 10, 20, 40, 60, "sad"]
    assert rows.iloc[1].tolist()[7:] == pytest.approx([0.6, 0.1, 0.6, 0.3])
    assert rows[list(LABELS)].sum(axis=1).tolist() == pytest.approx([1, 1])
    assert rows["face"].tolist() == [1, 2] and rows["time"].tolist() == [0.5, 0.7]


def test_an_empty_table_has_its_columns():
    assert list(table([], LABELS))[-3:] == list(LABELS) and len(table([], LABELS)) == 0


def test_a_class_named_like_a_column_gets_its_own_name():
    labels = ("time", "face", "happy")
    rows = table([reading(0.5, HAPPY, labels=labels)], labels)
    assert list(rows)[-3:] == ["time (probability)", "face (probability)", "happy"]
    assert rows.loc[0, "time"] == 0.5 and rows.loc[0, "time (probability)"] == pytest.approx(0.7)


def test_readings_of_a_model_with_other_classes_fit_in_the_same_table():
    rows = table([reading(0, HAPPY), reading(1, (0.8, 0.2), labels=("sad", "bored"))], LABELS)
    assert rows["sad"].tolist() == pytest.approx([0.2, 0.8]) and np.isnan(rows.loc[1, "happy"])
    assert rows.loc[1, "label"] == "sad"


def test_a_span_ends_where_the_label_or_its_sureness_changes_or_the_face_is_absent():
    course = [(0.0, HAPPY), (0.2, HAPPY), (0.4, (0.5, 0.3, 0.2)), (0.6, SAD), (2.0, SAD)]
    seen = [reading(time, row) for time, row in course]
    found = [(span.label, span.start, span.end, span.is_sure) for span in spans(seen, 0.2, threshold=0.6)]
    assert found == [
        ("happy", 0.0, pytest.approx(0.4), True),
        ("happy", 0.4, pytest.approx(0.6), False),
        ("sad", 0.6, pytest.approx(0.8), True),
        ("sad", 2.0, pytest.approx(2.2), True),
    ]
    assert [span.end for span in spans(seen[:3], 0.2)] == [pytest.approx(0.6)], "without a threshold all are sure"


def test_a_summary_has_the_time_and_the_emotions_of_each_face():
    seen = [reading(0.2 * i, HAPPY if i < 6 else SAD, number=2) for i in range(10)]
    second, seventh = summary([reading(3.0, NEUTRAL, number=7), *seen])
    assert (second.number, second.readings, second.label) == (2, 10, "happy")
    assert second.shares == pytest.approx({"happy": 0.6, "sad": 0.4}) and list(second.shares) == ["happy", "sad"]
    assert second.means == pytest.approx({"happy": 0.46, "sad": 0.36, "neutral": 0.18}) and list(second.means) == [
        *LABELS
    ]
    assert (second.first, second.last, second.seconds) == pytest.approx((0, 1.8, 1.8))
    assert (seventh.number, seventh.seconds, seventh.shares) == (7, 0, {"neutral": 1.0})
    assert summary([]) == []


@pytest.mark.parametrize(
    ("times", "seconds"),
    [((0, 0.2, 0.4, 5.0, 5.2), 0.6), ((0, 5, 10, 15), 15), ((0, 0.9, 1.0), 1.0), ((4,), 0)],
    ids=["absent", "read every five seconds", "missed for a moment", "seen once"],
)
def test_the_seconds_of_a_face_exclude_absences(times, seconds):
    (found,) = summary([reading(time, HAPPY) for time in times])
    assert found.seconds == pytest.approx(seconds)


def test_the_strongest_moment_of_each_class_is_found_and_the_first_of_equal_ones_stays():
    moments, seen = {}, [reading(0, HAPPY), reading(1, SAD), reading(2, NEUTRAL), reading(3, (0.7, 0.15, 0.15))]
    keep_strongest(moments, np.zeros((100, 80, 3), np.uint8), seen)
    assert {label: found.reading.time for label, found in moments.items()} == {"happy": 0, "sad": 1, "neutral": 2}
    keep_strongest(moments, np.zeros((100, 80, 3), np.uint8), [])
    assert len(moments) == 3


def test_strongest_moments_are_updated_as_frames_arrive():
    random, moments, seen = np.random.default_rng(0), {}, []
    for time in range(40):
        image = np.full((100, 80, 3), time, np.uint8)
        latest = [reading(time, random.dirichlet(np.ones(3)), number) for number in (1, 2)]
        keep_strongest(moments, image, latest)
        seen += latest
    for label in LABELS:
        found = max((reading for reading in seen if reading.label == label), key=lambda reading: reading.confidence)
        assert moments[label].reading is found and (moments[label].thumbnail == found.time).all()


def test_a_moment_of_an_emotion_is_one_in_which_it_was_the_answer():
    moments, seen = {}, [reading(0, (0.4, 0.35, 0.25)), reading(1, (0.45, 0.5, 0.05)), reading(2, (0.6, 0.3, 0.1))]
    keep_strongest(moments, np.zeros((100, 80, 3), np.uint8), seen[:2])
    assert {label: found.reading.time for label, found in moments.items()} == {"happy": 0, "sad": 1}
    keep_strongest(moments, np.zeros((100, 80, 3), np.uint8), seen[2:])
    assert {label: found.reading.time for label, found in moments.items()} == {"happy": 2, "sad": 1}


def test_the_means_of_a_face_that_two_models_read_count_only_those_who_know_the_class():
    first = [reading(0.1 * i, HAPPY) for i in range(10)]
    second = [reading(1 + 0.1 * i, (1.0,), labels=("smile",)) for i in range(10)]
    (face,) = summary([*first, *second])
    assert face.means == pytest.approx(dict(zip(LABELS, HAPPY, strict=True)) | {"smile": 1.0})
    whole = table([*first, *second], observations.labels_of([*first, *second]))
    assert list(whole.columns[-4:]) == [*LABELS, "smile"] and whole["smile"].notna().sum() == 10


@pytest.mark.parametrize(
    ("box", "shape"),
    [
        ((100, 100, 140, 140), (60, 60, 3)),
        ((0, 0, 40, 40), (50, 50, 3)),
        ((100, 50, 300, 450), (160, 87, 3)),
        ((599, 599, 600, 600), (1, 1, 3)),
    ],
    ids=["with a margin", "at the corner", "scaled down", "a pixel"],
)
def test_a_thumbnail_is_small_and_inside_the_frame(box, shape):
    moments: dict[str, Moment] = {}
    keep_strongest(moments, np.zeros((600, 600, 3), np.uint8), [reading(0, HAPPY, box=box)])
    thumbnail = moments["happy"].thumbnail
    assert thumbnail.shape == pytest.approx(shape, abs=1) and thumbnail.dtype == np.uint8
    assert max(thumbnail.shape) <= observations.THUMBNAIL_SIDE
