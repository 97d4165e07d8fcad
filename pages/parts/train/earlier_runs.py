"""Earlier runs: resume or delete unfinished ones, use finished ones."""

import streamlit as st

from fer.evaluation import sentences, stored
from fer.runs import queue
from fer.runs.log import log_tail
from fer.runs.run import Run
from fer.runs.store import RunStore
from pages.parts.shared import actions, frame, report_tables, run_actions, run_curves
from pages.parts.shared.run_actions import downloads
from pages.parts.train import running

RESUMABLE = ("created", "stopped", "failed", "lost")


def show(store: RunStore) -> None:
    """Unfinished runs with Resume and Delete, and the run that finished last in this session."""
    for run in store:
        if queue.state_of(run) in RESUMABLE:
            with frame.errors(f"{run.id}: "):
                _unfinished(store, run)
    last = st.session_state.get(running.LAST)
    finished = {run.id: run for run in store if queue.state_of(run) == "finished"}
    if last in finished:
        with frame.errors(f"{last}: "):
            _finished(finished[last])


def _unfinished(store: RunStore, run: Run) -> None:
    state, message = run.state, run.status.message
    text = f"**{frame.plain(run.id)}** is {state}."
    if state == "lost" and not message:
        text += " Its process ended unexpectedly. Resume continues from the last completed epoch."
    with st.container(border=True):
        st.markdown(f"{text} {frame.plain(message)}")
        with st.container(horizontal=True):
            st.button(
                "Resume",
                key=f"resume-{run.id}",
                icon=":material/play_arrow:",
                on_click=frame.act,
                args=(actions.resume, store, run),
            )
            run_actions.offer_delete(store, run, f"delete-{run.id}")
            with st.popover("Log"):
                st.code(log_tail(run) or "The log is empty.", language=None)
        with frame.errors():
            run_curves.curves(run)


def _finished(run: Run) -> None:
    st.success(f"{frame.plain(run.id)} is finished.", icon=":material/check_circle:")
    with st.container(horizontal=True):
        st.page_link("pages/predict.py", label="Use it on Predict", icon=":material/face:")
        st.page_link("pages/evaluate.py", label="Evaluate it", icon=":material/fact_check:")
        downloads(run)
    run_curves.curves(run)
    report = stored.report(run, run.card.data.name, "val")
    if report:
        st.header("Validation results")
        if warning := sentences.warning(run, report.dataset, "val"):
            st.warning(frame.plain(warning))
        report_tables.headline(report)
        report_tables.class_table(report, "train-classes")
