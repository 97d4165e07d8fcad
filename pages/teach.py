"""Teach a model classes of one's own from a minute of webcam."""

import streamlit as st

from fer.errors import FerError
from fer.inference.palette import COLORS, MODELS
from fer.runs.run import Run
from fer.runs.store import FLAGSHIP, RunStore
from fer.teaching import network
from fer.teaching.lesson import MOST_CLASSES, MOST_FACES
from pages.parts.live import browser
from pages.parts.shared import damaged_runs, frame, notice
from pages.parts.teach import keep_it, lessons, studio

PRIVACY = (
    "Pictures stay on this device. *Train* sends a few hundred numbers per face to the server, kept in memory until "
    "some time after you close the tab."
)


def choose_run() -> Run:
    """The run whose view of faces is used: the flagship, unless the visitor chooses another."""
    store = RunStore()
    ids = [run.id for run in store if network.is_teachable(run)]
    if not ids:
        raise FerError("No model here can learn your classes. Train one, such as vgg_small, on the Train page.")
    first = next(id for id in (FLAGSHIP, store.default_id, ids[0]) if id in ids)
    help = "Your classes are told apart by what this model sees in a face. Smaller models are faster."
    return store[st.selectbox("Based on", ids, ids.index(first), key="teach-on", help=help, persist_state="session")]


frame.start("Teach your own classes", "Your smile, raised eyebrows, asleep: a minute of webcam is enough")

with frame.errors():
    damaged_runs.show(RunStore())
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.popover("Settings", icon=":material/tune:"):
            run = choose_run()
        st.caption(PRIVACY, width="content")
    if browser.is_served("teach from a folder of photos: `python -m fer teach`") and notice.accepted(
        "The camera's video", teaching=True
    ):
        taught, refused = lessons.current(run), st.session_state.get(lessons.REFUSED)
        data = {
            "model": {"id": run.id, "url": studio.model_url(run), "width": network.width_of(run)},
            "most": {"classes": MOST_CLASSES, "faces": MOST_FACES},
            "colors": {"emotions": COLORS, "others": MODELS},
            "head": lessons.head(taught) if taught else None,
            "verdict": lessons.verdict(taught.lesson) if taught else None,
            "error": {"text": refused} if refused else None,
        }
        if (message := studio.mount(data)) is not None:
            lessons.take(message, run)
            st.rerun()
        if taught:
            keep_it.offer(run, taught)
