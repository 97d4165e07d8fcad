"""Faces keep their numbers, and their probabilities follow an exponential average."""

import numpy as np
import pytest

from fer.errors import FerError
from fer.faces.crop import Face
from fer.inference.prediction import Prediction
from fer.video.tracker import Tracker

LABELS = ("happy", "sad", "neutral")
STEP = 0.2  # seconds between readings
CROP = np.zeros((48, 48), np.uint8)


def face(x: float, y: float = 100, size: float = 60, row=(0.2, 0.3, 0.5), labels=LABELS) -> Prediction:
    box = (round(x), round(y), round(x + size), round(y + size))
    return Prediction(Face(box, 0.9), labels, np.array(row, np.float32), CROP)


def numbers(tracker: Tracker, predictions: list[Prediction], time: float) -> list[int]:
    return [tracked.number for tracked in tracker.update(predictions, time)]


def test_faces_are_numbered_from_one_in_order_of_appearance():
    tracked = Tracker().update([face(0), face(200), face(400)], 3.5)
    assert [t.number for t in tracked] == [1, 2, 3] and {t.first_seen for t in tracked} == {3.5}
    assert [t.raw.face.box[0] for t in tracked] == [0, 200, 400]


def test_a_shaking_face_keeps_its_number():
    tracker, random = Tracker(), np.random.default_rng(0)
    for i in range(200):
        shaken = face(100 + random.normal(0, 4), 100 + random.normal(0, 4), 60 + random.normal(0, 4))
        (tracked,) = tracker.update([shaken], i / 30)
        assert tracked.number == 1 and tracked.first_seen == 0


def test_a_face_that_moves_faster_than_its_boxes_overlap_keeps_its_number():
    tracker = Tracker()
    assert {numbers(tracker, [face(50 * i)], i * STEP)[0] for i in range(20)} == {1}


def test_an_approaching_face_keeps_its_number():
    tracker = Tracker()
    assert {numbers(tracker, [face(100, size=40 * 1.4**i)], i * STEP)[0] for i in range(6)} == {1}


def test_neighbours_do_not_swap_whatever_their_order():
    tracker, random = Tracker(), np.random.default_rng(1)
    places = [100, 175, 250, 325]
    tracker.update([face(x) for x in places], 0)
    for i in range(1, 50):
        order = random.permutation(4)
        found = numbers(tracker, [face(places[k] + random.normal(0, 5)) for k in order], i * STEP)
        assert found == [k + 1 for k in order]


def test_crossing_faces_keep_their_numbers():
    tracker = Tracker()
    for i in range(30):
        left, right = face(20 * i, y=100), face(580 - 20 * i, y=115)
        assert numbers(tracker, [left, right], i * STEP) == [1, 2]


def test_a_face_passing_behind_another_never_takes_its_number():
    tracker = Tracker()
    for i in range(30):
        walking = face(20 * i, y=100)
        hidden = abs(20 * i - 300) < 50
        found = numbers(tracker, [face(300)] if hidden else [face(300), walking], i * STEP)
        assert found == ([1] if hidden else [1, 2])


def test_many_randomly_moving_faces_never_share_a_number():
    tracker, random = Tracker(), np.random.default_rng(2)
    places = random.uniform(0, 400, (12, 2))
    for i in range(100):
        places += random.normal(0, 30, places.shape)
        seen = places[random.random(12) > 0.2]
        found = numbers(tracker, [face(x, y) for x, y in seen], i * STEP)
        assert len(set(found)) == len(found) == len(seen)


def test_a_face_that_returns_soon_gets_its_number_back():
    tracker = Tracker(memory=2.0)
    tracker.update([face(100), face(400)], 0)
    assert numbers(tracker, [face(400)], 0.5) == [2]
    assert numbers(tracker, [face(120), face(400)], 1.9) == [1, 2]


def test_a_face_that_returns_elsewhere_is_a_new_one():
    tracker = Tracker()
    tracker.update([face(100)], 0)
    tracker.update([], 0.5)
    assert numbers(tracker, [face(400)], 1.0) == [2]
    assert numbers(tracker, [face(400), face(100, size=200)], 1.2) == [2, 3], "a face of another size is a new one too"


