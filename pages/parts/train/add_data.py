"""Ways to more data sets: FER2013 from Kaggle, or a file of one's own; and a closer look at the chosen one."""

import re

import streamlit as st

from fer.data import download, kaggle
from fer.data.dataset import Dataset
from pages.parts.shared import access, actions, frame
from pages.parts.train import class_folders, explore, get_data

PICK = "train-pick"  # a data set that was just added: the next run of the page chooses it


def show(names: list[str], dataset: Dataset | None) -> None:
    """Ways to more data sets, and a closer look at this one; a download that runs or failed is always in view.

    Args:
        dataset: None if it could not be opened.
    """
    last = download.latest()
    is_shown = bool(last and (last.is_running or last.error))
    with st.container(key="train-download"):  # always there: what is typed below must not move
        if is_shown:
            get_data.show()
    with st.container(horizontal=True):
        if not is_shown:
            label = "Get more data" if kaggle.NAME in names else "Get FER2013"
            with st.popover(label, icon=":material/download:"):
                get_data.show()
        with st.popover("Add your own", icon=":material/add:"):
            if access.allowed("uploads"):
                with frame.errors():
                    _show_upload()
        if dataset:
            with st.popover("Explore", icon=":material/bar_chart:", key="train-explore", on_change="rerun") as look:
                if look.open:
                    explore.explore(dataset)


def _show_upload() -> None:
    """Add an uploaded file to data/, if it is a data set."""
    st.markdown(
        "A CSV like Kaggle's `fer2013.csv`, an `.npz` with images and labels, or a `.zip` of one of these or of "
        "one folder per class. It is saved in this server's `data/`, where all visitors can train on it."
    )
    upload = st.file_uploader("Data set", ["csv", "npz", "zip"], key="train-upload")
    if not upload:
        return
    stem, _, suffix = upload.name.rpartition(".")
    name = st.text_input("Save as", re.sub(r"[^A-Za-z0-9._-]+", "-", stem), key=f"train-keep-{upload.file_id}")
    mapping = class_folders.choose(upload)
    if st.button("Save", key="train-keep", disabled=mapping is None):
        with st.spinner("Checking the data set…"):
            kept = actions.keep_data(name, suffix.lower(), upload, mapping=mapping or "")
        st.toast(f"Saved as {frame.plain(kept)}", icon=":material/check:")
        st.session_state[PICK] = kept
        st.rerun()
