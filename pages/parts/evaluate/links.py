"""What a link may call a choice of this page besides the choice's own name."""

import streamlit as st
from streamlit.errors import StreamlitAPIException


def open_as(name: str, value: object, text: str) -> None:
    """Make a choice that the address names otherwise, and write its own name there, so that the next link has it.

    Args:
        name: the widget's key, and its name in the address.
        value: what the widget shall hold.
        text: what the address calls that.
    """
    try:
        st.query_params[name] = text
    except StreamlitAPIException:  # the widget is there already and keeps the address itself
        st.session_state[name] = value
