"""Studies beside runs and models: each one row, which opens it on Tune. Loads no Optuna."""

import streamlit as st

from fer.runs.store import RunStore
from fer.system.text import plural
from fer.tuning import processes, storage
from pages.parts.shared import access
from pages.parts.shared.frame import plain

FIRST = 5  # the latest; Tune lists all


def show(store: RunStore) -> None:
    """The studies of this machine, for those who may train; nothing before the first."""
    names = storage.names(store) if access.is_granted("training") else []
    if not names:
        return
    st.header("Studies", anchor=False)
    for name in names[:FIRST]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link("pages/tune.py", label=plain(name), icon=":material/tune:", query_params={"study": name})
            if processes.working(store, name):
                st.badge("Searching", color="blue")
            st.caption(plural(storage.trials_of(store, name), "trial"))
    if len(names) > FIRST:
        st.caption(f"{len(names) - FIRST:,} more on Tune.")
