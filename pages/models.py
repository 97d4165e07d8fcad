"""The models in models/: their accuracy, size and speed, training curves, names, notes and files."""

import streamlit as st

from fer.runs import overview
from fer.runs.store import RunStore
from pages.parts.models import manage, robustness
from pages.parts.shared import access, damaged_runs, disk, frame
from pages.parts.shared.model_picker import accuracy_sentence, explain_missing_weights

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
    "ms a face": "CPU time per face on one thread, single pass; the last columns name the processor",
    "MB": "Size of model.tflite",
    "minutes": "Training time",
}

frame.start("Models", "Compare, export and manage your models")

with frame.errors():
    store = RunStore()
    damaged_runs.show(store)
    st.dataframe(
        overview.table(store, store.default_id).style.format(overview.FORMATS, na_rep=""),
        hide_index=True,
        key="models-table",
        alt="All models with accuracy, size, speed, data and state",
        placeholder="",
        column_config={
            "model": st.column_config.Column(pinned=True),
            "state": st.column_config.Column(width=WIDTH),
            **{name: st.column_config.Column(help=text, width=WIDTH) for name, text in ACCURACIES.items()},
            **{name: st.column_config.Column(help=text) for name, text in OTHERS.items()},
        },
    )
    default = store.default.id
    ids = [run.id for run in store]
    chosen = store[st.selectbox("Model", ids, index=ids.index(default), key=manage.CHOSEN)]
    if chosen.is_usable or chosen.is_without_weights:
        st.markdown(accuracy_sentence(chosen))
    if chosen.is_without_weights:
        explain_missing_weights(chosen)
    manage.show(store, chosen, is_default=chosen.id == default)
    robustness.show(store, chosen)
    with st.expander("Import a network"):
        if access.allowed("uploads"):
            manage.show_import(store)
    disk.show()
    st.caption(
        f"{default} is the default model. To change it on the command line: `python -m fer models --default RUN`."
    )
