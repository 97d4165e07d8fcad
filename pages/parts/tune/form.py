"""What a new study needs: a time budget first, then data and network, then what may vary."""

import streamlit as st

from fer.architectures import ARCHITECTURES
from fer.data import catalog
from fer.data.dataset import Dataset
from fer.errors import FerError
from fer.runs.store import RunStore, slug
from fer.system.text import plural
from fer.tuning import budget, plan, storage, study
from fer.tuning.study import Budget
from pages.parts.shared import frame
from pages.parts.train import choose_data
from pages.parts.tune import actions, opened, ranges
from pages.parts.tune.ranges import key

HOURS = (0.1, 0.25, 0.5, 1, 2, 4, 8, 12, 24, 48)
LIGHT = "mini_xception"  # the fastest network that ships


def show(store: RunStore) -> None:
    """The form of a new study and its Start button."""
    with st.container():
        hours = st.select_slider(
            "How long should it search?",
            HOURS,
            value=2,
            key=key("hours"),
            format_func=in_words,
            persist_state="session",
            help="Time on the clock, however many trials run at once. You can stop, resume or extend the search.",
        )
        about = st.empty()
    names = [*catalog.available(), "synthetic"]
    left, right = st.columns(2)
    left.selectbox(
        "Data", names, key=key("data"), format_func=choose_data.title, persist_state="session", accept_new_options=False
    )
    right.multiselect(
        "Networks",
        list(ARCHITECTURES),
        default=[LIGHT],
        key=key("architecture"),
        persist_state="session",
        help="Of several, each trial trains one. Larger networks make fewer trials fit.",
    )
    dataset = _dataset()
    ranges.show()
    made = None
    with frame.errors():
        made = ranges.made(dataset)
    if made:
        about.caption(_about(store, made, dataset, hours, ranges.workers()))
    _start(store, disabled=made is None)


def in_words(hours: float) -> str:
    return f"{60 * hours:.0f} min" if hours < 1 else plural(int(hours), "hour")


def _about(store: RunStore, made: plan.Plan, dataset: Dataset, hours: float, workers: int) -> str:
    """How many trials the time buys on this machine."""
    sizes = {"train": len(dataset.train), "val": len(dataset.val)}
    number = budget.trials_in(3600 * hours * workers, budget.typical_seconds(store, made, **sizes, workers=workers))
    trials = f"trials of up to {plural(made.epochs, 'epoch')}"
    aside = f", {workers} at a time" if workers > 1 else ""
    if number is None:
        return f"As many {trials} as fit{aside}: how fast this trains is not known here yet."
    return f"About {number:,} {trials} in {in_words(hours)} on this machine{aside}; pruning makes room for more."


def _dataset() -> Dataset:
    name = st.session_state[key("data")]
    return choose_data.open_data(name, catalog.stamp(name), "")


def _start(store: RunStore, *, disabled: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Study name", key=key("name"), max_chars=64, placeholder="Optional")
        st.button(
            "Start",
            key=key("start"),
            type="primary",
            icon=":material/play_arrow:",
            disabled=disabled,
            on_click=frame.act,
            args=(_begin, store),
        )


def _begin(store: RunStore) -> None:
    """Begin the study of the form, which is read now: a change and this click can arrive together."""
    made, hours, workers = ranges.made(_dataset()), st.session_state[key("hours")], ranges.workers()
    typed = st.session_state.get(key("name")) or ""
    name = slug(typed) or _free(store, made.config.architecture)
    if typed and not slug(typed):
        raise FerError(f"A study's name needs letters or digits, got {typed!r}.")
    actions.tune(store, name, made, Budget(seconds=3600 * hours * workers), workers)
    st.session_state[key("name")] = ""
    opened.open_study(name)
    st.toast(f"{frame.plain(name)} started", icon=":material/play_arrow:")


def _free(store: RunStore, name: str) -> str:
    taken, number = {*study.names(store), *storage.folders(store)}, 1
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"
