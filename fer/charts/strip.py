"""Accuracies with their intervals, one below the other on one scale, as an HTML table that needs no Plotly."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path

import jinja2

from fer.evaluation.numbers import interval, written
from fer.evaluation.references import REFERENCES
from fer.evaluation.report import Report
from fer.inference.palette import GREY, MODELS

STEP = 0.05  # the scale starts and ends at a multiple of it
STRIP = jinja2.Template((Path(__file__).parent / "strip.html").read_text(encoding="utf-8"), autoescape=True)


@dataclass(frozen=True)
class Mark:
    """An accuracy on the scale.

    Attributes:
        low, high: its 95% interval, or the range that a source gives; equal if there is none.
        note: what the mark's tooltip says.
        is_hollow: drawn as an outline: on other images or labels, for orientation only.
        is_bold: stands out among the others.
    """

    name: str
    value: float
    low: float
    high: float
    note: str = ""
    color: str = GREY
    is_hollow: bool = False
    is_bold: bool = False


def render(marks: Sequence[Mark], caption: str) -> str:
    """The marks in this order, as HTML.

    Args:
        caption: what the table shows, for screen readers.
    """
    start = max(0.0, STEP * floor((min(mark.low for mark in marks) - 0.005) / STEP))
    end = min(1.0, STEP * ceil((max(mark.high for mark in marks) + 0.005) / STEP))
    ticks = [start + STEP * step for step in range(round((end - start) / STEP) + 1)]
    every = ceil(len(ticks) / 6)  # more labels would touch on a phone

    def left(value: float) -> float:
        return 100 * (value - start) / (end - start)

    return STRIP.render(
        marks=marks, ticks=ticks[::every], caption=caption, written=written, interval=interval, left=left
    )


def published(report: Report) -> str:
    """A report's accuracy, official and leak-free, among published results on the same images, most accurate first."""
    own = [Mark(f"{report.model}, official", report.accuracy, *report.interval, color=MODELS[0], is_bold=True)]
    if 0 < report.leaked.sum() < len(report):
        clean = report.leak_free
        name = f"{report.model}, leak-free"
        own.append(Mark(name, clean.accuracy, *clean.interval, color=MODELS[1], is_bold=True))
    known = [
        Mark(
            reference.name,
            reference.accuracy,
            reference.accuracy - reference.spread,
            reference.accuracy + reference.spread,
            note=reference.note,
            is_hollow=not reference.comparable,
        )
        for reference in REFERENCES
    ]
    ranked = sorted([*own, *known], key=lambda mark: -mark.value)
    return render(ranked, "Accuracy of this model and of published ones on FER2013's PrivateTest")
