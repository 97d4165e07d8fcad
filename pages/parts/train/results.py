"""What a finished run is good for: its figures, and the way to use, evaluate and download it."""

import streamlit as st

from fer.evaluation import sentences
from fer.runs.run import Run
from fer.system.text import rough_duration
from pages.parts.shared import model_picker
from pages.parts.shared.run_actions import downloads


def links(run: Run) -> None:
    """Links to the pages that open this run, and its files; stands in a row."""
    if run.is_usable:
        model_picker.page_link("predict", "Use it on Predict", run, icon=":material/face:")
        model_picker.page_link("evaluate", "Evaluate it", run, icon=":material/fact_check:")
    with st.popover("Download", icon=":material/download:", key="train-downloads", on_change="rerun") as files:
        if files.open:
            downloads(run)


def caution(run: Run) -> str:
    """What the run's validation accuracy does not say."""
    return sentences.warning(run, run.card.data.name, "val")


def figures(run: Run, state: str) -> list[tuple[str, str]]:
    """The test accuracy and the training time of a finished run, each with its name."""
    if state != "finished":
        return []
    card, found = run.card, []
    if score := card.test_score:
        low, high = score.interval
        found.append((f"{score.accuracy:.1%}", f"test accuracy ({low:.1%} to {high:.1%}, n = {score.n:,})"))
    if card.training_seconds:
        found.append((rough_duration(card.training_seconds), "training time"))
    return found
