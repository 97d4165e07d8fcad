"""How long a training will take on this machine, and what accuracy to expect of it."""

import streamlit as st

from fer.data.dataset import SPLITS, Dataset
from fer.runs import expectations, speed
from fer.runs.config import TrainConfig
from fer.runs.expectations import Time
from fer.runs.presets import PRESETS, Preset
from fer.runs.store import RunStore
from fer.system.text import rough_duration
from pages.parts.shared import actions, frame

EVERY = 2.0  # seconds between looks while this machine's speed is measured or it is too busy for that


def card_line(store: RunStore, preset: Preset, dataset: Dataset, data: str) -> str:
    """What a preset is, about how long it takes here, and what accuracy to expect, in two lines."""
    config = preset.config(data)
    facts = [_time(expectations.time(store, config, **sizes_of(dataset))), _accuracy(store, config)]
    return f"{preset.line}  \n{' · '.join(filter(None, facts))}"


def _time(time: Time | None) -> str:
    if time is None:
        return "Time unknown"
    about = f"About {rough_duration(time.seconds)}"
    return {"measured": f"{about} here", "scaled": f"{about} here", "elsewhere": f"{about} on {time.machine}"}[
        time.source
    ]


def _accuracy(store: RunStore, config: TrainConfig) -> str:
    if config.data == "synthetic":
        return ""
    expected = expectations.accuracy(store, config)
    if not expected:
        return "accuracy unknown"
    share, name = f"{expected.score.accuracy:.1%}", frame.plain(expected.run)
    return f"{share} accuracy ({name})" if expected.is_same_recipe else f"up to {share} accuracy ({name})"


def sentence(store: RunStore, config: TrainConfig, dataset: Dataset) -> str:
    """How long the recipe of the form takes."""
    time = expectations.time(store, config, **sizes_of(dataset))
    if time is None:
        return f"Time unknown: {config.architecture} has not been trained yet."
    about = f"About {rough_duration(time.seconds)}"
    return {
        "measured": f"{about}, from this machine's measured speed.",
        "scaled": f"{about}, estimated from other training runs here.",
        "elsewhere": f"{about} on {time.machine}; not measured here yet.",
    }[time.source]


def measure(store: RunStore, config: TrainConfig) -> None:
    """Have the speed measured that this recipe and the presets need, once the machine is quiet."""
    configs = [config, *(preset.config(config.data) for preset in PRESETS.values())]
    if all(speed.is_known(store, each) for each in configs):
        return
    is_measuring = any(actions.measure(store, each) for each in configs)
    if is_measuring:
        st.caption("Measuring this machine's speed…")
    st.fragment(_wait, run_every=EVERY)(store, configs, is_measuring)


def _wait(store: RunStore, configs: list[TrainConfig], was_measuring: bool) -> None:
    with frame.errors():
        if any(actions.measure(store, each) for each in configs) != was_measuring:
            st.rerun()


def sizes_of(dataset: Dataset) -> dict[str, int]:
    return {split: len(dataset.split(split)) for split in SPLITS}
