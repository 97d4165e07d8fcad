"""What a finished run is good for: its test accuracy, and the way to use, evaluate and download it."""

import streamlit as st

from fer.evaluation import sentences
from fer.runs import queue
from fer.runs.run import Run
from fer.runs.store import RunStore
from pages.parts.shared import frame, model_picker
from pages.parts.shared.run_actions import downloads


def show(store: RunStore, run: Run) -> None:
    """Nothing unless the run is finished."""
    if queue.state_of(run) != "finished":
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if run.is_usable:
            model_picker.page_link("predict", "Use it on Predict", run, icon=":material/face:")
            model_picker.page_link("evaluate", "Evaluate it", run, icon=":material/fact_check:")
        with st.popover("Download", icon=":material/download:", key="train-downloads", on_change="rerun") as files:
            if files.open:
                downloads(run)
    if score := run.card.test_score:
        low, high = score.interval
        st.markdown(f"**{score.accuracy:.1%}** test accuracy ({low:.1%} to {high:.1%}, n = {score.n:,})")
    elif run.card.data.is_drawn:
        st.caption("Trained on synthetic faces: its accuracy on real ones is unknown.")
    if warning := sentences.warning(run, run.card.data.name, "val"):
        st.caption(frame.plain(warning))
