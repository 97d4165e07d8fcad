"""A component beside the live video: the faces that are present now, and a button for full screen. See now.js."""

from pathlib import Path

from streamlit.components.v2 import component

FOLDER = Path(__file__).parent
_component = component(
    "fer_live_now",
    html='<div class="now"></div>',
    css=(FOLDER / "now.css").read_text(),
    js=(FOLDER / "now.js").read_text(),
)


def mount(data: dict, key: str) -> None:
    """Show the faces; `data` is described in now.js."""
    _component(key=key, data=data)
