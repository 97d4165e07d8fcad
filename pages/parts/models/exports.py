"""A model's files: download those that exist, and make the others."""

import streamlit as st

from fer.runs.card import Card
from fer.runs.exports import obstacle
from fer.runs.history import history_csv
from fer.runs.members import is_ensemble
from fer.runs.run import EXPORTS, HISTORY, Run, card_of, files_of
from fer.runs.store import RunStore
from pages.parts.models import manage
from pages.parts.shared import access, actions, frame

FORMATS = {  # name, and what it is for
    "keras": ("Keras", "to train it further"),
    "float32": ("LiteRT", "what this app runs"),
    "float16": ("float16", "LiteRT at half the size"),
    "int8": ("int8", "LiteRT at a quarter of the size"),
    "onnx": ("ONNX", "for other runtimes"),
}


def show(store: RunStore, run: Run) -> None:
    """One line per format: a download, or a button that makes it."""
    if is_ensemble(run):
        st.markdown(frame.plain(obstacle(run, "float32")))
        return
    files, card = files_of(run), card_of(run)
    for kind, (name, purpose) in FORMATS.items():
        if kind in files:
            _offer(run, kind, f"**{name}**: {purpose}{_change(card, kind)}")
        elif kind in EXPORTS and run.is_usable and access.is_granted("training"):
            _make(store, run, kind, purpose)
    if (run.path / HISTORY).is_file():
        with _line("**History**: one row per epoch"):
            name, key = f"{run.id}.csv", "models-take-history"
            st.download_button("Download (CSV)", lambda: history_csv(run), name, key=key, on_click="ignore")


def _line(text: str):
    """A line with text on the left; what is added to it stands on the right."""
    line = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
    with line:
        st.markdown(text, width="content")
    return line


def _offer(run: Run, kind: str, text: str) -> None:
    path = files_of(run)[kind]
    with _line(text):
        st.download_button(
            f"Download ({path.stat().st_size / 1e6:.1f} MB)",
            path.read_bytes,
            f"{run.id}{path.name.removeprefix('model')}",
            key=f"models-take-{kind}",
            icon=":material/download:",
            on_click="ignore",
        )


def _change(card: Card | None, kind: str) -> str:
    """What an export costs in accuracy, as measured when it was made."""
    if not card or kind not in card.exports:
        return ""
    export = card.exports[kind]
    if export.val_accuracy_change is None:
        return "; accuracy not measured"
    return f"; {100 * export.val_accuracy_change:+.2f} points on the validation split, n = {export.val_n:,}"


def _make(store: RunStore, run: Run, kind: str, purpose: str) -> None:
    """A button that makes an export; where something is missing, how to get it instead of a failure after the click."""
    name, missing = FORMATS[kind][0], obstacle(run, kind)
    with _line(f"**{name}**: {purpose}"):
        asked = st.button(f"Make {name}", key=f"models-export-{kind}", disabled=bool(missing))
    if missing:
        st.caption(frame.plain(missing))
    if asked:
        with frame.errors(), st.spinner(f"Converting {run.id} to {name} and comparing predictions…"):
            actions.export(store, run, kind)
            manage.say(f"Made the {name} file of {frame.plain(run.id)}.")
