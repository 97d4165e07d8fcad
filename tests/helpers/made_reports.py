"""Reports made for tests: random ones, and every degenerate one that a metric might trip over."""

import numpy as np

from fer.data.labels import EMOTIONS
from fer.evaluation.report import Report


def make(targets, answers=None, *, leaked=(), seed: int = 0, **changes) -> Report:
    """A report on those classes; `answers` get the highest of random probabilities, `changes` replace its fields."""
    targets, random = np.asarray(targets, np.int64), np.random.default_rng(seed)
    probabilities = random.dirichlet(np.ones(7), len(targets)).astype(np.float32)
    if answers is not None:
        probabilities = probabilities / 2 + np.eye(7, dtype=np.float32)[np.asarray(answers)] / 2
    fields = {
        "model": "m",
        "dataset": "d",
        "split": "test",
        "tta": False,
        "labels": EMOTIONS,
        "rows": np.arange(len(targets)) + 100,
        "targets": targets,
        "probabilities": probabilities,
        "leaked": np.isin(np.arange(len(targets)), leaked),
        "fingerprint": "f" * 64,
    }
    return Report(**(fields | changes))


RANDOM = np.random.default_rng(1).integers(0, 7, (2, 500))
CASES = {
    "random predictions": make(RANDOM[0], RANDOM[1], leaked=range(50)),
    "mostly correct predictions": make(RANDOM[0], np.where(np.arange(500) % 3, *RANDOM), tta=True),
    "random probabilities": make(RANDOM[0], seed=3),
    "a class is never predicted": make(RANDOM[0], RANDOM[1].clip(1)),
    "a class never occurs": make(RANDOM[0].clip(1), RANDOM[1]),
    "a class neither occurs nor is predicted": make(RANDOM[0].clip(2), RANDOM[1].clip(2)),
    "one image, correct": make([3], [3]),
    "one image, wrong": make([3], [6]),
    "all correct": make(RANDOM[0], RANDOM[0]),
    "all wrong": make(RANDOM[0], (RANDOM[0] + 1) % 7),
    "one class only": make([4] * 9, [4] * 9),
    "all leaked": make([0, 1, 2], [0, 1, 1], leaked=range(3)),
    "all equally likely": make([0, 5, 0], probabilities=np.full((3, 7), 1 / 7, np.float32)),
}
