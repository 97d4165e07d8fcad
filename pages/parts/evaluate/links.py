"""What a link may call a choice of this page besides the choice's own name."""

import streamlit as st


def open_as(name: str, value: object) -> None:
    """Make a choice that the address names otherwise, before its widget is drawn.

    Streamlit then drops the other name from the address; links with the choice's own name stay as they are.
    """
    st.session_state[name] = value
