"""The models in models/: what each is and does, its curves, and its name, note and files."""

import pandas as pd
import streamlit as st

from fer.errors import FerError
from fer.runs import Run
from fer.store import RunStore
from pages.parts import access, frame, robustness
from pages.parts.models import accuracy_sentence, speed_of
from pages.parts.training import manage


def row(run: Run) -> dict:
    """One line of the table; accuracy only where it was measured on photographed faces."""
    try:
        card, score, state, config = run.card, run.test_score or {}, run.state, run.config
    except FerError as error:  # one damaged run must not hide the others
        return {"Run": run.id, "Default": False, "State": f"damaged: {error}"}
    interval = score.get("interval")
    return {
        "Run": run.id,
        "Default": run.is_usable and bool(card.get("default")),
        "State": state,
        "Network": config.architecture,
        "Parameters": card.get("parameters"),
        "File": run.tflite_path.stat().st_size / 1e6 if run.is_usable else None,
        "A face": speed_of(run) if run.is_usable else None,
        "Data": card.get("data", {}).get("name"),
        "Test accuracy": 100 * score["accuracy"] if score else None,
        "95%": f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f}" if interval else None,
        "n": score.get("n"),
        "Leak-free": 100 * score["leak_free_accuracy"] if score.get("leak_free_accuracy") else None,
        "Minutes trained": card["training_seconds"] / 60 if card.get("training_seconds") else None,
        "Note": run.note,
    }


frame.start("Models", "Every trained model is a folder in `models/`. One of them answers by default.")

with frame.errors():
    store = RunStore()
    st.dataframe(
        pd.DataFrame([row(run) for run in store]),
        hide_index=True,
        key="models-table",
        alt="Every run with its network, size, speed, data and accuracy",
        column_config={
            "Run": st.column_config.TextColumn(pinned=True),
            "Parameters": st.column_config.NumberColumn(format="localized"),
            "File": st.column_config.NumberColumn(format="%.1f MB", help="model.tflite"),
            "A face": st.column_config.NumberColumn(format="%.2f ms", help="One core of this machine, measured now"),
            "n": st.column_config.NumberColumn(format="localized"),
            "Test accuracy": st.column_config.NumberColumn(format="%.1f%%", help="Single pass, the data's test split"),
            "Leak-free": st.column_config.NumberColumn(
                format="%.1f%%", help="Without test images that have an exact copy in the training split"
            ),
            "Minutes trained": st.column_config.NumberColumn(format="%.0f"),
        },
    )
    default = store.default.id
    ids = [run.id for run in store]
    chosen = store[st.selectbox("Model", ids, index=ids.index(default), key=manage.CHOSEN)]
    if chosen.is_usable:
        st.markdown(accuracy_sentence(chosen))
    manage.show(store, chosen, is_default=chosen.id == default)
    robustness.show(store, chosen)
    with st.expander("Import a network that was trained elsewhere"):
        if access.allowed("uploads"):
            manage.bring(store)
    st.caption(f"{default} answers by default. The same by command: `python -m fer models --default RUN`.")
