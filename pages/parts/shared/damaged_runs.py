"""Says which runs have damaged files, so that one of them hides nothing but itself."""

import streamlit as st

from fer.runs.damage import damages
from fer.runs.store import RunStore
from pages.parts.shared.frame import plain


def show(store: RunStore) -> None:
    """A warning for every damaged run; nothing if all are whole."""
    for id, what in damages(store).items():
        st.warning(f"**{plain(id)}** is damaged: {plain(what)}", icon=":material/heart_broken:")
