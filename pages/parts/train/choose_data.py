"""Choose the data set to train on, and explore it."""

import re
from dataclasses import fields

import pandas as pd
import streamlit as st

from fer.data import catalog
from fer.data.dataset import SPLITS, Dataset
from fer.inference import palette
from fer.runs.config import TrainConfig
from fer.runs.store import RunStore
from pages.parts.shared import access, actions, frame
from pages.parts.train import get_data

SHOWN = 8  # faces per class
CLASSES = "train-classes"
HELP = next(item.metadata["help"] for item in fields(TrainConfig) if item.name == "classes")


@st.cache_resource(max_entries=3, show_spinner="Opening the data set …")
def _open(name: str, stamp: str, classes: str) -> Dataset:
    return catalog.open_dataset(name, classes=classes)


@st.cache_data(max_entries=8, show_spinner="Looking for duplicates and faults …")
def _faults(fingerprint: str, _dataset: Dataset) -> dict[str, int]:
    return _dataset.faults()


def choose(store: RunStore) -> tuple[Dataset, bool]:
    """Choose a data set from data/, or the synthetic one, and its classes.

    Returns the data set, and whether the chosen classes are a problem; if so, the data set has all its classes.
    """
    with st.expander("Get data"):
        get_data.show()
    with st.expander("Add your own data set"):
        if access.allowed("uploads"):
            with frame.errors():
                _show_upload()
    names = [*catalog.available(), "synthetic"]
    name = st.selectbox(
        "Data",
        names,
        key="train-data",
        persist_state="session",
        help="The data sets in `data/`, and synthetic faces drawn by this app.",
    )
    classes = st.text_input(
        "Classes",
        key=CLASSES,
        persist_state="session",
        placeholder="All classes",
        help=HELP[0].upper() + HELP[1:],
    )
    problem = True
    dataset = _open(name, catalog.stamp(name), "")
    with frame.errors():
        dataset, problem = _open(name, catalog.stamp(name), classes), False
    if dataset.format == "synthetic":
        st.info(
            "These faces are synthetic: good for trying out training, but the accuracy says nothing about real faces."
        )
    _describe(store, dataset)
    with st.expander("Explore the data"):
        _explore(dataset)
    return dataset, problem


def _describe(store: RunStore, dataset: Dataset) -> None:
    """The sizes of the splits, and the majority baseline."""
    st.caption(
        f"{frame.plain(dataset.name)}: "
        + ", ".join(f"{len(dataset.split(split)):,} {split}" for split in SPLITS)
        + (f"; split off from train by this app: {', '.join(dataset.carved)}" if dataset.carved else "")
        + _known(store, dataset)
    )
    if len(dataset.val):
        counts = dataset.val.counts
        majority = frame.plain(dataset.labels[int(counts.argmax())])
        st.caption(f"Majority baseline: {counts.max() / len(dataset.val):.1%} (always {majority}, validation split)")


def _explore(dataset: Dataset) -> None:
    """Class counts, samples, duplicates and faults."""
    counts = pd.DataFrame({split: dataset.split(split).counts for split in SPLITS}, index=list(dataset.labels))
    st.bar_chart(
        counts, horizontal=True, stack=False, sort=False, color=list(palette.MODELS[: len(SPLITS)]), height=320
    )
    _samples(dataset)
    st.dataframe(
        pd.DataFrame(_faults(dataset.fingerprint, dataset).items(), columns=["duplicates and faults", "count"]),
        hide_index=True,
    )


def _known(store: RunStore, dataset: Dataset) -> str:
    """How many shipped models were trained on exactly this data."""
    same = [run for run in store if run.is_shipped and run.card.data.fingerprint == dataset.fingerprint]
    return f"; identical to the training data of {len(same)} shipped model{'s' * (len(same) > 1)}" if same else ""


def _show_upload() -> None:
    """Add an uploaded file to data/, if it is a data set."""
    st.markdown(
        "A CSV like Kaggle's `fer2013.csv`, an `.npz` with images, labels and usage, or a `.zip` of one of these or of "
        "one folder per class. It is saved in this server's `data/`, where all visitors can train on it."
    )
    upload = st.file_uploader("Data set", ["csv", "npz", "zip"], key="train-upload")
    if not upload:
        return
    stem, _, suffix = upload.name.rpartition(".")
    name = st.text_input("Save as", re.sub(r"[^A-Za-z0-9._-]+", "-", stem), key=f"train-keep-{upload.file_id}")
    if st.button("Save", key="train-keep"):
        with st.spinner("Checking the data set …"):
            kept = actions.keep_data(name, suffix.lower(), upload)
        st.success(f"Saved as {kept}; choose it below.")


def _samples(dataset: Dataset) -> None:
    train, labels = dataset.train, dataset.train.labels
    for i, label in enumerate(dataset.labels):
        rows = (labels == i).nonzero()[0][:SHOWN]
        if len(rows):
            st.caption(frame.plain(label))
            words = [f"{label}, sample {k}" for k in range(1, len(rows) + 1)]
            st.image([train.images[row] for row in rows], width=64, alt=words)
