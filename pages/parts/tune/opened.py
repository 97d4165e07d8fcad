"""Which study the page shows: the one in the address, else the latest."""

import streamlit as st

from fer.runs.store import RunStore
from fer.tuning import study
from fer.tuning.study import Study

STUDY = "study"  # the part of the address


def opened(store: RunStore) -> Study | None:
    """The study to show; from then on the address names it."""
    names = study.names(store)
    wanted = st.query_params.get(STUDY)
    name = wanted if wanted in names else next(iter(names), None)
    if name and wanted != name:
        st.query_params[STUDY] = name
    elif not name and wanted:
        del st.query_params[STUDY]
    return study.open_study(store, name) if name else None


def open_study(name: str) -> None:
    """A button's on_click: show this study."""
    st.query_params[STUDY] = name
