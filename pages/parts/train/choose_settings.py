"""The form of a recipe, made from TrainConfig's own declarations."""

from dataclasses import Field, fields

import numpy as np
import streamlit as st

from fer.architectures import ARCHITECTURES
from fer.data.dataset import SPLITS, Dataset
from fer.runs import queue, speed
from fer.runs.config import TrainConfig
from fer.runs.presets import PRESETS
from fer.runs.store import RunStore
from fer.system.text import rough_duration
from fer.training.augment import NUMPY, augment

ABOVE = ("data", "classes")  # asked before the form
SETTINGS = [item for item in fields(TrainConfig) if item.name not in ABOVE]
PREVIEWED = 16
LOOK = 1.0  # seconds between looks while this machine's speed is measured


def key(name: str) -> str:
    return f"train-{name}"


def choose(store: RunStore, dataset: Dataset) -> TrainConfig:
    """A preset, every setting below it, and what the augmentation makes of sixteen faces."""
    _begin()
    st.segmented_control(
        "Recipe",
        list(PRESETS),
        required=True,
        key=key("preset"),
        on_change=_apply,
        persist_state="session",
    )
    sizes = sizes_of(dataset)
    for name, preset in PRESETS.items():
        seconds = speed.estimate(store, preset.config(st.session_state[key("data")]), **sizes)
        time = f", about {rough_duration(seconds)} here" if seconds else ""
        st.caption(f"**{name}**{time}: {preset.summary}.")
    values = {}
    with st.expander("Every setting"):
        for group, items in TrainConfig.grouped().items():
            st.markdown(f"**{group.capitalize()}**")
            columns = st.columns(3)
            for i, item in enumerate(item for item in items if item.name not in ABOVE):
                with columns[i % 3]:
                    values[item.name] = _widget(item, store)
        above = {name: st.session_state[key(name)] for name in ABOVE}
        config = TrainConfig(**above, **values)
        _preview(dataset, config)
    return config


def _begin() -> None:
    if key("epochs") not in st.session_state:
        st.session_state.setdefault(key("preset"), "Quick look")
        _apply()


def _apply() -> None:
    """Put the preset's values into the form."""
    config = PRESETS[st.session_state[key("preset")]].config(st.session_state[key("data")])
    for item in SETTINGS:
        st.session_state[key(item.name)] = config.teachers if item.name == "teacher" else getattr(config, item.name)


def _widget(item: Field, store: RunStore):
    """The widget that fits a setting's type and limits; its value is the session's."""
    limits, label = item.metadata, item.name.replace("_", " ")
    common = {"key": key(item.name), "help": limits["help"], "persist_state": "session"}
    common["disabled"] = not _matters(item)
    if item.name == "architecture":
        return st.selectbox(label, list(ARCHITECTURES), on_change=_drop_start, args=(store,), **common)
    if item.name == "start_from":
        runs = dict.fromkeys([run.id for run in store if run.model_path.is_file()] + [st.session_state[key(item.name)]])
        named = {"format_func": lambda id: id or "random weights", "on_change": _follow_start, "args": (store,)}
        return st.selectbox(label, list({"": None, **runs}), **named, **common)
    if item.name == "teacher":
        able = [run.id for run in store if run.is_usable or run.is_without_weights]
        known = dict.fromkeys(able + st.session_state[key("teacher")])
        return ",".join(st.multiselect(label, list(known), **common))
    if item.type is bool:
        return st.toggle(label, **common)
    if limits["choices"]:
        return st.selectbox(label, limits["choices"], **common)
    if item.type is str:
        return st.text_input(label, **common)
    step, format = (1, "%d") if item.type is int else (None, "%g")
    low, high = item.type(limits["low"]), item.type(limits["high"])
    return st.number_input(label, min_value=low, max_value=high, step=step, format=format, **common)


def _matters(item: Field) -> bool:
    """Whether a setting changes anything beside the other settings."""
    if item.name in ("imagenet", "frozen_epochs", "backbone_rate"):
        return bool(ARCHITECTURES[st.session_state[key("architecture")]].imagenet)
    return item.name != "teacher_share" or bool(st.session_state[key("teacher")])


def _follow_start(store: RunStore) -> None:
    """Take the network of the run that is to be started from."""
    if chosen := st.session_state[key("start_from")]:
        st.session_state[key("architecture")] = store[chosen].config.architecture


def _drop_start(store: RunStore) -> None:
    """Start from no run of another network."""
    chosen = st.session_state[key("start_from")]
    if chosen and store[chosen].config.architecture != st.session_state[key("architecture")]:
        st.session_state[key("start_from")] = ""


def _preview(dataset: Dataset, config: TrainConfig) -> None:
    """Sixteen training faces as the network will see them."""
    index = np.linspace(0, len(dataset.train) - 1, PREVIEWED).astype(int)
    random = np.random.default_rng(config.seed)
    images, _ = augment(dataset.train.images[index], dataset.train.targets[index], config, random, NUMPY)
    st.image(
        list(images[..., 0]),
        width=72,
        output_format="PNG",
        alt=[f"Augmented training face {i}" for i in range(1, PREVIEWED + 1)],
    )
    st.caption("Sixteen training faces as the network will see them; they change with the settings above.")


def tell_time(store: RunStore, config: TrainConfig, dataset: Dataset) -> None:
    """How long this takes here; where this machine's speed with it, or with a preset, is unknown, it is measured."""
    wanted = [config, *(preset.config(config.data) for preset in PRESETS.values())]
    is_measuring = any(queue.measure(store, each) for each in wanted)
    seconds = speed.estimate(store, config, **sizes_of(dataset))
    if seconds is not None:
        st.info(f"This will take **about {rough_duration(seconds)}** on this machine, from its own measured speed.")
    elif is_measuring:
        st.info("How fast this machine is gets measured now, which takes less than half a minute …")
    else:
        st.info(
            f"How long this takes is not known: this machine has not trained {config.architecture} yet. "
            f"`python -m fer measure --architecture {config.architecture}` finds out in half a minute."
        )
    if is_measuring:
        st.fragment(_wait, run_every=LOOK)(store, wanted)


def _wait(store: RunStore, wanted: list[TrainConfig]) -> None:
    if not any(queue.measure(store, each) for each in wanted):
        st.rerun()


def sizes_of(dataset: Dataset) -> dict[str, int]:
    return {split: len(dataset.split(split)) for split in SPLITS}
