"""Which run the monitor shows: the one in the address, else one that trains, else the latest one."""

from collections.abc import Mapping

import streamlit as st

from fer.runs import queue
from fer.runs.run import HISTORY, Run
from fer.runs.store import RunStore
from pages.parts.shared.frame import plain

RUN = "run"  # the part of the address
STARTED = "train-started"  # the run that this session started last: it takes the focus
LAST = "train-opened"  # the run that this session saw last
LINKED = "train-linked"  # the run that a phone shows first
ACTIVE = ("training", "queued")


def own_runs(store: RunStore) -> list[Run]:
    """The runs that were trained or queued on this machine: active ones first, in their order, then the latest."""
    mine = [run for run in store if not run.is_shipped]
    states = {run.id: queue.state_of(run) for run in mine}
    place = {run.id: i for i, run in enumerate(queue.queue(store))}
    trained = [run for run in mine if states[run.id] != "finished" or (run.path / HISTORY).is_file()]
    return sorted(trained, key=lambda run: _order(run, states[run.id], place))


def _order(run: Run, state: str, place: Mapping[str, int]) -> tuple:
    if state == "damaged":
        return 3, 0.0, run.id
    if state in ACTIVE:
        return ACTIVE.index(state), float(place.get(run.id, 0)), run.id
    return 2, -run.status.time, run.id


def opened(runs: list[Run]) -> Run | None:
    """The run to show; from then on the address names it, so that a reload and a copied link show it again."""
    known = {run.id: run for run in runs if queue.state_of(run) != "damaged"}
    wanted = st.query_params.get(RUN)
    run = known.get(wanted) if wanted else None
    is_new = LAST not in st.session_state
    if run and is_new:
        st.session_state[LINKED] = run.id
    is_dead_link = not run and is_new
    run = run or next(iter(known.values()), None)
    if wanted and is_dead_link:
        shown = f"; this is {plain(run.id)}" if run else ""
        st.toast(f"No run is named {plain(str(wanted))}{shown}.", icon=":material/link_off:")
    st.session_state[LAST] = run.id if run else ""
    if run and wanted != run.id:
        st.query_params[RUN] = run.id
    elif not run and wanted:
        del st.query_params[RUN]
    return run


def is_first(run: Run | None) -> bool:
    """Whether a phone shows the run above the form: if it was at work when this session saw it, or a link named it."""
    if run and queue.state_of(run) in ACTIVE:
        st.session_state.setdefault(LINKED, run.id)
    return run is not None and st.session_state.get(LINKED) == run.id


def open_run(id: str) -> None:
    """A button's on_click: show this run."""
    st.query_params[RUN] = id
