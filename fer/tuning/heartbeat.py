"""Signs of life of trials, and what becomes of those whose worker has died: each is trained again, once."""

import os
import platform
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil

from fer.tuning.study import AGAIN, BEAT, HOST, OWNER, REASON, TRAINED, Study

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial, Trial

BEAT_SECONDS = 20.0
# without a sign of life, on another machine: the first batch of a large network takes minutes, and clocks differ
GRACE_SECONDS = 600.0
LOST = "Its worker ended without a word: killed, or out of memory."
STOPPED = "Its worker was asked to stop."


def owner() -> dict[str, object]:
    """This process, as other workers on this machine can look for it."""
    process = psutil.Process()
    return {"host": _host(), "pid": process.pid, "started": process.create_time()}


def beat(trial: "Trial", seconds: float) -> None:
    """Leave a sign of life.

    Args:
        seconds: of training so far.
    """
    trial.set_user_attr(TRAINED, round(seconds, 1))
    trial.set_user_attr(BEAT, time.time())


def claim(trial: "Trial") -> None:
    """Say who trains a trial."""
    trial.set_user_attr(HOST, platform.node())
    trial.set_user_attr(OWNER, owner())
    trial.set_user_attr(BEAT, time.time())


def rescue(study: Study) -> list[int]:
    """Fail the trials whose workers have died, and put those back that are no repeats themselves.

    Any number of workers may do so at once: only one of them gets to fail a trial. Returns their numbers.
    """
    from optuna.trial import TrialState

    dead = [
        frozen for frozen in study.optuna.get_trials(deepcopy=False, states=(TrialState.RUNNING,)) if _is_dead(frozen)
    ]
    return [frozen.number for frozen in dead if fail(study, frozen.number, LOST, again=AGAIN not in frozen.user_attrs)]


def fail(study: Study, number: int, reason: str, *, again: bool = False) -> bool:
    """Fail a trial that is still training, and put it back if `again`.

    Returns:
        Whether this worker was the one to do so.
    """
    from optuna.exceptions import UpdateFinishedTrialError
    from optuna.trial import TrialState

    frozen = study.optuna.get_trials(deepcopy=False)[number]
    try:
        study.optuna._storage.set_trial_user_attr(frozen._trial_id, REASON, reason)
        study.optuna.tell(number, state=TrialState.FAIL)
    except (UpdateFinishedTrialError, ValueError):  # another worker was faster, or the trial has ended after all
        return False
    if again:
        study.optuna.enqueue_trial(frozen.params, user_attrs={AGAIN: number})
    return True


def _is_dead(frozen: "FrozenTrial") -> bool:
    """Whether the worker of a trial is gone: on this machine at once, else after a time without a sign of life."""
    known = frozen.user_attrs
    found = known.get(OWNER) or {}
    if found.get("host") == _host():
        with suppress(psutil.Error):
            return abs(psutil.Process(found["pid"]).create_time() - found["started"]) > 1
        return True
    begun = frozen.datetime_start.timestamp() if frozen.datetime_start else 0.0
    return time.time() - float(known.get(BEAT, begun)) > GRACE_SECONDS


def _host() -> str:
    """This machine, and in it this container: process numbers mean nothing beyond that."""
    space = ""
    with suppress(OSError):
        space = os.readlink("/proc/self/ns/pid")
    return f"{platform.node()} {space}".strip()
