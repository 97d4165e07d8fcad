"""Choose the data set to train on, add one, and explore it."""

import re
from dataclasses import fields

import streamlit as st

from fer.data import catalog, download, kaggle
from fer.data.dataset import SPLITS, Dataset
from fer.inference import palette
from fer.runs.config import TrainConfig
from fer.runs.store import RunStore
from pages.parts.shared import access, actions, frame
from pages.parts.train import get_fer2013

SHOWN = 8  # faces per class
CLASSES = "train-classes"
PICK = "train-pick"  # a data set that was just added: the next run of the page chooses it
SYNTHETIC = "Drawn faces, to try out training. Says nothing about real faces."
HELP = next(item.metadata["help"] for item in fields(TrainConfig) if item.name == "classes")


@st.cache_resource(max_entries=3, show_spinner="Opening the data set …")
def _open(name: str, stamp: str, classes: str) -> Dataset:
    return catalog.open_dataset(name, classes=classes)


@st.cache_data(max_entries=8, show_spinner="Looking for duplicates and faults …")
def _faults(fingerprint: str, _dataset: Dataset) -> dict[str, int]:
    return _dataset.faults()


@st.cache_data(max_entries=64, show_spinner=False)
def _line(name: str, stamp: str) -> str:
    """What a data set is, in one line, without opening it."""
    if name == "synthetic":
        return SYNTHETIC
    path = catalog.find(name)
    if path.is_dir():
        return "A folder in `data/`."
    return f"{path.suffix[1:].upper()} in `data/`, {path.stat().st_size / 1e6:,.0f} MB."


def title(name: str) -> str:
    """A data set's name as Markdown."""
    return {kaggle.NAME: "FER2013", "synthetic": "Synthetic faces"}.get(name, frame.plain(name))


def choose(store: RunStore) -> Dataset:
    """Choose a data set from data/, or the synthetic one, as one of several cards; or get one."""
    names = [*catalog.available(), "synthetic"]
    if (picked := st.session_state.pop(PICK, None)) in names or st.session_state.get("train-data") not in names:
        st.session_state["train-data"] = picked if picked in names else names[0]
    name = st.radio(
        "Data",
        names,
        key="train-data",
        captions=[_line(name, catalog.stamp(name)) for name in names],
        format_func=title,
        width="stretch",
        persist_state="session",
    )
    _offer_more(names)
    return _open(name, catalog.stamp(name), "")


def grouped(dataset: Dataset) -> tuple[Dataset, bool]:
    """The data set with the classes that were typed under Advanced, and whether these are a problem.

    With a problem, it has all its classes.
    """
    name = st.session_state["train-data"]
    with frame.errors():
        return _open(name, catalog.stamp(name), st.session_state.get(CLASSES) or ""), False
    return dataset, True


def cautions(config: TrainConfig) -> list[str]:
    """What a recipe needs that is not there."""
    is_missing = config.ferplus and not catalog.ferplus_path(catalog.find(config.data)).is_file()
    return ["This recipe uses the FER+ votes, which are not in `data/` yet: get them above."] if is_missing else []


def choose_classes() -> None:
    """The field for fewer or merged classes."""
    st.text_input(
        "Classes",
        key=CLASSES,
        persist_state="session",
        placeholder="All classes",
        help=HELP[0].upper() + HELP[1:],
    )


def _offer_more(names: list[str]) -> None:
    """Ways to more data sets; a download that runs or failed is always in view."""
    last = download.latest()
    is_shown = bool(last and (last.is_running or last.error))
    if is_shown:
        with st.container(border=True):
            get_fer2013.show()
    with st.container(horizontal=True):
        if not is_shown:
            label = "FER+ votes" if kaggle.NAME in names else "Get FER2013"
            with st.popover(label, icon=":material/download:"):
                get_fer2013.show()
        with st.popover("Add your own", icon=":material/add:"):
            if access.allowed("uploads"):
                with frame.errors():
                    _show_upload()


def describe(store: RunStore, dataset: Dataset) -> None:
    """The sizes of the splits, the majority baseline, and a closer look on demand."""
    sizes = " · ".join(f"{len(dataset.split(split)):,} {split}" for split in SPLITS)
    carved = f" ({' and '.join(dataset.carved)} split off from train)" if dataset.carved else ""
    st.caption(f"{sizes}{carved}{_known(store, dataset)}{_baseline(dataset)}")
    with st.expander("Explore the data", key="train-explore", on_change="rerun") as look:
        if look.open:
            _explore(dataset)


def _baseline(dataset: Dataset) -> str:
    if not len(dataset.val):
        return ""
    counts = dataset.val.counts
    majority = frame.plain(dataset.labels[int(counts.argmax())])
    return f" · majority baseline {counts.max() / len(dataset.val):.1%} (always {majority})"


def _explore(dataset: Dataset) -> None:
    """Class counts, samples, duplicates and faults."""
    import pandas as pd  # only here: it takes half a second to load

    counts = pd.DataFrame({split: dataset.split(split).counts for split in SPLITS}, index=list(dataset.labels))
    st.bar_chart(
        counts, horizontal=True, stack=False, sort=False, color=list(palette.MODELS[: len(SPLITS)]), height=320
    )
    _samples(dataset)
    faults = [f"- {what}: {count:,}" for what, count in _faults(dataset.fingerprint, dataset).items()]
    st.markdown("\n".join(["Duplicates and faults", "", *faults]))


def _known(store: RunStore, dataset: Dataset) -> str:
    """Whether the shipped models were trained on exactly this data."""
    same = any(run.is_shipped and run.card.data.fingerprint == dataset.fingerprint for run in store)
    return " · identical to the shipped models' training data" if same else ""


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
        st.toast(f"Saved as {frame.plain(kept)}", icon=":material/check:")
        st.session_state[PICK] = kept
        st.rerun()


def _samples(dataset: Dataset) -> None:
    train, labels = dataset.train, dataset.train.labels
    for i, label in enumerate(dataset.labels):
        rows = (labels == i).nonzero()[0][:SHOWN]
        if len(rows):
            st.caption(frame.plain(label))
            words = [f"{label}, sample {k}" for k in range(1, len(rows) + 1)]
            st.image([train.images[row] for row in rows], width=48, alt=words)