def test_a_forgotten_face_gets_a_new_number():
    tracker = Tracker(memory=2.0)
    tracker.update([face(100), face(300)], 0)
    for i in range(1, 12):
        tracker.update([face(300)], i * STEP)
    assert numbers(tracker, [face(100), face(300)], 2.4) == [3, 2]
    assert numbers(Tracker(memory=0), [face(0)], 0) == [1]


def closed_form(rows: np.ndarray, times: np.ndarray, constant: float) -> np.ndarray:
    """The exponential average as one explicit weighted sum over all readings."""
    kept = np.exp(-np.diff(times) / constant)
    weights = np.append(1, 1 - kept) * np.append(np.cumprod(kept[::-1])[::-1], 1)
    assert weights.sum() == pytest.approx(1)
    return weights @ rows


@pytest.mark.parametrize("constant", [0.05, 0.5, 3.0])
def test_smoothing_is_the_exponential_average_over_uneven_steps(constant):
    random = np.random.default_rng(3)
    times, rows = np.cumsum(random.exponential(0.2, 50)), random.dirichlet(np.ones(3), 50)
    tracker = Tracker(smoothing=constant, memory=10)
    for i, time in enumerate(times):
        (tracked,) = tracker.update([face(100, row=rows[i])], time)
        expected = closed_form(rows[: i + 1].astype(np.float32), times[: i + 1], constant)
        np.testing.assert_allclose(tracked.prediction.probabilities, expected, atol=1e-6)
        np.testing.assert_array_equal(tracked.raw.probabilities, rows[i].astype(np.float32))
        assert tracked.prediction.probabilities.sum() == pytest.approx(1, abs=1e-6)
        assert tracked.prediction.probabilities.dtype == np.float32


def test_after_one_time_constant_a_step_has_reached_63_percent():
    tracker = Tracker(smoothing=0.5)
    tracker.update([face(0, row=(1, 0, 0))], 0)
    for time in (0.1, 0.15, 0.4, 0.5):
        (tracked,) = tracker.update([face(0, row=(0, 1, 0))], time)
    assert tracked.prediction.probabilities[1] == pytest.approx(1 - np.exp(-1), abs=1e-6)


def test_without_smoothing_the_prediction_is_the_models_own_and_the_setting_can_change():
    tracker = Tracker(smoothing=0)
    tracker.update([face(0, row=(1, 0, 0))], 0)
    (tracked,) = tracker.update([face(0, row=(0, 1, 0))], 0.1)
    np.testing.assert_array_equal(tracked.prediction.probabilities, [0, 1, 0])
    tracker.smoothing = 1.0
    (tracked,) = tracker.update([face(0, row=(1, 0, 0))], 0.2)
    assert tracked.prediction.probabilities[0] == pytest.approx(1 - np.exp(-0.1), abs=1e-6)


@pytest.mark.parametrize(("absence", "fresh"), [(0.6, False), (1.8, True)])
def test_smoothing_restarts_after_a_long_absence(absence, fresh):
    tracker = Tracker(smoothing=0.5)
    tracker.update([face(0, row=(1, 0, 0))], 0)
    tracker.update([], 0.1)
    (tracked,) = tracker.update([face(0, row=(0, 1, 0))], absence)
    assert tracked.number == 1 and (tracked.prediction.probabilities[1] == 1) == fresh


def test_another_model_restarts_the_smoothing_and_keeps_the_numbers():
    tracker = Tracker()
    tracker.update([face(0)], 0)
    (tracked,) = tracker.update([face(0, row=(1, 0), labels=("yes", "no"))], 0.1)
    assert tracked.number == 1 and tracked.prediction.label == "yes" and tracked.prediction.confidence == 1


def test_a_clock_that_stops_or_runs_backwards_does_no_harm():
    tracker = Tracker()
    for time in (5.0, 5.0, 4.0):
        (tracked,) = tracker.update([face(0)], time)
        assert tracked.number == 1 and np.isfinite(tracked.prediction.probabilities).all()


@pytest.mark.parametrize("setting", [{"smoothing": -1}, {"memory": float("nan")}])
def test_impossible_settings_are_refused(setting):
    with pytest.raises(FerError, match="must be 0 or more seconds"):
        Tracker(**setting)
