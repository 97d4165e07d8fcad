"""Evaluate a model on a split, again or for the first time, and say how the outcome compares with the stored report."""

import streamlit as st

from fer.evaluation import evaluate
from fer.evaluation.report import Report
from fer.runs.run import Run
from pages.parts.shared import access, actions, frame

OUTCOME = "evaluate-outcome"  # (success, message) of the evaluation that just ended


def offer(run: Run, pair: tuple[str, str], tta: bool, report: Report | None, *, row, notes) -> None:
    """A button in the row; the outcome is shown in the notes when the page reruns."""
    if not access.is_granted("training"):
        with notes:
            access.explain("training")
        return
    outcome, replace = st.session_state.pop(OUTCOME, None), False
    if report:
        with row, st.popover("Evaluate again", icon=":material/refresh:"):
            st.markdown("Predicts every image again and compares the result with the stored report.")
            replace = st.checkbox("Overwrite the stored report if it differs", key="evaluate-replace")
            asked = st.button("Evaluate again", key="evaluate-now", type="primary")
    else:
        asked = row.button("Evaluate", key="evaluate-now", type="primary", icon=":material/play_arrow:")
    with notes:
        if asked:
            with frame.errors():
                st.session_state[OUTCOME] = _keep(run, judge(run, *pair, tta), report, replace)
                st.rerun()
        if outcome:
            good, sentence = outcome
            icon = ":material/verified:" if good else ":material/difference:"
            (st.success if good else st.warning)(sentence, icon=icon)
        elif not report:
            st.info("Not evaluated yet.", icon=":material/hourglass_empty:")


def _keep(run: Run, fresh: Report, report: Report | None, replace: bool) -> tuple[bool, str]:
    """Store a fresh report if there is none, or if it may replace the stored one. Returns (success, message)."""
    saved = f"saved in `models/{run.id}/reports/`."
    if report is None:
        actions.keep_report(run, fresh)
        return True, f"Evaluated on {len(fresh):,} images and {saved}"
    same, sentence = evaluate.reproduction(report, fresh)
    if same or not replace:
        return same, sentence if same else f"{sentence} The stored report is shown; tick the box to overwrite it."
    actions.keep_report(run, fresh)
    return False, f"{sentence} The new report is shown and {saved}"


def judge(run: Run, dataset: str, split: str, tta: bool) -> Report:
    """Evaluate with a progress bar."""
    bar = st.progress(0.0, f"Opening {dataset}…")
    try:
        on_progress = frame.progress(bar, "faces evaluated")
        return actions.judge(run, dataset, split, tta=tta, on_progress=on_progress)
    finally:
        bar.empty()
