"""Delete a run, or download its files."""

from functools import partial

import streamlit as st

from fer.runs.history import history_csv
from fer.runs.run import EXPORTS, HISTORY, Run, files_of
from fer.runs.store import RunStore
from pages.parts.shared import actions, frame


def offer_delete(store: RunStore, run: Run, key: str) -> None:
    """A button that deletes a run, after confirmation."""
    with st.popover("Delete"):
        st.markdown(f"Delete {frame.plain(run.id)}? This cannot be undone.")
        st.button("Delete it", key=key, type="primary", on_click=frame.act, args=(actions.delete, store, run))


def downloads(run: Run) -> None:
    """Download buttons for the model files and the training history."""
    names = {"keras": "Keras", "float32": "LiteRT", **{kind: f"LiteRT {kind}" for kind in EXPORTS}, "onnx": "ONNX"}
    for kind, path in files_of(run).items():
        st.download_button(
            f"{names[kind]} ({path.stat().st_size / 1e6:.1f} MB)",
            path.read_bytes,
            f"{run.id}{path.name.removeprefix('model')}",
            key=f"models-take-{kind}",
            on_click="ignore",
        )
    if (run.path / HISTORY).is_file():
        text = partial(history_csv, run)
        st.download_button("History (CSV)", text, f"{run.id}.csv", key="models-take-history", on_click="ignore")
