"""Choose a recipe and its settings; the form is generated from TrainConfig's fields."""

from dataclasses import Field, fields

import numpy as np
import streamlit as st

from fer.architectures import ARCHITECTURES
from fer.data.dataset import Dataset
from fer.runs import speed
from fer.runs.config import TrainConfig
from fer.runs.presets import PRESETS
from fer.runs.store import RunStore
from fer.system.text import rough_duration
from fer.training.augment import NUMPY, augment
from pages.parts.shared import frame
from pages.parts.train.estimate import sizes_of

ABOVE = ("data", "classes")  # chosen above the form
SETTINGS = [item for item in fields(TrainConfig) if item.name not in ABOVE]
PREVIEWED = 16


def key(name: str) -> str:
    return f"train-{name}"


def choose(store: RunStore, dataset: Dataset) -> TrainConfig:
    """A preset, all settings, and a preview of the augmentation."""
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
    with st.expander("Advanced"):
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
    """Fill the form with the preset's values."""
    config = PRESETS[st.session_state[key("preset")]].config(st.session_state[key("data")])
    for item in SETTINGS:
        st.session_state[key(item.name)] = config.teachers if item.name == "teacher" else getattr(config, item.name)


def _widget(item: Field, store: RunStore):
    """The widget for a setting's type and limits; its value is kept in the session."""
    limits, label = item.metadata, item.name.replace("_", " ")
    common = {"key": key(item.name), "help": limits["help"], "persist_state": "session"}
    common["disabled"] = not _has_effect(item)
    if item.name == "architecture":
        return st.selectbox(label, list(ARCHITECTURES), on_change=_drop_start, args=(store,), **common)
    if item.name == "start_from":
        runs = dict.fromkeys([run.id for run in store if run.model_path.is_file()] + [st.session_state[key(item.name)]])
        named = {"format_func": lambda id: id or "Random weights", "on_change": _follow_start, "args": (store,)}
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
    number = int if item.type is int else float
    low, high = number(limits["low"]), number(limits["high"])
    return st.number_input(label, min_value=low, max_value=high, step=step, format=format, **common)


def _has_effect(item: Field) -> bool:
    """Whether a setting has any effect, given the other settings."""
    if item.name in ("imagenet", "frozen_epochs", "backbone_rate"):
        return bool(ARCHITECTURES[st.session_state[key("architecture")]].imagenet)
    return item.name != "teacher_share" or bool(st.session_state[key("teacher")])


def _follow_start(store: RunStore) -> None:
    """Choose the architecture of the run to start from."""
    chosen = st.session_state[key("start_from")]
    with frame.errors():
        if chosen and (architecture := store[chosen].config.architecture) in ARCHITECTURES:  # not an imported network
            st.session_state[key("architecture")] = architecture


def _drop_start(store: RunStore) -> None:
    """Deselect the run to start from if it has another architecture."""
    chosen = st.session_state[key("start_from")]
    with frame.errors():
        if chosen and store[chosen].config.architecture != st.session_state[key("architecture")]:
            st.session_state[key("start_from")] = ""


def _preview(dataset: Dataset, config: TrainConfig) -> None:
    """Show sixteen training faces as the network will see them."""
    index = np.linspace(0, len(dataset.train) - 1, PREVIEWED).astype(int)
    random = np.random.default_rng(config.seed)
    images, _ = augment(dataset.train.images[index], dataset.train.targets[index], config, random, NUMPY)
    st.image(
        list(np.asarray(images)[..., 0]),
        width=72,
        output_format="PNG",
        alt=[f"Augmented training face {i}" for i in range(1, PREVIEWED + 1)],
    )
    st.caption("Augmented training faces, as the network will see them with these settings")
