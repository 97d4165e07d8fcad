"""What a trial found, as a recipe: in words, as options of a command, or to be trained at full length."""

import shlex
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from fer.runs.config import TrainConfig
from fer.runs.settings import words_of
from fer.tuning.study import Study, Trial


def full_config(study: Study, trial: Trial) -> TrainConfig:
    """The recipe of a trial at full length."""
    return study.plan.full_config(trial.params)


def in_words(params: Mapping[str, Any]) -> str:
    """A trial's settings in one line."""
    return ", ".join(f"{words_of(name)} {written(value)}" for name, value in params.items())


def as_options(study: Study, trial: Trial) -> str:
    """What `python -m fer train` needs to train a trial's recipe at full length, with all digits."""
    config, plain = full_config(study, trial), TrainConfig()
    found = []
    for item in fields(TrainConfig):
        value, flag = getattr(config, item.name), item.name.replace("_", "-")
        if value == getattr(plain, item.name):
            continue
        if isinstance(value, bool):
            found.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            found.append(f"--{flag} {shlex.quote(str(value))}")
    return " ".join(found)


def written(value: object) -> str:
    """A setting's value for people, with four digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
