"""A run's name, note, files and curves, and the import of networks."""

import streamlit as st

from fer.data.labels import EMOTIONS
from fer.runs.run import EXPORTS, Run, card_of, files_of
from fer.runs.store import RunStore
from pages.parts.shared import access, actions, frame, run_actions, run_curves
from pages.parts.shared.run_actions import downloads

CHOSEN = "models-chosen"  # the run shown on the Models page


def show(store: RunStore, run: Run, *, is_default: bool) -> None:
    """Downloads, actions, name, note and curves of a run."""
    with frame.errors(), st.container(horizontal=True):
        downloads(run)
    if access.allowed("training"):
        if not run.is_without_weights:
            st.button(
                "Make default",
                key="models-make-default",
                type="primary",
                disabled=is_default or not run.is_usable,
                on_click=frame.act,
                args=(actions.set_default, store, run),
            )
        with frame.errors():
            _exports(store, run)
        if not run.is_shipped:
            _rename(store, run)
            with frame.errors():
                _note(run)
    with frame.errors():
        run_curves.curves(run, behind=run_curves.behind(store, run))


def _note(run: Run) -> None:
    note = st.text_area("Note", run.note, key=f"models-note-{run.id}", placeholder="Your notes on this model")
    if note != run.note:
        actions.annotate(run, note)


def _exports(store: RunStore, run: Run) -> None:
    """Other formats, made on request, with the accuracy each costs."""
    card = card_of(run)
    for kind, export in (card.exports if card else {}).items():
        change = export.val_accuracy_change
        cost = "accuracy not measured" if change is None else f"{100 * change:+.2f} points, n = {export.val_n:,}"
        st.caption(f"{kind}: {export.bytes / 1e6:.2f} MB; validation accuracy compared with float32: {cost}")
    missing = [
        kind for kind in EXPORTS if kind not in files_of(run)
    ]  # shipped runs have these on their card but not as files
    if run.is_usable and missing:
        with st.container(horizontal=True):
            for kind in missing:
                if st.button(f"Make {kind}", key=f"models-export-{kind}"):
                    with st.spinner(f"Converting {run.id} to {kind} and comparing predictions …"):
                        actions.export(store, run, kind)
                    st.rerun()


def show_import(store: RunStore) -> None:
    """Import a network that was trained elsewhere, after checking it in a separate process."""
    st.markdown(
        "`.keras` files are opened in Keras's safe mode; files that contain code are rejected. `.tflite` files must "
        "take uint8 (N, 48, 48, 1) and return float32 logits. A wrong input range gives poor predictions without an "
        "error, so evaluate the model after importing it."
    )
    upload = st.file_uploader("Network", ["keras", "tflite"], key="models-import")
    labels = st.text_input("Labels, in output order", ",".join(EMOTIONS), key="models-import-labels")
    scale = st.segmented_control(
        "Input range", ["0-255", "0-1", "-1-1"], default="0-255", required=True, key="models-import-scale"
    )
    name = st.text_input("Run name", key="models-import-name", placeholder="“imported” and time")
    if st.button("Import", key="models-import-now", disabled=upload is None) and upload:
        with st.spinner("Checking the network …"):
            actions.import_network(store, upload, labels, scale, name)
        st.rerun()


def _rename(store: RunStore, run: Run) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name", run.id, key=f"models-name-{run.id}", max_chars=64)
        changed = {"disabled": name == run.id, "on_click": frame.act, "args": (_renamed, store, run, name)}
        st.button("Rename", key=f"models-rename-{run.id}", **changed)
        run_actions.offer_delete(store, run, f"models-delete-{run.id}")


def _renamed(store: RunStore, run: Run, name: str) -> None:
    """Rename the run, and keep showing it."""
    st.session_state[CHOSEN] = actions.rename(store, run, name).id
    st.toast(f"Renamed {frame.plain(run.id)} to {frame.plain(name)}.")
