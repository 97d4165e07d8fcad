"""Confirm what an uploaded data set's class folders mean, if they are named by numbers."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from fer.data import folder_classes


def choose(upload: UploadedFile) -> str | None:
    """Ask what numbered class folders mean.

    Returns the mapping's name for `actions.keep_data`, "" for a file that has no numbered class folders, or None while
    nothing is chosen; then the file cannot be saved yet.
    """
    fitting = folder_classes.fitting(upload)
    if not fitting:
        return ""
    st.markdown(
        "The class folders in this file are named by numbers. Choose what they mean; if you don't know, look it up "
        "where you got the file."
    )
    return st.selectbox(
        "Class folders",
        list(fitting),
        index=None,
        key=f"train-folders-{upload.file_id}",
        format_func=lambda name: folder_classes.MAPPINGS[name].label,
        placeholder="Choose a data set",
    )
