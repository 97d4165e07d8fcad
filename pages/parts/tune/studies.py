"""The studies of this machine, each one row, to open one."""

import streamlit as st

from fer.runs.store import RunStore
from fer.tuning import processes
from pages.parts.shared import frame
from pages.parts.tune import opened


def show(store: RunStore) -> None:
    names = opened.known(store)
    if len(names) < 2:
        return
    st.header("Studies", anchor=False)
    for name in names:
        with st.container(horizontal=True, vertical_alignment="center"):
            is_open = st.query_params.get(opened.STUDY) == name
            st.button(
                frame.plain(name),
                key=f"tune-open-{name}",
                type="tertiary",
                icon=":material/visibility:" if is_open else ":material/show_chart:",
                on_click=opened.open_study,
                args=(name,),
            )
            if processes.working(store, name):
                st.badge("Searching", color="blue")
