"""Studies, each one row that opens it on Tune. Loads no Optuna."""

from collections.abc import Sequence

import streamlit as st

from fer.runs.store import RunStore
from fer.tuning import processes, storage
from pages.parts.shared import access
from pages.parts.shared.frame import plain

FIRST = 5  # the latest, beside runs and models; Tune lists all


def show(store: RunStore, names: Sequence[str], *, opened: str = "") -> None:
    """A row for each of these studies.

    Args:
        opened: the one that the page shows.
    """
    st.header("Studies", anchor=False)
    for name in names:
        icon = ":material/visibility:" if name == opened else ":material/tune:"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link("pages/tune.py", label=plain(name), icon=icon, query_params={"study": name})
            if processes.working(store, name):
                st.badge("Searching", color="blue")


def beside(store: RunStore) -> None:
    """The latest studies of this machine, beside runs or models, for those who may train; nothing before the first."""
    names = storage.seen(store) if access.is_granted("training") else []
    if names:
        show(store, names[:FIRST])
    if len(names) > FIRST:
        st.caption(f"{len(names) - FIRST:,} more on Tune.")
