"""A study: its plan, its budget and its trials, in Optuna's storage. Pages read it; workers add trials to it."""

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fer.errors import FerError, extra, shortened
from fer.runs.store import RunStore
from fer.tuning import database, storage
from fer.tuning import plan as plans
from fer.tuning.plan import Plan
from fer.tuning.sampler import sampler, silence

if TYPE_CHECKING:
    import optuna
    from optuna.trial import FrozenTrial

PLAN, STOP, TRIALS, SECONDS = "plan", "stop", "trials", "seconds"  # the study's attributes
WORKERS, IMPORTANCE = "workers", "importance"
REASON, AGAIN, RUN, HOST = "reason", "again_of", "run", "host"  # a trial's
BEAT, OWNER, TRAINED = "heartbeat", "owner", "trained"
SEED, REPEAT_OF = "seed", "repeat_of"
STOPPED = "Its worker was asked to stop."  # a reason; the trial is put back
STATES = {"COMPLETE": "finished", "PRUNED": "pruned", "FAIL": "failed", "RUNNING": "training", "WAITING": "waiting"}


@dataclass(frozen=True)
class Budget:
    """What a study may use, all of its workers together; 0 is no limit.

    Attributes:
        trials: started, without those that are repeated because their worker died.
        seconds: of training, added up over the workers.
    """

    trials: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Trial:
    """One trial as a page shows it.

    Attributes:
        accuracy: on the validation split: the best epoch's, None before the first.
        curve: validation accuracy by epoch.
        reason: why it failed.
        run: the name of its run on the machine `host`.
        seconds: of training, as of its last sign of life.
        again_of: the number of the trial whose second try it is, because that one's worker was stopped or died.
        repeat_of, seed: the number of the trial whose settings it repeats, and with which other seed.
    """

    number: int
    state: str
    params: dict[str, Any]
    curve: tuple[float, ...]
    seconds: float
    reason: str
    run: str
    host: str
    again_of: int | None
    repeat_of: int | None = None
    seed: int | None = None

    @property
    def accuracy(self) -> float | None:
        return max(self.curve, default=None)


class Study:
    """Open one with `create` or `open_study`; `optuna` is Optuna's own object."""

    def __init__(self, store: RunStore, found: "optuna.Study", url: str):
        self.store, self.optuna, self.url = store, found, url
        self.plan = plans.from_json(str(found.user_attrs.get(PLAN, "")))

    @property
    def name(self) -> str:
        return self.optuna.study_name

    @property
    def runs(self) -> RunStore:
        """The runs of its trials on this machine."""
        return storage.runs_of(self.store, self.name)

    @property
    def budget(self) -> Budget:
        found = self.optuna.user_attrs
        return Budget(int(found.get(TRIALS, 0)), float(found.get(SECONDS, 0.0)))

    @budget.setter
    def budget(self, budget: Budget) -> None:
        if budget.trials < 0 or budget.seconds < 0 or not (budget.trials or budget.seconds):
            raise FerError("A study needs a budget: a number of trials above 0, or a time.")
        self.optuna.set_user_attr(TRIALS, budget.trials)
        self.optuna.set_user_attr(SECONDS, budget.seconds)

    @property
    def workers(self) -> int:
        """How many this machine's page starts, side by side."""
        return int(self.optuna.user_attrs.get(f"{WORKERS} {platform.node()}", 1))

    @workers.setter
    def workers(self, number: int) -> None:
        self.optuna.set_user_attr(f"{WORKERS} {platform.node()}", number)

    @property
    def is_stopped(self) -> bool:
        """Whether somebody asked all workers to stop."""
        return bool(self.optuna.user_attrs.get(STOP))

    def stop(self) -> None:
        """Ask all workers, on every machine, to stop; the trials that they train are put back."""
        self.optuna.set_user_attr(STOP, True)

    def go_on(self) -> None:
        """Take back a request to stop."""
        if self.is_stopped:
            self.optuna.set_user_attr(STOP, False)

    @property
    def trials(self) -> list[Trial]:
        return [_trial(frozen) for frozen in self.optuna.get_trials(deepcopy=False)]

    @property
    def is_used_up(self) -> bool:
        """Whether no further trial may start."""
        return is_used_up(self.budget, self.trials)


def counted(trials: list[Trial]) -> list[Trial]:
    """The trials that use up the budget: begun, neither put back and tried again, nor repeats with other seeds."""
    again, seen = {trial.again_of for trial in trials}, set()
    found = []
    for trial in trials:
        if trial.state == "waiting" or trial.number in again or trial.repeat_of is not None or trial.again_of in seen:
            continue
        seen |= {trial.again_of} - {None}
        found.append(trial)
    return found


