"""Choose the data set to train on, add one, and explore it."""

from dataclasses import fields

import streamlit as st

from fer.data import catalog, kaggle
from fer.data.dataset import Dataset
from fer.data.folder_classes import UnconfirmedError
from fer.errors import FerError
from fer.runs.config import TrainConfig
from fer.system.text import capital
from pages.parts.shared import frame
from pages.parts.train import add_data, class_folders

CLASSES = "train-classes"
SYNTHETIC = "Drawn faces, to try out training. Says nothing about real faces."
HELP = next(item.metadata["help"] for item in fields(TrainConfig) if item.name == "classes")


@st.cache_resource(max_entries=3, show_spinner="Opening the data set…")
def open_data(name: str, stamp: str, classes: str) -> Dataset:
    """A data set, kept open while it is the same."""
    return catalog.open_dataset(name, classes=classes)


@st.cache_data(max_entries=64, show_spinner=False)
def _line(name: str, stamp: str) -> str:
    """What a data set is, in one line, without opening it."""
    if name == "synthetic":
        return SYNTHETIC
    path = catalog.find(name)
    if path.is_dir():
        return "A folder in `data/`."
    return f"{path.suffix[1:].upper()} in `data/`, {path.stat().st_size / 1e6:,.0f} MB."


def named(name: str) -> str:
    """A data set's name as Markdown, in a sentence."""
    return "synthetic faces" if name == "synthetic" else title(name)


def title(name: str) -> str:
    """A data set's name as Markdown."""
    return {kaggle.NAME: "FER2013", "synthetic": "Synthetic faces"}.get(name, frame.plain(name))


def choose() -> tuple[Dataset, bool]:
    """Choose a data set from data/, or the synthetic one, as one of several cards; or get one.

    Returns it with the classes that were typed under Advanced, and whether these are a problem; then it has all its
    classes.
    """
    names = [*catalog.available(), "synthetic"]
    wanted = st.query_params.get("train-data")
    picked = st.session_state.pop(add_data.PICK, None) or wanted
    if wanted and wanted not in names and "train-data" not in st.session_state:
        st.toast(f"No data set is named {frame.plain(wanted)}.", icon=":material/link_off:")
    if picked in names or st.session_state.get("train-data") not in names:
        st.session_state["train-data"] = picked if picked in names else names[0]
    name = st.radio(
        "Data",
        names,
        key="train-data",
        captions=[_line(name, catalog.stamp(name)) for name in names],
        format_func=title,
        width="stretch",
        bind="query-params",
    )
    try:
        dataset, problem = _opened(name)
    except FerError as error:  # another one can still be chosen or added
        can_confirm = isinstance(error, UnconfirmedError) and class_folders.confirm(name, error.labels)
        add_data.show(names, None)
        if can_confirm:
            raise frame.NotYetError(f"To train on {name}, choose above what its class folders mean.") from error
        raise
    class_folders.change(name)
    add_data.show(names, dataset)
    return dataset, problem


def _opened(name: str) -> tuple[Dataset, bool]:
    whole = open_data(name, catalog.stamp(name), "")
    with frame.errors():
        return open_data(name, catalog.stamp(name), st.session_state.get(CLASSES) or ""), False
    return whole, True


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
        help=capital(HELP),
    )
