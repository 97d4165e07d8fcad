"""Tune: let the machine look for a better recipe, within a time budget."""

import streamlit as st

from fer.runs.store import RunStore
from pages.parts.shared import access, disk, frame, study_rows
from pages.parts.train import view
from pages.parts.tune import form, monitor, opened

frame.start(
    "Tune a recipe",
    "Search for better settings with many short training runs. It continues if you close the tab.",
)
view.style()

with frame.errors():
    store = RunStore()
    if not access.allowed("training"):
        st.stop()
    left, right = st.columns([5, 7], gap="medium")
    with right, frame.errors():
        monitor.show(store)
    with left, frame.errors():
        form.show(store)
    if len(names := opened.known(store)) > 1:
        study_rows.show(store, names, opened=st.query_params.get(opened.STUDY, ""))
    disk.show()
