"""The models in models/, and which of them answers by default."""

import pandas as pd
import streamlit as st

from fer.errors import FerError
from fer.runs import Run, RunStore
from pages.parts import frame
from pages.parts.models import accuracy_sentence


def row(run: Run) -> dict:
    """One line of the table; accuracy only where it was measured on photographed faces."""
    try:
        card, score, state, config = run.card, run.test_score or {}, run.state, run.config
    except FerError as error:  # one damaged run must not hide the others
        return {"Run": run.id, "Default": False, "State": f"damaged: {error}"}
    return {
        "Run": run.id,
        "Default": run.is_usable and bool(card.get("default")),
        "State": state,
        "Network": config.architecture,
        "Parameters": card.get("parameters"),
        "Data": card.get("data", {}).get("name"),
        "Test accuracy": score.get("accuracy"),
        "n": score.get("n"),
        "Leak-free": score.get("leak_free_accuracy"),
        "Minutes trained": card["training_seconds"] / 60 if card else None,
    }


frame.start("Models", "Every trained model is a folder in `models/`. One of them answers by default.")

with frame.errors():
    store = RunStore()
    st.dataframe(
        pd.DataFrame([row(run) for run in store]),
        hide_index=True,
        key="models-table",
        column_config={
            "Parameters": st.column_config.NumberColumn(format="localized"),
            "n": st.column_config.NumberColumn(format="localized"),
            "Test accuracy": st.column_config.NumberColumn(format="percent", help="Single pass, the data's test split"),
            "Leak-free": st.column_config.NumberColumn(
                format="percent", help="Without test images that have an exact copy in the training split"
            ),
            "Minutes trained": st.column_config.NumberColumn(format="%.0f"),
        },
    )
    usable = [run.id for run in store if run.is_usable]
    default = store.default.id
    chosen = st.selectbox("Model", usable, index=usable.index(default), key="models-chosen")
    st.markdown(accuracy_sentence(store[chosen]))
    if st.button("Make it the default", key="models-make-default", type="primary", disabled=chosen == default):
        store.set_default(chosen)
        st.rerun()
    st.caption(f"{default} answers by default. The same by command: `python -m fer models --default RUN`.")
