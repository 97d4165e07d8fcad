"""A model's files: download those that exist, and make the others."""

import streamlit as st

from fer.runs import background_export
from fer.runs.card import Card
from fer.runs.exports import obstacle
from fer.runs.history import history_csv
from fer.runs.members import is_ensemble
from fer.runs.run import EXPORTS, HISTORY, Run, card_of, files_of
from fer.runs.store import RunStore
from pages.parts.models import manage
from pages.parts.shared import access, actions, frame

EVERY = 1.0  # seconds between looks at what is made in the background
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
    files, card, is_busy = files_of(run), card_of(run), background_export.is_at_work(run)
    makeable = {*EXPORTS, *(["keras"] if run.head_path.is_file() else [])}
    if is_busy:
        st.fragment(_wait, run_every=EVERY)(run)
    elif why := background_export.failure(run):
        st.error(frame.plain(f"Making files in the background failed: {why}"), icon=":material/error:")
    for kind, (name, purpose) in FORMATS.items():
        if kind in files:
            _offer(run, kind, f"**{name}**: {purpose}{_change(card, kind)}")
        elif kind in makeable and run.is_usable and access.is_granted("training"):
            _make(store, run, kind, is_busy=is_busy)
    if (run.path / HISTORY).is_file():
        with _line("**History**: one row per epoch"):
            name, key = f"{run.id}.csv", "models-take-history"
            st.download_button("Download (CSV)", lambda: history_csv(run), name, key=key, on_click="ignore")


def _wait(run: Run) -> None:
    """Says that files are being made, until they are."""
    if not background_export.is_at_work(run):
        st.rerun()
    st.caption(":material/hourglass_top: Files with the taught classes inside are being made in the background.")


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


def _make(store: RunStore, run: Run, kind: str, *, is_busy: bool) -> None:
    """A button that makes an export; where something is missing, how to get it instead of a failure after the click."""
    (name, purpose), missing = FORMATS[kind], obstacle(run, kind)
    with _line(f"**{name}**: {purpose}"):
        asked = st.button(f"Make {name}", key=f"models-export-{kind}", disabled=is_busy or bool(missing))
    if missing:
        st.caption(frame.plain(missing))
    if asked:
        with frame.errors(), st.spinner(f"Converting {run.id} to {name} and comparing predictions…"):
            actions.export(store, run, kind)
            manage.say(f"Made the {name} file of {frame.plain(run.id)}.")
