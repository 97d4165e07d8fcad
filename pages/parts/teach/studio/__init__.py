"""The component in which visitors collect faces, train and try. Its modules are in static/teach/; see page.js there."""

import gzip
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component
from streamlit.runtime import get_instance

from fer.inference.fixed_batch import with_one_face
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
    versions = {"version": version(), "live": browser.version()}
    return _component(key=KEY, data=data | versions, on_train_change=lambda: None).train


def version() -> str:
    """The name of the one folder in static/teach/, by which caches tell releases apart."""
    return next(path.name for path in STATIC.iterdir() if path.is_dir())


def model_url(run: Run) -> str:
    """Where the page gets the run's network without its head: Streamlit's media store, while this session needs it."""
    content = _file(run.id, run.tflite_path.stat().st_mtime_ns)
    return get_instance().media_file_mgr.add(content, "application/gzip", f"teach-{run.id}")


@st.cache_resource(max_entries=4, show_spinner="Loading the model …")
def _file(run_id: str, changed: int) -> bytes:
    """For one face, gzipped, because Streamlit would compress it anew at every request."""
    return gzip.compress(with_one_face(network.without_head(RunStore()[run_id])), 1, mtime=0)
