"""How optimistic the best trial is: it is trained again with other seeds, beside which its own accuracy is compared."""

import math
from dataclasses import dataclass

from fer.errors import FerError
from fer.system.text import plural
from fer.tuning.study import REPEAT_OF, SEED, Study, Trial

SEEDS = 3  # enough to see luck of a point or more; each costs as much as the trial itself
MOST = 20


@dataclass(frozen=True)
class Optimism:
    """What the repeats of a trial tell.

    Attributes:
        best: the accuracy of the trial that was chosen for it.
        accuracies: of its repeats that have finished, on the same validation split.
        waiting: how many are still to finish.
    """

    best: float
    accuracies: tuple[float, ...]
    waiting: int

    @property
    def mean(self) -> float:
        return sum(self.accuracies) / len(self.accuracies)

    @property
    def by(self) -> float:
        """How much higher the chosen accuracy is than what its settings reach on average."""
        return self.best - self.mean


def of(trials: list[Trial], best: Trial) -> Optimism | None:
    """What is known of a trial; None if nobody asked for repeats."""
    replaced = {trial.again_of for trial in trials}
    mine = [trial for trial in trials if trial.repeat_of == best.number and trial.number not in replaced]
    done = tuple(trial.accuracy for trial in mine if trial.state == "finished" and trial.accuracy is not None)
    waiting = sum(trial.state in ("waiting", "training") for trial in mine)
    return Optimism(best.accuracy or 0.0, done, waiting) if done or waiting else None


def ask_for(study: Study, best: Trial, number: int = SEEDS) -> None:
    """Have a trial repeated with seeds that no trial of the study had, without pruning, on top of the budget.

    Raises:
        FerError: for a number outside 1 to MOST.
    """
    if not 1 <= number <= MOST:
        raise FerError(f"The best can be repeated 1 to {MOST} times, got {number}.")
    used = {trial.seed for trial in study.trials if trial.seed is not None}
    first = max([study.plan.config.seed, *used]) + 1
    for seed in range(first, first + number):
        study.optuna.enqueue_trial(best.params, user_attrs={REPEAT_OF: best.number, SEED: seed % 2**31})


def price(best: Trial, number: int = SEEDS, workers: int = 1) -> float:
    """The seconds until so many workers have trained the repeats, on a machine like the one that trained the trial."""
    return math.ceil(number / workers) * best.seconds


def in_words(found: Optimism, trials: int) -> str:
    """A sentence on a trial that was the best of so many."""
    n = len(found.accuracies)
    if not n:
        return ""
    spread = f", {min(found.accuracies):.1%} to {max(found.accuracies):.1%}" if n > 1 else ""
    start = f"Its settings reach {found.mean:.1%} on average with other seeds (n = {n}{spread})"
    if found.by > 0:
        return f"{start}, so the best of {plural(trials, 'trial')} was optimistic by {100 * found.by:.1f} points here."
    return f"{start}, so the best of {plural(trials, 'trial')} was not optimistic here."
