"""What can be done with a model: use it, evaluate it, make it the default, rename and delete it."""

from collections.abc import Callable

import streamlit as st

from fer.runs.run import Run
from fer.runs.store import RunStore, slug
from pages.parts.shared import access, actions, frame
from pages.parts.shared.model_picker import page_link

Choose = Callable[[str | None], None]


def show(store: RunStore, run: Run, choose: Choose) -> None:
    """Links to other pages, and the actions that this visitor may take.

    Args:
        choose: opens another run's drawer instead, or none.
    """
    may_change = access.is_granted("training")
    message = st.container()
    with st.container(horizontal=True, vertical_alignment="center"):
        if run.is_usable:
            page_link("predict", "Use it on Predict", run, icon=":material/face:")
        if run.is_usable or run.is_without_weights:
            page_link("evaluate", "Evaluate it", run, icon=":material/fact_check:")
        if may_change:
            _actions(store, run, choose, message)
    if not may_change:
        access.allowed("training")


def _actions(store: RunStore, run: Run, choose: Choose, message) -> None:
    """The buttons; what goes wrong is said in `message`, above them."""
    if run.is_usable:
        _make_default(store, run, message)
    if not run.is_shipped:
        _rename(store, run, choose, message)
        _delete(store, run, choose, message)


def _make_default(store: RunStore, run: Run, message) -> None:
    if run.id == store.default_id:
        st.badge("Default model")
    elif st.button("Make default", key="models-make-default"):
        with message, frame.errors():
            actions.set_default(store, run)
            say(f"{frame.plain(run.id)} is now the default model.")


def _rename(store: RunStore, run: Run, choose: Choose, message) -> None:
    with st.popover("Rename"):
        typed = st.text_input("Name", run.id, key=f"models-name-{run.id}", max_chars=64)
        name = slug(typed) or typed
        if st.button("Rename", key=f"models-rename-{run.id}", disabled=name == run.id):
            with message, frame.errors():
                choose(actions.rename(store, run, name).id)
                say(f"Renamed {frame.plain(run.id)} to {frame.plain(name)}.")
        saved_as(name, typed)


def _delete(store: RunStore, run: Run, choose: Choose, message) -> None:
    with st.popover("Delete"):
        st.markdown(f"Delete {frame.plain(run.id)}? This cannot be undone.")
        if st.button("Delete it", key=f"models-delete-{run.id}", type="primary"):
            with message, frame.errors():
                actions.delete(store, run)
                choose(None)
                say(f"Deleted {frame.plain(run.id)}.")


def saved_as(name: str, typed: str) -> None:
    """The name that a run gets, where it is not what was typed."""
    if name != typed:
        st.caption(f"Saved as **{frame.plain(name)}**.")


def say(what: str) -> None:
    """A toast, on the whole page drawn anew; else a second one with the same words would not show."""
    st.toast(what)
    st.rerun()
