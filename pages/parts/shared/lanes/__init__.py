"""A component that shows one lane of emotions per face over time, and the strongest moments. See lanes.js."""

from collections.abc import Sequence
from pathlib import Path

from streamlit.components.v2 import component

from fer.inference.drawing import NOT_SURE, NOT_SURE_COLOR
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


def faces_of(readings: Sequence[Reading], every: float, colors: dict[str, str], threshold: float) -> list[dict]:
    """The lanes of all faces, for lanes.js.

    Args:
        every: seconds between readings.
        colors: by label.
        threshold: confidence below which a reading is not sure.
    """
    faces: dict[int, list[dict]] = {}
    for span in observations.spans(readings, every, threshold):
        percent = f"{span.confidence:.0%}"
        if span.is_sure:
            answer = {"title": capital(span.label), "percent": percent, "color": colors[span.label]}
        else:
            answer = {"title": capital(NOT_SURE), "percent": f"({span.label} {percent})", "color": NOT_SURE_COLOR}
        faces.setdefault(span.number, []).append({"start": span.start, "end": span.end} | answer)
    return [{"number": number, "spans": spans} for number, spans in faces.items()]
