"""How long a run takes for a face."""

import time
from collections.abc import Callable

import numpy as np

from fer.faces.crop import IMAGE_SIZE
from fer.inference.classifier import Classifier
from fer.runs.run import Run

ROUNDS, ROUND_SECONDS = 10, 0.05  # of measuring; a short round is more often left in peace than a long one


def milliseconds_a_face(run: Run) -> float:
    """CPU milliseconds that this thread needs for a face: one at a time, a single pass, on one core of this machine.

    The best of ROUNDS, and the thread's own time, so that other work beside it changes the answer little.
    """
    classifier, face = Classifier(run), np.zeros((1, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    classifier.logits(face)  # warms up
    return 1000 * min(_seconds_a_call(classifier.logits, face) for _ in range(ROUNDS))


def _seconds_a_call(work: Callable, argument: np.ndarray) -> float:
    """CPU seconds of this thread for one call, the mean over ROUND_SECONDS of them."""
    calls, started = 0, time.thread_time()
    while (spent := time.thread_time() - started) < ROUND_SECONDS:
        work(argument)
        calls += 1
    return spent / calls
