"""Signs of life of trials, and what becomes of those whose worker has died: each is trained again, once."""

import os
import platform
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil

from fer.tuning.study import (
    AGAIN,
    BEAT,
    HOST,
    OWNER,
    REASON,
    REPEAT_OF,
    SEED,
    STOPPED,
    TRAINED,
    Study,
    Trial,
    params_of,
)

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial
    from optuna.trial import Trial as Asked

BEAT_SECONDS = 20.0
# without a sign of life, on another machine: the first batch of a large network takes minutes, and clocks differ
GRACE_SECONDS = 600.0
UNCLAIMED_SECONDS = 30.0  # after its start is stored, a trial's worker stores its own name within a second
LOST = "Its worker ended unexpectedly: killed, or out of memory."
DOUBLE = "Another machine trains it again."

# when this process first saw a trial without a worker, by study, number and start; clocks of others may differ
_unclaimed: dict[tuple, float] = {}


def owner() -> dict[str, object]:
    """This process, as other workers on this machine can look for it."""
    process = psutil.Process()
    return {"host": _host(), "pid": process.pid, "started": process.create_time()}


def beat(trial: "Asked", seconds: float) -> None:
    """Leave a sign of life.

    Args:
        seconds: of training so far.
    """
    trial.set_user_attr(TRAINED, round(seconds, 1))
    trial.set_user_attr(BEAT, time.time())


def claim(trial: "Asked") -> None:
    """Say who trains a trial; the owner last, since others then look for its sign of life."""
    trial.set_user_attr(HOST, platform.node())
    trial.set_user_attr(BEAT, time.time())
    trial.set_user_attr(OWNER, owner())


def rescue(study: Study) -> list[int]:
    """Fail the trials whose workers have died, and put those back that are no second try themselves.

    Any number of workers may do so at once: only one of them gets to fail a trial. If that one dies before it has put
    the trial back, the next worker does. Returns the numbers of those that were failed.
    """
    failed = [number for number in dead(study) if fail(study, number, LOST)]
    for number in waiting_for_a_second_try(study.trials):
        put_back(study, number)
    return failed


def dead(study: Study) -> list[int]:
    """The numbers of the trials that are still stored as training, but whose workers have died."""
    from optuna.trial import TrialState

    running = study.optuna.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
    return [frozen.number for frozen in running if _is_dead(study, frozen)]


def fail(study: Study, number: int, reason: str) -> bool:
    """Fail a trial that is still training. Returns whether this worker was the one to do so."""
    from optuna.exceptions import UpdateFinishedTrialError
    from optuna.trial import TrialState

    frozen = study.optuna.get_trials(deepcopy=False)[number]
    try:
        study.optuna._storage.set_trial_user_attr(frozen._trial_id, REASON, reason)
        study.optuna.tell(number, state=TrialState.FAIL)
    except (UpdateFinishedTrialError, ValueError):  # another worker was faster, or the trial has ended after all
        return False
    return True


def put_back(study: Study, number: int) -> None:
    """Have a failed trial trained again, with the same settings. Two machines may do so for the same trial at the same
    moment; then only the first of the two tries is trained."""
    frozen = study.optuna.get_trials(deepcopy=False)[number]
    kept = {name: frozen.user_attrs[name] for name in (SEED, REPEAT_OF) if name in frozen.user_attrs}
    study.optuna.enqueue_trial(params_of(frozen), user_attrs={AGAIN: number, **kept})


def waiting_for_a_second_try(trials: list[Trial]) -> list[int]:
    """The trials that ended with their worker and are to be trained again, but are not yet put back."""
    known = {trial.again_of for trial in trials}
    lost = [trial for trial in trials if trial.state in ("failed", "stopped") and trial.number not in known]
    return [
        trial.number for trial in lost if trial.reason == STOPPED or (trial.reason == LOST and trial.again_of is None)
    ]


def _is_dead(study: Study, frozen: "FrozenTrial") -> bool:
    """Whether the worker of a trial is gone: on this machine at once, else after a time without a sign of life."""
    known = frozen.user_attrs
    if OWNER not in known:  # its worker is about to say so, or died just before
        trial, now = (study.name, frozen.number, frozen.datetime_start), time.monotonic()
        return now - _unclaimed.setdefault(trial, now) > UNCLAIMED_SECONDS
    found = known[OWNER]
    if found.get("host") == _host():
        with suppress(psutil.Error):
            return abs(psutil.Process(found["pid"]).create_time() - found["started"]) > 1
        return True
    return time.time() - float(known.get(BEAT, 0.0)) > GRACE_SECONDS


def _host() -> str:
    """This machine, and in it this container: process numbers mean nothing beyond that."""
    space = ""
    with suppress(OSError):
        space = os.readlink("/proc/self/ns/pid")
    return f"{platform.node()} {space}".strip()
