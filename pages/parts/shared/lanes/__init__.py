"""A component that shows one lane of emotions per face over time, and the strongest moments. See lanes.js."""

from collections.abc import Sequence
from pathlib import Path

from streamlit.components.v2 import component

from fer.system.text import capital
from fer.video import observations
from fer.video.observations import Reading

FOLDER = Path(__file__).parent
_component = component(
    "fer_lanes",
    html='<div class="lanes"></div>',
    css=(FOLDER / "lanes.css").read_text(),
    js=(FOLDER / "lanes.js").read_text(),
)


def mount(data: dict, key: str) -> None:
    """Show the lanes; `data` is described in lanes.js."""
    _component(key=key, data=data)


def faces_of(readings: Sequence[Reading], every: float, colors: dict[str, str]) -> list[dict]:
    """The lanes of all faces, for lanes.js.

    Args:
        every: seconds between readings.
        colors: by label.
    """
    faces: dict[int, list[dict]] = {}
    for span in observations.spans(readings, every):
        shown = {"start": span.start, "end": span.end, "title": capital(span.label), "color": colors[span.label]}
        faces.setdefault(span.number, []).append(shown | {"percent": f"{span.confidence:.0%}"})
    return [{"number": number, "spans": spans} for number, spans in faces.items()]
