"""Measure a run's inference time per face."""

import time
from collections.abc import Callable

import numpy as np

from fer.faces.crop import IMAGE_SIZE
from fer.inference.ensemble import open_run
from fer.runs.run import Run

ROUNDS, ROUND_SECONDS = 10, 0.05  # short rounds are less likely to be disturbed by other processes


def milliseconds_a_face(run: Run) -> float:
    """CPU milliseconds per face on one core of this machine, for a single pass over one face at a time.

    The best of ROUNDS in thread CPU time, so that other load on the machine has little effect.
    """
    classifier, face = open_run(run), np.zeros((1, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    classifier.logits(face)  # warms up
    return 1000 * min(_seconds_a_call(classifier.logits, face) for _ in range(ROUNDS))


def _seconds_a_call(work: Callable, argument: np.ndarray) -> float:
    """This thread's mean CPU seconds per call over ROUND_SECONDS."""
    calls, started = 0, time.thread_time()
    while (spent := time.thread_time() - started) < ROUND_SECONDS:
        work(argument)
        calls += 1
    return spent / calls
