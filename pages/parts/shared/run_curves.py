"""A run's learning curves, compared with those of other runs."""

import streamlit as st

from fer.charts.training import learning_curves, rate_curve, recall_curves, validation_confusion
from fer.runs.run import HISTORY, Run
from fer.runs.state import Epoch, Progress
from fer.runs.store import RunStore
from pages.parts.shared import figures


def behind(store: RunStore, run: Run) -> dict[str, list[Epoch]]:
    """Histories of the runs chosen for comparison."""
    others = {other.id: other for other in store if other.id != run.id and (other.path / HISTORY).is_file()}
    chosen = st.pills("Compare with", list(others), selection_mode="multi", key=f"behind-{run.id}")
    return {id: others[id].history for id in chosen}


def curves(run: Run, running: Progress | None = None, behind: dict[str, list[Epoch]] | None = None) -> None:
    """Loss, accuracy, recall per class, learning rate, and the latest confusion matrix."""
    history, about = run.history, f"{run.id}: {run.config.architecture} on {run.config.data}"
    if not history and not running:
        return
    best = max(range(len(history)), key=lambda i: history[i].val_accuracy) if history else None
    left, right = st.columns(2)
    for column, part in ((left, "accuracy"), (right, "loss")):
        with column:
            figure = learning_curves(part, history, about, running=running, best_epoch=best, behind=behind)
            figures.show(figure, f"curve-{part}-{run.id}", f"{part} over epochs")
    if not history:
        return
    with left:
        figures.show(recall_curves(history, run.labels, about), f"curve-recall-{run.id}", "Recall per class")
    with right:
        matrix = validation_confusion(history[-1], run.labels, about, dark=st.context.theme.type == "dark")
        figures.show(matrix, f"curve-confusion-{run.id}", "Validation confusion matrix of the last epoch")
    figures.show(rate_curve(history, about), f"curve-rate-{run.id}", "Learning rate")
