"""How long a training will take on this machine."""

import streamlit as st

from fer.data.dataset import SPLITS, Dataset
from fer.runs import speed
from fer.runs.config import TrainConfig
from fer.runs.presets import PRESETS
from fer.runs.store import RunStore
from fer.system.text import rough_duration
from pages.parts.shared import actions, frame

EVERY = 1.0  # seconds between updates while this machine's speed is measured


def show(store: RunStore, config: TrainConfig, dataset: Dataset) -> None:
    """The estimated time; where the speed with this recipe or with a preset is unknown, it is measured."""
    configs = [config, *(preset.config(config.data) for preset in PRESETS.values())]
    is_measuring = any(actions.measure(store, each) for each in configs)
    seconds = speed.estimate(store, config, **sizes_of(dataset))
    if seconds is not None:
        st.info(f"Estimated time on this machine: **about {rough_duration(seconds)}**, from its measured speed.")
    elif is_measuring:
        st.info("Measuring the speed of this machine; this takes less than half a minute …")
    else:
        st.info(
            f"Time unknown: this machine has not trained {config.architecture} yet. "
            f"`python -m fer measure --architecture {config.architecture}` measures it in half a minute."
        )
    if is_measuring:
        st.fragment(_wait, run_every=EVERY)(store, configs)


def _wait(store: RunStore, configs: list[TrainConfig]) -> None:
    with frame.errors():
        if not any(actions.measure(store, each) for each in configs):
            st.rerun()


def sizes_of(dataset: Dataset) -> dict[str, int]:
    return {split: len(dataset.split(split)) for split in SPLITS}
