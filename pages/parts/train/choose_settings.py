"""Choose a recipe, and change its settings; the form is generated from TrainConfig's fields."""

from dataclasses import fields

import streamlit as st

from fer.data import catalog
from fer.data.catalog import short_name
from fer.data.dataset import Dataset
from fer.runs.config import TrainConfig
from fer.runs.presets import PRESETS
from fer.runs.run import Run
from fer.runs.settings import words_of
from fer.runs.store import RunStore
from pages.parts.shared import frame
from pages.parts.train import add_data, choose_data, estimate

ABOVE = ("data", "classes")  # chosen elsewhere
SETTINGS = [item for item in fields(TrainConfig) if item.name not in ABOVE]
CLONED = "train-cloned"  # the run whose settings were taken over
FILLED_FOR = "train-filled-for"  # the data set for which the recipe filled the form


def key(name: str) -> str:
    return f"train-{name}"


def choose_recipe(store: RunStore, dataset: Dataset) -> None:
    """The presets as cards, each with what it is, how long it takes here, and what accuracy to expect."""
    if key("epochs") not in st.session_state:
        st.session_state.setdefault(key("preset"), "Quick look")
        _apply()
    data = st.session_state[key("data")]
    if data != (before := st.session_state.get(FILLED_FOR, data)) and not _changed(before):
        _apply()  # on other data, a recipe has no votes and no teachers
    st.session_state[FILLED_FOR] = data
    st.radio(
        "Recipe",
        list(PRESETS),
        key=key("preset"),
        captions=[estimate.card_line(store, preset, dataset, data) for preset in PRESETS.values()],
        on_change=_apply,
        width="stretch",
        persist_state="session",
    )


def origin() -> str:
    """Which settings differ from the chosen recipe, or whose they are; empty if they are the recipe's."""
    changed = _changed(st.session_state[key("data")])
    if not st.session_state[key("preset")]:
        return f"Settings of **{frame.plain(st.session_state.get(CLONED) or '')}**"
    return f"Changed under *Advanced*: {changed}" if changed else ""


def _changed(data: str) -> str:
    """The settings that differ from the chosen recipe's."""
    preset = st.session_state[key("preset")]
    if not preset:
        return "all"
    recipe = PRESETS[preset].config(data)
    return ", ".join(words_of(name) for name, value in _values().items() if getattr(recipe, name) != value)


def _values() -> dict:
    """The settings as they are in the session."""
    values = {item.name: st.session_state[key(item.name)] for item in SETTINGS}
    return {**values, "teacher": ",".join(values["teacher"])}


def config() -> TrainConfig:
    """The recipe of the form."""
    above = {"data": st.session_state[key("data")], "classes": st.session_state.get(choose_data.CLASSES) or ""}
    return TrainConfig(**above, **_values())


def clone(run: Run) -> None:
    """A button's on_click: fill the form with a run's settings."""
    with frame.errors():
        take_over(run.config, run.id)


def take_over(recipe: TrainConfig, whose: str) -> None:
    """Fill the form with a recipe.

    Args:
        whose: settings these are, such as a run's name.
    """
    _fill(recipe)
    is_here = (data := short_name(recipe.data)) in (*catalog.available(), "synthetic")
    if is_here:
        st.session_state[add_data.PICK] = data
        st.session_state[choose_data.CLASSES] = recipe.classes
    st.session_state[key("preset")], st.session_state[CLONED] = None, whose
    but = "" if is_here else f", but its data set {frame.plain(data)} is not in `data/`"
    st.toast(f"Settings copied from {frame.plain(whose)}{but}", icon=":material/content_copy:")


def _apply() -> None:
    """Fill the form with the preset's values."""
    if preset := st.session_state[key("preset")]:
        _fill(PRESETS[preset].config(st.session_state[key("data")]))


def _fill(recipe: TrainConfig) -> None:
    for item in SETTINGS:
        st.session_state[key(item.name)] = recipe.teachers if item.name == "teacher" else getattr(recipe, item.name)
