"""How the next recipe is proposed: multivariate TPE with constant liar, seeded by the trial's number."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fer.errors import extra

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

STARTUP = 8  # random trials before the first model; Optuna's 10 would be half of a study of two hours


def silence() -> None:
    """Optuna reports every trial on stderr; the progress line does that here."""
    with extra("tune", "Tuning"):
        import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)


def sampler(seed: int) -> BaseSampler:
    """A sampler that proposes the same for the same trial after the same results, whichever worker asks.

    One with a single stream of numbers would propose the same to two workers that start together.
    """
    return _class()(seed)


@lru_cache(maxsize=1)
def _class() -> type:
    with extra("tune", "Tuning"):
        from optuna.samplers import BaseSampler, TPESampler

    class Numbered(BaseSampler):
        def __init__(self, seed: int):
            self.seed, self.number, self.inner = seed, -1, TPESampler()

        def _of(self, trial) -> TPESampler:
            if trial.number != self.number:
                self.number = trial.number
                self.inner = TPESampler(
                    multivariate=True,
                    constant_liar=True,
                    n_startup_trials=STARTUP,
                    seed=(1_000_003 * self.seed + trial.number) % 2**32,
                )
            return self.inner

        def infer_relative_search_space(self, study, trial) -> dict[str, Any]:
            return self._of(trial).infer_relative_search_space(study, trial)

        def sample_relative(self, study, trial, search_space) -> dict[str, Any]:
            return self._of(trial).sample_relative(study, trial, search_space)

        def sample_independent(self, study, trial, param_name, param_distribution) -> Any:
            return self._of(trial).sample_independent(study, trial, param_name, param_distribution)

    return Numbered
