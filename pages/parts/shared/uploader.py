"""Uploaders that can be emptied: a browser keeps its files, and sends them again, until the widget has another key."""

import streamlit as st


def key(name: str) -> str:
    """The present key of the uploader with that name."""
    return f"{name}-{st.session_state.get(_times(name), 0)}"


def empty(name: str) -> None:
    """Have an empty uploader in place of it from now on."""
    st.session_state[_times(name)] = st.session_state.get(_times(name), 0) + 1


def _times(name: str) -> str:
    return f"{name}-emptied"
