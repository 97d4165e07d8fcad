"""What is in the chosen data set: sizes, classes, samples, duplicates and faults."""

import streamlit as st

from fer.data.dataset import SPLITS, Dataset
from fer.inference import palette
from fer.runs.store import RunStore
from pages.parts.shared import frame
from pages.parts.shared.csv_file import show_bars, show_table

SHOWN = 8  # faces per class


def describe(store: RunStore, dataset: Dataset) -> None:
    """The sizes of the splits, and the majority baseline."""
    train, val, test = (f"{len(dataset.split(split)):,}" for split in SPLITS)
    carved = f" ({' and '.join(dataset.carved)} split off from train)" if dataset.carved else ""
    sizes = f"{train} training, {val} validation and {test} test images{carved}"
    st.caption(f"{sizes}{_known(store, dataset)}{_baseline(dataset)}")
    if left_out := dataset.left_out():
        st.warning(frame.plain(" ".join(left_out)), icon=":material/hide_image:")


def _baseline(dataset: Dataset) -> str:
    if not len(dataset.val):
        return ""
    counts = dataset.val.counts
    majority = frame.plain(dataset.labels[int(counts.argmax())])
    return f" · always answering {majority} is right on {counts.max() / len(dataset.val):.1%}"


def _known(store: RunStore, dataset: Dataset) -> str:
    """Whether the shipped models were trained on exactly this data."""
    same = any(run.is_shipped and run.card.data.fingerprint == dataset.fingerprint for run in store)
    return " · identical to the shipped models' training data" if same else ""


def explore(dataset: Dataset) -> None:
    """Class counts, samples, duplicates and faults."""
    import pandas as pd  # only here: it takes half a second to load

    counts = pd.DataFrame({split: dataset.split(split).counts for split in SPLITS}, index=list(dataset.labels))
    show_bars(counts, horizontal=True, stack=False, sort=False, color=list(palette.MODELS[: len(SPLITS)]), height=320)
    _samples(dataset)
    faults = [f"- {what}: {count:,}" for what, count in _faults(dataset.fingerprint, dataset).items()]
    st.markdown("\n".join(["Duplicates and faults", "", *faults]))
    if dataset.unreadable:
        st.caption("Left out because they cannot be read")
        show_table(pd.DataFrame(dataset.unreadable), hide_index=True, alt="Files that cannot be read, and why")


def _samples(dataset: Dataset) -> None:
    train, labels = dataset.train, dataset.train.labels
    for i, label in enumerate(dataset.labels):
        rows = (labels == i).nonzero()[0][:SHOWN]
        if len(rows):
            st.caption(frame.plain(label))
            words = [f"{label}, sample {k}" for k in range(1, len(rows) + 1)]
            st.image([train.images[row] for row in rows], width=48, alt=words)


@st.cache_data(max_entries=8, show_spinner="Looking for duplicates and faults…")
def _faults(fingerprint: str, _dataset: Dataset) -> dict[str, int]:
    return _dataset.faults()
