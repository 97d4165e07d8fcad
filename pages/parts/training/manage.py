"""One run's name, note and files, and its curves beside those of others."""

import streamlit as st

from fer.runs import Run, RunStore
from pages.parts import frame
from pages.parts.training import live


def show(store: RunStore, run: Run, *, is_default: bool) -> None:
    """Buttons and boxes that change a run, its downloads, and its curves."""
    with st.container(horizontal=True):
        st.button(
            "Make it the default",
            key="models-make-default",
            type="primary",
            disabled=is_default or not run.is_usable,
            on_click=frame.act,
            args=(store.set_default, run.id),
        )
        _downloads(run)
    if not run.is_shipped:
        _rename(store, run)
    note = st.text_area("Note", run.note, key=f"models-note-{run.id}", placeholder="What you want to remember of it")
    if note != run.note:
        run.set_note(note)
    live.curves(run, behind=live.behind(store, run))


def _downloads(run: Run) -> None:
    """The files that another program can use."""
    for label, path in (("Keras model", run.model_path), ("LiteRT model", run.tflite_path)):
        if path.is_file():
            st.download_button(
                f"{label} ({path.stat().st_size / 1e6:.1f} MB)",
                path.read_bytes,
                f"{run.id}{path.suffix}",
                key=f"models-take-{path.suffix}",
                on_click="ignore",
            )


def _rename(store: RunStore, run: Run) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name", run.id, key=f"models-name-{run.id}", max_chars=64)
        changed = {"disabled": name == run.id, "on_click": frame.act, "args": (store.rename, run.id, name)}
        st.button("Rename", key=f"models-rename-{run.id}", **changed)
        with st.popover("Delete"):
            st.markdown(f"Delete {frame.plain(run.id)} and all that it learnt?")
            st.button(
                "Delete it",
                key=f"models-delete-{run.id}",
                type="primary",
                on_click=frame.act,
                args=(store.delete, run.id),
            )
