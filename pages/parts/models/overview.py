"""All models in one figure, and in one table with every figure."""

from collections.abc import Sequence

import streamlit as st

from fer.runs import leaderboard, overview
from fer.runs.leaderboard import Entry
from fer.runs.store import RunStore
from pages.parts.shared import frame
from pages.parts.shared.csv_file import show_table

WIDTH = 140  # pixels, enough for an accuracy with its interval
ACCURACIES = {
    "accuracy": "Test split of its own data, single pass; 95% interval in brackets",
    "leak-free": "Without the test images that have an exact copy in the training split",
    "augmented": "With test-time augmentation, at six times the cost",
    "augmented, leak-free": "Both",
}
OTHERS = {
    "disgust recall": "Share of disgust faces that are recognised; single pass",
    "calibration error": "Expected calibration error of the calibrated probabilities; single pass",
    "million MACs": "Multiply-accumulate operations per face",
    "ms a face": "CPU time per face on one thread, single pass; the last column names the processor",
    "MB": "Size of model.tflite",
    "minutes": "Training time",
}


def scatter(entries: Sequence[Entry]) -> None:
    """Accuracy over speed of all models that were tested on the same images; nothing if there are fewer than two."""
    found = leaderboard.comparable(entries)
    if len(found) < 2:
        return
    from fer.charts.models import accuracy_over_time  # Plotly takes half a second, once
    from pages.parts.shared import figures

    processors = " or ".join(sorted({entry.ms_on for entry in found if entry.ms_on})) or "an unknown processor"
    images = f"{found[0].dataset} test split, n = {found[0].n:,}, 95% intervals"
    figure = accuracy_over_time(found, (images, f"on one thread of {processors}"))
    figures.show(figure, "models-scatter", "Accuracy over milliseconds per face, one point per model")


def show(store: RunStore) -> None:
    """Every figure of every model, once asked for."""
    details = st.expander("All metrics", key="models-all", on_change="rerun")
    if not details.open:
        return
    with details, frame.errors():
        show_table(
            overview.table(store, store.default_id),
            formats=overview.FORMATS,
            hide_index=True,
            key="models-table",
            alt="All models with accuracy, size, speed, data and state",
            placeholder="",
            column_config={
                "model": st.column_config.Column(pinned=True),
                **{name: st.column_config.Column(help=text, width=WIDTH) for name, text in ACCURACIES.items()},
                **{name: st.column_config.Column(help=text) for name, text in OTHERS.items()},
            },
        )
