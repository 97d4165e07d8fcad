"""The component that reads faces in the visitor's browser. Its modules are in static/live/; see page.js there."""

import gzip
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component
from streamlit.runtime import get_instance

from fer.inference.fixed_batch import with_one_face
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.video.sent_readings import SentReadings

FOLDER = Path(__file__).parent
STATIC = Path(__file__).parents[4] / "static" / "live"
KEY = "live-browser"
PLACE = "live-place"  # where faces are read: the key of the page's choice
ON_SERVER = "On the server"
_component = component(
    "fer_live_browser",
    html=(FOLDER / "live.html").read_text(),
    css=(FOLDER.parent / "now" / "now.css").read_text() + (FOLDER / "live.css").read_text(),
    js=(FOLDER / "mount.js").read_text(),
)


def is_served(otherwise: str) -> bool:
    """Whether this server sends the modules; says so if not.

    Args:
        otherwise: what else the visitor can do.
    """
    if st.get_option("server.enableStaticServing"):
        return True
    st.error(
        "This server does not send what the browser needs. Set `enableStaticServing = true` under `[server]` in "
        f"`.streamlit/config.toml`, or {otherwise}.",
        icon=":material/block:",
    )
    return False


def mount(model: dict, settings: dict, sent: SentReadings) -> bool:
    """Show camera and faces; whether the visitor has just asked for the server instead.

    Args:
        model, settings: described in page.js.
    """
    data = {"version": version(), "model": model, "settings": settings}
    data |= {"session": sent.session, "received": sent.received}
    result = _component(key=KEY, data=data, on_readings_change=lambda: None, on_server_change=_go_to_server)
    return bool(result.server)


def latest() -> object:
    """What the page sent last: readings, for SentReadings."""
    return (st.session_state.get(KEY) or {}).get("readings")


def _go_to_server() -> None:
    st.session_state[PLACE] = ON_SERVER


def version(folder: Path = STATIC) -> str:
    """The name of the one folder in it, by which caches tell releases apart."""
    return next(path.name for path in folder.iterdir() if path.is_dir())


def model_url(run: Run) -> str:
    """Where the page gets the run's file."""
    return media_url(_file(run.id, run.tflite_path.stat().st_mtime_ns), f"live-{run.id}")


def media_url(content: bytes, coordinates: str) -> str:
    """Where the page gets a gzipped file: Streamlit's media store, while this session needs it."""
    return get_instance().media_file_mgr.add(content, "application/gzip", coordinates)


def packed(network: bytes | Path) -> bytes:
    """A network for one face, gzipped, because Streamlit would compress it anew at every request."""
    return gzip.compress(with_one_face(network), 1, mtime=0)


@st.cache_resource(max_entries=8, show_spinner="Loading the model…")
def _file(run_id: str, changed: int) -> bytes:
    return packed(RunStore()[run_id].tflite_path)
