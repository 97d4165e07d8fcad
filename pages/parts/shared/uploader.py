"""Uploaders that can be emptied: a browser keeps its files, and sends them again, until the widget has another key."""

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx


def key(name: str) -> str:
    """The present key of the uploader with that name."""
    return f"{name}-{st.session_state.get(_times(name), 0)}"


def empty(name: str) -> None:
    """Have an empty uploader in place of it from now on, and free its files, which Streamlit keeps for the session."""
    held, context = st.session_state.get(key(name)), get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in filter(None, held if isinstance(held, list) else [held]):
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
    st.session_state[_times(name)] = st.session_state.get(_times(name), 0) + 1


def _times(name: str) -> str:
    return f"{name}-emptied"
