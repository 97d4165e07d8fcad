"""Confirm what a data set's class folders mean, if they are named by numbers."""

from collections.abc import Iterable

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from fer.data import catalog, folder_classes
from pages.parts.shared import access, actions, frame


def choose(upload: UploadedFile) -> str | None:
    """Ask what numbered class folders mean.

    Returns the mapping's name for `actions.keep_data`, "" for a file that has no numbered class folders, or None while
    nothing is chosen; then the file cannot be saved yet.
    """
    fitting = folder_classes.fitting(upload)
    if not fitting:
        return ""
    return _ask(fitting, upload.file_id)


def confirm(name: str, labels: Iterable[str]) -> bool:
    """The same for a data set in data/, which opens once it is confirmed. Returns whether this visitor may do so."""
    if not access.is_granted("uploads"):
        return False
    mapping = _ask(folder_classes.fitting_folders(labels), name)
    if st.button("Confirm", key="train-confirm", disabled=mapping is None):
        actions.confirm_folders(name, mapping or "")
        st.rerun()
    return True


def change(name: str) -> None:
    """What the numbered class folders of a data set in data/ were confirmed to mean, and a way back to the question."""
    mapping = folder_classes.confirmed(catalog.find(name))
    if not mapping or not access.is_granted("uploads"):
        return
    with st.popover(f"Class folders: {mapping.title}", type="tertiary"):
        st.markdown(f"{mapping.in_words}.")
        st.button("Change", key="train-unconfirm", on_click=frame.act, args=(actions.forget_folders, name))


def _ask(fitting: Iterable[str], key: str) -> str | None:
    st.markdown(
        "The class folders of this data set are named by numbers. Choose what they mean; if you don't know, look it up "
        "where you got it."
    )
    return st.selectbox(
        "Class folders",
        list(fitting),
        index=None,
        key=f"train-folders-{key}",
        format_func=lambda name: folder_classes.MAPPINGS[name].label,
        placeholder="Choose what they mean",
    )
