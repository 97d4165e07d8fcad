"""The drawer with everything about one model; the address says which one is open."""

import streamlit as st

from fer.runs.damage import damage
from fer.runs.leaderboard import state
from fer.runs.run import CARD, HISTORY, ROBUSTNESS, Run
from fer.runs.store import RunStore
from pages.parts.models import card, exports, manage, robustness
from pages.parts.shared import frame
from pages.parts.shared.model_picker import MODEL, accuracy_sentence, explain_missing_weights

WIDTH = 760  # pixels; two figures side by side, with the leaderboard's names still in view


def chosen() -> str:
    """The name of the run whose drawer is open; empty if none is."""
    return st.query_params.get(MODEL, "")


def choose(id: str | None) -> None:
    """Open a run's drawer at the next rerun, or close it."""
    if id:
        st.query_params[MODEL] = id
    else:
        st.query_params.pop(MODEL, None)


def open_run(store: RunStore) -> Run | None:
    """The run whose drawer is open; says so if the address names one that is not there."""
    if id := chosen():
        with frame.errors():
            return store[id]
    return None


def show(store: RunStore, run: Run) -> None:
    """The drawer of a run."""
    with frame.errors():
        title = st.dialog(frame.plain(run.id), width=WIDTH, position="right", on_dismiss=lambda: choose(None))
        title(_content)(store, run)


def _content(store: RunStore, run: Run) -> None:
    _state(run)
    with frame.errors():
        manage.show(store, run, choose)
    parts = {"Card": card.show, "Curves": _curves, "Exports": exports.show, "Robustness": robustness.show}
    needed = {"Curves": run.path / HISTORY, "Exports": run.path / CARD, "Robustness": run.path / ROBUSTNESS}
    parts = {name: part for name, part in parts.items() if name not in needed or needed[name].is_file()}
    for tab, part in zip(st.tabs(list(parts), key="models-part", on_change="rerun"), parts.values(), strict=True):
        if tab.open:
            with tab, frame.errors():
                part(store, run)


def _state(run: Run) -> None:
    """What keeps a model from being used, or its accuracy from being known."""
    if what := damage(run):
        st.warning(frame.plain(what), icon=":material/heart_broken:")
    elif run.is_without_weights:
        explain_missing_weights(run)
    elif not run.is_usable:
        st.info(f"{state(run)}. {frame.plain(run.status.message)} The Train page shows what can be done.")
    elif not run.card.test_score:
        st.markdown(accuracy_sentence(run))


def _curves(store: RunStore, run: Run) -> None:
    from pages.parts.shared import run_curves  # Plotly takes half a second, once

    run_curves.curves(run, behind=run_curves.behind(store, run))
