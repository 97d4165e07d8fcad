"""More about the open run, drawn only when it is opened: all curves, other runs beside them, the log."""

import streamlit as st

from fer.runs import queue
from fer.runs.log import log_tail
from fer.runs.run import Run
from fer.runs.store import RunStore
from pages.parts.shared import frame

EVERY = 5.0  # seconds between updates while it trains: these figures take longer to draw


def show(run: Run) -> None:
    """An expander with the large figures and one with the log."""
    with st.expander("Details", key="train-details", on_change="rerun") as more:
        if more.open:
            is_training = queue.state_of(run) == "training"
            st.fragment(_curves, run_every=EVERY if is_training else None)(run)
    with st.expander("Log", key="train-log", on_change="rerun") as log:
        if log.open:
            st.code(log_tail(run) or "The log is empty.", language=None, height=300)


def _curves(run: Run) -> None:
    from pages.parts.shared import run_curves  # brings Plotly, which the rest of the page does without

    if not run.path.is_dir():  # cancelled a moment ago
        return
    with frame.errors(f"{run.id}: "):
        progress = run.progress
        running = progress if progress.is_training and queue.state_of(run) == "training" else None
        run_curves.curves(run, running, run_curves.behind(RunStore.around(run), run))