def is_on_top(trial: Trial) -> bool:
    """Whether a trial waits that is trained even if the budget is used up."""
    return trial.state == "waiting" and (trial.again_of is not None or trial.repeat_of is not None)


def spent(trials: list[Trial]) -> float:
    """The seconds of the budget that are used up; repeats with other seeds are on top of it."""
    return sum(trial.seconds for trial in trials if trial.repeat_of is None)


def is_used_up(budget: Budget, trials: list[Trial]) -> bool:
    """A trial that would take the study further past its time than it is now short of it is not begun."""
    mine = counted(trials)
    if budget.trials and len(mine) >= budget.trials:
        return True
    over = [trial.seconds for trial in mine if trial.state in ("finished", "pruned")]
    typical = sum(over) / len(over) if over else 0.0
    return bool(budget.seconds) and spent(trials) + typical / 2 >= budget.seconds


def best_of(trials: list[Trial], most: int = 1) -> list[Trial]:
    """The finished trials with the highest validation accuracy, the first of equals, without repeats of others."""
    done = [trial for trial in trials if trial.state == "finished" and trial.accuracy is not None]
    mine = [trial for trial in done if trial.repeat_of is None]
    return sorted(mine, key=lambda trial: (-(trial.accuracy or 0), trial.number))[:most]


def create(store: RunStore, name: str, plan: Plan, budget: Budget, url: str = "") -> Study:
    """Begin a study; its first trial is the recipe as it is.

    Raises:
        FerError: if there is one of that name, or the storage cannot be reached.
    """
    with extra("tune", "Tuning"):
        import optuna
    silence()
    taken = FerError(f"There is a study named {name!r} already. Resume it, or choose another name.")
    if name in storage.names(store) or exists(store, name, url):  # both would keep their trials in the same folder
        raise taken
    url = storage.address(store, name, url)
    place = storage.open_storage(store, name, url, create=True)
    storage.folder(store, name).mkdir(parents=True, exist_ok=True)
    try:
        found = optuna.create_study(storage=place, study_name=name, direction="maximize")
    except optuna.exceptions.DuplicatedStudyError:
        raise taken from None
    found.set_user_attr(PLAN, plan.to_json())
    study = Study(store, found, url)
    study.budget = budget
    if start := plan.start():
        found.enqueue_trial(start)
    return study


def open_study(store: RunStore, name: str, url: str = "") -> Study:
    """Raises FerError if there is none of that name, or it cannot be read."""
    with extra("tune", "Tuning"):
        import optuna
    silence()
    url = storage.address(store, name, url)
    place = storage.open_storage(store, name, url)
    try:
        found = optuna.load_study(
            study_name=name, storage=place, sampler=sampler(0), pruner=optuna.pruners.MedianPruner(n_warmup_steps=1)
        )
    except KeyError:
        raise FerError(f"There is no study {name!r} in this storage. Start it first.") from None
    except FerError:
        raise
    except Exception as error:  # a damaged journal
        raise FerError(f"The study {name!r} could not be read: {shortened(error)}.") from error
    study = Study(store, found, url)
    found.sampler = sampler(study.plan.config.seed)
    return study


def exists(store: RunStore, name: str, url: str = "") -> bool:
    """Whether a study of that name has been begun. Raises FerError if its storage cannot be reached."""
    url = storage.address(store, name, url)
    if not url:
        return name in storage.names(store)
    place = storage.open_storage(store, name, url)
    return name in [found.study_name for found in place.get_all_studies() if PLAN in found.user_attrs]


def names(store: RunStore) -> list[str]:
    """The studies on this machine, the latest first, then those in this server's database.

    Raises:
        FerError: if that database cannot be reached.
    """
    mine = storage.names(store)
    if not (url := database.shared()):
        return mine
    found = database.open_database(url).get_all_studies()
    ours = [each.study_name for each in reversed(found) if PLAN in each.user_attrs]
    return mine + [name for name in ours if name not in mine]


def params_of(frozen: "FrozenTrial") -> dict[str, Any]:
    """A trial's settings, those included that it waits for."""
    return {**frozen.system_attrs.get("fixed_params", {}), **frozen.params}


def _trial(frozen: "FrozenTrial") -> Trial:
    known = frozen.user_attrs
    return Trial(
        number=frozen.number,
        state="stopped" if frozen.user_attrs.get(REASON) == STOPPED else STATES[frozen.state.name],
        params=params_of(frozen),
        curve=tuple(value for _, value in sorted(frozen.intermediate_values.items())),
        seconds=float(known.get(TRAINED, 0.0)),
        reason=str(known.get(REASON, "")),
        run=str(known.get(RUN, "")),
        host=str(known.get(HOST, "")),
        again_of=known.get(AGAIN),
        repeat_of=known.get(REPEAT_OF),
        seed=known.get(SEED),
    )
