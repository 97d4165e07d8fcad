"""More about the open run, drawn only when it is asked for: large figures, other runs beside them, the log."""

import streamlit as st

from fer.evaluation import stored
from fer.runs import queue
from fer.runs.log import log_tail
from fer.runs.run import Run
from fer.runs.store import RunStore
from pages.parts.shared import frame

EVERY = 5.0  # seconds between updates while it trains: these figures take longer to draw
VIEWS = ("Curves", "Validation results", "Log")


def show(run: Run) -> None:
    """An expander, inside which one view at a time is drawn."""
    with st.expander("Details", key="train-details", on_change="rerun") as more:
        if not more.open:
            return
        state = queue.state_of(run)
        views = [name for name in VIEWS if name != "Validation results" or state == "finished"]
        view = st.segmented_control(
            "View", views, default=views[0], required=True, key="train-view", label_visibility="collapsed"
        )
        draw = {"Curves": _curves, "Validation results": _results, "Log": _log}[view]
        st.fragment(draw, run_every=EVERY if state == "training" else None)(run)


def _curves(run: Run) -> None:
    from pages.parts.shared import run_curves  # brings Plotly, which the rest of the page does without

    if not run.path.is_dir():  # cancelled a moment ago
        return
    with frame.errors(f"{run.id}: "):
        progress = run.progress
        running = progress if progress.is_training and queue.state_of(run) == "training" else None
        run_curves.curves(run, running, run_curves.behind(RunStore.around(run), run))


def _results(run: Run) -> None:
    from pages.parts.shared import report_tables  # brings pandas

    with frame.errors(f"{run.id}: "):
        if report := stored.report(run, run.card.data.name, "val"):
            report_tables.headline(report)
            report_tables.class_table(report, "train-class-table")
        else:
            st.caption("There is no report on the validation split.")


def _log(run: Run) -> None:
    with frame.errors(f"{run.id}: "):
        st.code(log_tail(run) or "The log is empty.", language=None, height=300)
