"""All settings of a recipe, as a form generated from TrainConfig's fields, and how its augmentation looks."""

from dataclasses import Field

import numpy as np
import streamlit as st

from fer.architectures import ARCHITECTURES
from fer.data.dataset import Dataset
from fer.runs.config import TrainConfig
from fer.runs.settings import words_of
from fer.runs.store import RunStore
from fer.system.text import capital
from fer.training.augment import NUMPY, augment
from pages.parts.shared import frame
from pages.parts.train import choose_data
from pages.parts.train.choose_settings import ABOVE, config, key

PREVIEWED = 16


def show(store: RunStore, dataset: Dataset) -> None:
    """All settings, and how the augmentation looks; drawn only when it is opened."""
    with st.expander("Advanced", key="train-advanced", on_change="rerun", icon=":material/tune:") as form:
        if not form.open:
            return
        choose_data.choose_classes()
        for group, items in TrainConfig.grouped().items():
            st.markdown(f"**{group.capitalize()}**")
            shown = [item for item in items if item.name not in ABOVE]
            for i in range(0, len(shown), 2):  # in rows, which keep the order where a phone stacks them
                for item, column in zip(shown[i : i + 2], st.columns(2), strict=False):
                    with column:
                        _widget(item, store)
        with frame.errors():
            _preview(dataset, config())


def _widget(item: Field, store: RunStore):
    """The widget for a setting's type and limits; its value is kept in the session."""
    limits, label = item.metadata, capital(words_of(item.name))
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
