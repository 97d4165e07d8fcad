"""Which study the page shows: the one in the address, else the latest."""

import streamlit as st

from fer.runs.store import RunStore
from fer.tuning import storage, study
from fer.tuning.database import StorageError
from fer.tuning.study import Study
from pages.parts.shared import frame

STUDY = "study"  # the part of the address


def known(store: RunStore) -> list[str]:
    """The names of all studies; of those on this machine alone while the server's database cannot be reached."""
    try:
        return study.names(store)
    except StorageError:
        return storage.names(store)


def opened(store: RunStore) -> Study | None:
    """The study to show; from then on the address names it.

    Raises:
        FerError: if it cannot be read, or is not on this machine and the server's database cannot be reached.
    """
    wanted = st.query_params.get(STUDY)
    names = storage.names(store)
    names = names if wanted in names else study.names(store)
    name = wanted if wanted in names else next(iter(names), None)
    if wanted and wanted not in names:
        st.error(frame.plain(f"There is no study named {wanted!r}."), icon=":material/error:")
    if name and wanted != name:
        st.query_params[STUDY] = name
    elif not name and wanted:
        del st.query_params[STUDY]
    return study.open_study(store, name) if name else None


def open_study(name: str) -> None:
    """A button's on_click: show this study."""
    st.query_params[STUDY] = name
