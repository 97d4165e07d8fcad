"""The models in models/: what each is and does, its curves, and its name, note and files."""

import streamlit as st

from fer.runs import overview
from fer.runs.store import RunStore
from pages.parts.models import manage, robustness
from pages.parts.shared import access, frame
from pages.parts.shared.model_picker import accuracy_sentence, tell_of_weights

WIDTH = 140  # pixels, which an accuracy with its interval needs
ACCURACIES = {
    "accuracy": "Test split of its own data, single pass; in brackets the 95% interval",
    "leak-free": "Without the test images that have an exact copy in the training split",
    "augmented": "With test-time augmentation, at six times the price",
    "augmented, leak-free": "Both",
}
OTHERS = {
    "disgust recall": "Share of the disgust faces that are found; single pass",
    "calibration error": "Expected calibration error of the calibrated probabilities; single pass",
    "million MACs": "Multiplications with a weight, each with its addition, for one face",
    "ms a face": "Processor time of one thread, single pass; on which processor stands far to the right",
    "MB": "model.tflite",
    "minutes": "Of training",
}

frame.start("Models", "Every trained model is a folder in `models/`. One of them answers by default.")

with frame.errors():
    store = RunStore()
    st.dataframe(
        overview.table(store, store.default_id).style.format(overview.FORMATS, na_rep=""),
        hide_index=True,
        key="models-table",
        alt="Every run with its accuracy, size, speed, data and state",
        placeholder="",
        column_config={
            "model": st.column_config.Column(pinned=True),
            "state": st.column_config.Column(width=WIDTH),
            **{name: st.column_config.Column(help=told, width=WIDTH) for name, told in ACCURACIES.items()},
            **{name: st.column_config.Column(help=told) for name, told in OTHERS.items()},
        },
    )
    default = store.default.id
    ids = [run.id for run in store]
    chosen = store[st.selectbox("Model", ids, index=ids.index(default), key=manage.CHOSEN)]
    if chosen.is_usable or chosen.is_without_weights:
        st.markdown(accuracy_sentence(chosen))
    if chosen.is_without_weights:
        tell_of_weights(chosen)
    manage.show(store, chosen, is_default=chosen.id == default)
    robustness.show(store, chosen)
    with st.expander("Import a network that was trained elsewhere"):
        if access.allowed("uploads"):
            manage.bring(store)
    st.caption(f"{default} answers by default. The same by command: `python -m fer models --default RUN`.")
