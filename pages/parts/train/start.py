"""The Train button with the run's name, always in view, and what happens on the click."""

import streamlit as st

from fer.runs import queue
from fer.runs.store import RunStore, free_name, slug
from pages.parts.shared import actions, frame
from pages.parts.train import choose_settings, opened

NAME = "train-name"


def show(store: RunStore, about: str, *, disabled: bool) -> None:
    """The name, the button, and how long it takes.

    Args:
        about: a sentence beside the button.
        disabled: whether the choices above are a problem.
    """
    with st.container(key="train-go"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input("Run name", key=NAME, max_chars=200, placeholder="Optional", persist_state="session")
            st.button(
                "Train",
                key="train-start",
                type="primary",
                icon=":material/play_arrow:",
                disabled=disabled,
                on_click=_start,
                args=(store,),
            )
        typed = st.session_state.get(NAME) or ""
        name = free_name(store, slug(typed)) if slug(typed) else ""
        st.caption(f"Saved as **{frame.plain(name)}**. {about}" if name and name != typed else about)


def _start(store: RunStore) -> None:
    """Queue the run, open it, and say so. The form is read now: a change and this click can arrive together."""
    name = slug(st.session_state.get(NAME) or "")
    with frame.errors():
        run = actions.train(store, choose_settings.config(), free_name(store, name) if name else None)
        st.session_state[NAME] = ""  # only now, so that a refused name stays in the field
        st.session_state[opened.STARTED] = run.id
        opened.open_run(run.id)
        before = sum(queue.state_of(other) in opened.ACTIVE for other in store) - 1
        how = f"number {before} in the queue" if before > 0 else "started"
        st.toast(f"{frame.plain(run.id)}: {how}", icon=":material/play_arrow:")
