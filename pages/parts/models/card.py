"""A model's card: its figures, its origin, and the user's note."""

import pandas as pd
import streamlit as st

from fer.evaluation.numbers import with_interval
from fer.runs import overview
from fer.runs.members import member_names, size
from fer.runs.run import Run, card_of
from fer.runs.store import RunStore
from fer.system.text import rough_duration
from fer.teaching.keep import DATA
from pages.parts.shared import access, actions, frame

NAMES = {  # of overview.COLUMNS, as shown here, with the unit
    "accuracy": ("Test accuracy", ""),
    "leak-free": ("Leak-free", ""),
    "augmented": ("Augmented", ""),
    "augmented, leak-free": ("Augmented, leak-free", ""),
    "macro F1": ("Macro F1", ""),
    "disgust recall": ("Disgust recall", ""),
    "calibration error": ("Calibration error", ""),
    "network": ("Network", ""),
    "parameters": ("Parameters", ""),
    "million MACs": ("Multiply-adds per face", " million"),
    "ms a face": ("Time per face", " ms"),
    "ms on": ("Time measured on", ""),
    "MB": ("Size", " MB"),
    "data": ("Training data", ""),
    "minutes": ("Training time", ""),
    "trained on": ("Training machine", ""),
}


def show(store: RunStore, run: Run) -> None:
    """The card as a table, and the note."""
    (row,) = overview.texts(overview.rows([run]))
    if size(run) is None:
        row["MB"] = ""  # of a file that isn't there
    if row["minutes"]:
        row["minutes"] = rough_duration(run.card.training_seconds)
    known = [(name, frame.plain(f"{row[key]}{unit}")) for key, (name, unit) in NAMES.items() if row[key]]
    if members := member_names(run):
        known.insert(0, ("Members", frame.plain(", ".join(members))))
    if known:
        table = pd.DataFrame(known, columns=["Figure", "Value"])
        st.table(table, border="horizontal", hide_index=True, hide_header=True, alt=f"Card of {run.id}")
    if row["accuracy"]:
        st.caption(
            f"Test split of its own data (n = {row['n']}), single pass, 95% intervals in brackets. Leak-free: without "
            "the test images that have an exact copy in the training split. Augmented: average of six views of each "
            "face, at six times the cost."
        )
    if taught := _taught(run):
        st.caption(taught)
    if not run.is_shipped and access.is_granted("training"):
        _note(run)


def _taught(run: Run) -> str:
    """Of a run made on Teach: what it was built on, and its accuracy over takes; else empty."""
    card = card_of(run)
    if not card or card.data.format != DATA or not card.started_from:
        return ""
    score = card.score("val")
    source = f"Taught on what {frame.plain(card.started_from.run)} sees in a face, with {card.data.train:,} faces."
    if not score:
        return f"{source} Accuracy unknown: a class had a single take."
    measured = with_interval(score.accuracy, *score.interval)
    return f"{source} Accuracy {measured}, cross-validated over takes; it holds for the recorded person and light."


def _note(run: Run) -> None:
    key, begun = f"models-note-{run.id}", f"models-note-begun-{run.id}"
    if key not in st.session_state:
        st.session_state[begun] = run.note
    note = st.text_area("Note", run.note, key=key, placeholder="Your notes on this model")
    if note != st.session_state[begun]:  # not run.note, which another visitor may have changed since
        actions.annotate(run, note)
        st.session_state[begun] = note
        st.caption("Note saved.")
