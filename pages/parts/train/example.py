"""The curves of the default model, before there is a run to show, so that one sees what will happen."""

import streamlit as st

from fer.runs.store import RunStore
from pages.parts.shared import access, frame
from pages.parts.train import choose_data, curves_view, progress_view, view


def show(store: RunStore) -> None:
    """The curves of the default model, so that one sees what will happen."""
    default = store.default
    name, history = frame.plain(default.id), default.history
    if not history:
        st.info("Your run's progress will appear here.")
        return
    data = choose_data.title(default.card.data.name)
    st.subheader("Example run", anchor=False)
    next = " Your own run takes its place when you click **Train**." if access.is_granted("training") else ""
    st.caption(f"How the default model, **{name}**, learned {data}.{next}")
    view.show(progress_view.figures(history) + curves_view.html(history, len(history), is_ghost=True), "train-example")
