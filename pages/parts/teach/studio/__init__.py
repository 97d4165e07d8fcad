"""The component in which visitors collect faces, train and try. Its modules are in static/teach/; see page.js there."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.teaching import network
from pages.parts.live import browser

FOLDER = Path(__file__).parent
STATIC = browser.STATIC.parent / "teach"
KEY = "teach-studio"
_component = component(
    "fer_teach_studio",
    html=(FOLDER / "teach.html").read_text(),
    css=(FOLDER / "teach.css").read_text(),
    js=(FOLDER / "mount.js").read_text(),
)


def mount(data: dict) -> object:
    """Show the three steps; what is to be trained if the visitor has just asked for it, else None.

    Args:
        data: described in page.js.
    """
    versions = {"version": browser.version(STATIC), "live": browser.version()}
    return _component(key=KEY, data=data | versions, on_train_change=lambda: None).train


def model_url(run: Run) -> str:
    """Where the page gets the run's network without its head."""
    return browser.media_url(_file(run.id, run.tflite_path.stat().st_mtime_ns), f"teach-{run.id}")


@st.cache_resource(max_entries=4, show_spinner="Loading the model…")
def _file(run_id: str, changed: int) -> bytes:
    return browser.packed(network.without_head(RunStore()[run_id]))
