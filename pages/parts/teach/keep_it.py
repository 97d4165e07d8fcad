"""Keep what was taught as a run like any other."""

import streamlit as st

from fer.runs.run import Run
from fer.runs.store import RunStore, free_name, slug
from pages.parts.shared import access, actions, frame, model_picker
from pages.parts.teach.lessons import KEPT, Taught

NAME = "teach-name"  # the key of its field
LINKS = {"live": "Use it on Live", "predict": "Use it on Predict", "evaluate": "Evaluate it", "models": "Open it"}


def offer(run: Run, taught: Taught) -> None:
    """A name and a button; once kept, links to where the run can be used."""
    store, kept = RunStore(), st.session_state.get(KEPT)
    if kept and kept in {one.id for one in store}:
        with st.container(horizontal=True, vertical_alignment="center", key="teach-kept-row"):
            st.markdown(f":material/check: Kept as **{frame.plain(kept)}**.", width="content")
            for page, label in LINKS.items():
                model_picker.page_link(page, label, store[kept])
        return
    if not access.is_granted("training"):
        access.explain("training")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Name", free_name(store, "my-classes"), max_chars=64, key=NAME, width=240)
        st.button("Keep it", key="teach-keep", type="primary", on_click=frame.act, args=(_keep, run, taught))


def _keep(run: Run, taught: Taught) -> None:
    name = st.session_state[NAME]  # also what was typed last, which arrives together with the click
    kept = actions.keep_lesson(RunStore(), run, taught.lesson, slug(name) or name)
    st.session_state[KEPT] = kept.id
