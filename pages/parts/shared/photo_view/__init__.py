"""A component that shows a photo with its faces: box and card of a face light up together. See photo_view.js."""

from pathlib import Path

from streamlit.components.v2 import component

FOLDER = Path(__file__).parent
_component = component(
    "fer_photo_view",
    html='<div class="view"></div>',
    css=(FOLDER / "photo_view.css").read_text(),
    js=(FOLDER / "photo_view.js").read_text(),
)


def mount(data: dict, key: str) -> dict | None:
    """Show the photo; `data` is described in photo_view.js. Returns which face is to be explained, as
    {"number", "label", "method"}, of which the last two may be missing; or None."""
    return _component(key=key, data=data, default={"why": None}, on_why_change=lambda: None).why
