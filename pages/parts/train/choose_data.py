"""Which data set is trained on, and a look at it before."""

import re
from dataclasses import fields

import pandas as pd
import streamlit as st

from fer.data import catalog
from fer.data.dataset import SPLITS, Dataset
from fer.inference import palette
from fer.runs.config import TrainConfig
from fer.runs.store import RunStore
from pages.parts.shared import access, frame
from pages.parts.train import get_fer2013

SHOWN = 8  # faces of each class
CLASSES = "train-classes"
HELP = next(item.metadata["help"] for item in fields(TrainConfig) if item.name == "classes")


@st.cache_resource(max_entries=3, show_spinner="Opening the data set …")
def _open(name: str, stamp: str, classes: str) -> Dataset:
    return catalog.open_dataset(name, classes=classes)


@st.cache_data(max_entries=8, show_spinner="Looking for twins and faults …")
def _faults(fingerprint: str, _dataset: Dataset) -> dict[str, int]:
    return _dataset.faults()


def choose(store: RunStore) -> tuple[Dataset, bool]:
    """A data set in data/ or the drawn one; its classes, samples, twins and faults; and whether it cannot be trained on
    as it was asked for."""
    with st.expander("Get FER2013 from Kaggle"):
        get_fer2013.show()
    with st.expander("Bring your own data set"):
        if access.allowed("uploads"):
            with frame.errors():
                _bring()
    names = [*catalog.available(), "synthetic"]
    name = st.selectbox(
        "Data",
        names,
        key="train-data",
        persist_state="session",
        help="What lies in `data/`, and faces that this app draws itself.",
    )
    classes = st.text_input(
        "Classes",
        key=CLASSES,
        persist_state="session",
        placeholder="all of the data set's",
        help=HELP[0].upper() + HELP[1:],
    )
    problem = True
    dataset = _open(name, catalog.stamp(name), "")
    with frame.errors():
        dataset, problem = _open(name, catalog.stamp(name), classes), False
    if dataset.format == "synthetic":
        st.info("These faces are drawn: a training on them shows how it goes, and tells nothing of real faces.")
    counts = pd.DataFrame({split: dataset.split(split).counts for split in SPLITS}, index=list(dataset.labels))
    st.caption(
        f"{frame.plain(dataset.name)}: "
        + ", ".join(f"{len(dataset.split(split)):,} {split}" for split in SPLITS)
        + (f"; carved out of train by this app: {', '.join(dataset.carved)}" if dataset.carved else "")
        + _known(store, dataset)
    )
    if len(dataset.val):
        most = int(dataset.val.counts.argmax())
        share = dataset.val.counts[most] / len(dataset.val)
        st.caption(f"Always answering {frame.plain(dataset.labels[most])} would be right on {share:.1%} of val.")
    with st.expander("A look at it: classes, samples, twins and faults"):
        st.bar_chart(
            counts, horizontal=True, stack=False, sort=False, color=list(palette.MODELS[: len(SPLITS)]), height=320
        )
        _samples(dataset)
        st.dataframe(
            pd.DataFrame(_faults(dataset.fingerprint, dataset).items(), columns=["twins and faults", "count"]),
            hide_index=True,
        )
    return dataset, problem


def _known(store: RunStore, dataset: Dataset) -> str:
    """How many shipped models were trained on just this."""
    same = [run for run in store if run.is_shipped and run.card.data.fingerprint == dataset.fingerprint]
    return f"; the very images, labels and splits of {len(same)} shipped model{'s' * (len(same) > 1)}" if same else ""


def _bring() -> None:
    """Keep an uploaded file in data/, if it is a data set."""
    st.markdown(
        "A csv like Kaggle's `fer2013.csv`, an `.npz` with images, labels and usage, or a `.zip` of one of these or of "
        "folders named after the classes. It is kept in this server's `data/`, where all its visitors can train on it."
    )
    upload = st.file_uploader("Data set", ["csv", "npz", "zip"], key="train-upload")
    if not upload:
        return
    stem, _, suffix = upload.name.rpartition(".")
    name = st.text_input("Keep it as", re.sub(r"[^A-Za-z0-9._-]+", "-", stem), key=f"train-keep-{upload.file_id}")
    if st.button("Keep it", key="train-keep"):
        with st.spinner("Reading it …"):
            kept = catalog.keep(name, suffix.lower(), upload)
        st.success(f"Kept as {kept}; choose it below.")


def _samples(dataset: Dataset) -> None:
    train, labels = dataset.train, dataset.train.labels
    for i, label in enumerate(dataset.labels):
        rows = (labels == i).nonzero()[0][:SHOWN]
        if len(rows):
            st.caption(frame.plain(label))
            words = [f"{label}, sample {k}" for k in range(1, len(rows) + 1)]
            st.image([train.images[row] for row in rows], width=64, alt=words)
