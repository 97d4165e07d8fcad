"""The confidence from which a model is called sure, against a second way to it, and on the shipped models' cards."""

import numpy as np
import pytest

from fer.evaluation import stored
from fer.runs.store import RunStore
from fer.training.threshold import sure_from

SHIPPED = [run.id for run in RunStore() if run.is_shipped]


def honest(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Confidences, and whether answers are right, of a model that is right as often as it says."""
    random = np.random.default_rng(0)
    confidence = random.uniform(1 / 7, 1, n)
    return confidence, random.random(n) < confidence


def switched(confidence: np.ndarray, right: np.ndarray, share: float) -> float:
    """Where an isotonic fit reaches a share the running sum of right minus that share is lowest, so no fit is made
    (the switching relation of Groeneboom & Wellner 1992)."""
    order = np.argsort(confidence, kind="stable")
    distinct, first = np.unique(confidence[order], return_index=True)
    sums = np.r_[0, np.cumsum(right[order] - share)]
    return float(np.r_[0, distinct[1:], 1][np.argmin(sums[np.r_[first, len(right)]])])


@pytest.mark.parametrize("share", [0.3, 0.5, 0.6, 0.8])
@pytest.mark.parametrize("decimals", [16, 1], ids=["all different", "many equal"])
def test_a_model_is_sure_from_where_the_running_sum_turns(share, decimals):
    confidence, right = honest(3000)
    confidence = confidence.round(decimals)
    assert sure_from(confidence, right, share) == switched(confidence, right, share)


def test_a_calibrated_model_is_sure_from_about_the_share():
    assert sure_from(*honest(100_000)) == pytest.approx(0.5, abs=0.03)


def test_a_model_that_is_always_right_is_always_sure_and_one_that_is_never_right_never():
    confidence = np.linspace(0.2, 0.9, 20)
    assert sure_from(confidence, np.ones(20, bool)) == 0
    assert sure_from(confidence, np.zeros(20, bool)) == 1


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_models_have_the_threshold_of_their_stored_answers(name):
    run = RunStore()[name]
    val = stored.report(run, "fer2013", "val").leak_free.at_temperature(run.card.temperature)
    assert run.card.threshold == sure_from(val.confidence, val.right)


@pytest.mark.parametrize("name", ["vgg_small", "mini_xception"])
def test_the_shipped_models_are_more_often_wrong_than_right_below_their_threshold(name):
    run = RunStore()[name]
    val = stored.report(run, "fer2013", "val").leak_free.at_temperature(run.card.temperature)
    sure = val.confidence >= run.card.threshold
    assert val.right[~sure].mean() < 0.45 and val.right[sure].mean() > 0.7 and 0.2 < (~sure).mean() < 0.4
