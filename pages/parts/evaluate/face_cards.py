"""The images behind a figure, as cards; or their row numbers if the data set is not on this machine."""

from collections.abc import Sequence
from pathlib import Path

import jinja2
import numpy as np
import streamlit as st

from fer.charts.reports import short_name
from fer.data import catalog
from fer.errors import FerError
from fer.evaluation import tables
from fer.evaluation.images import Pictures
from fer.evaluation.report import Report
from fer.faces.image import data_url
from fer.inference.palette import colors_of
from fer.runs.card import way
from pages.parts.evaluate.choose_report import Chosen, pictures_of
from pages.parts.shared import frame

A_PAGE = 24  # cards; divides by 2, 3 and 4 columns
CARDS = jinja2.Template((Path(__file__).parent / "faces.html").read_text(), autoescape=True)


def show(chosen: Chosen, positions: np.ndarray, key: str, others: Sequence[Report] = ()) -> None:
    """Images of the report in this order, a page at a time, each with all probabilities and FER+ votes.

    Args:
        others: reports on the same images whose predictions are shown too.
    """
    if not len(positions):
        st.info("No such images.")
        return
    try:
        pictures = pictures_of(chosen)
    except FerError as error:
        _show_rows(chosen.report, positions, others, error)
        return
    pages = -(-len(positions) // A_PAGE)
    page = st.pagination(pages, key=f"{key}-page") if pages > 1 else 1
    shown = positions[(page - 1) * A_PAGE : page * A_PAGE]
    st.html(CARDS.render(faces=[_card(chosen.report, others, pictures, position) for position in shown]))


def fetch(chosen: Chosen) -> Pictures | None:
    """The images behind a report, or None if they are not on this machine."""
    try:
        return pictures_of(chosen)
    except FerError:
        return None


def _show_rows(report: Report, positions: np.ndarray, others: Sequence[Report], error: FerError) -> None:
    missing = report.dataset not in catalog.available()
    reason = (
        "The data set isn't on this machine; `data/README.md` explains how to get it."
        if missing
        else frame.plain(str(error))
    )
    st.info(
        f"The images cannot be shown. {reason} The table lists their row numbers in {frame.plain(report.dataset)}, "
        "counted from 0.",
        icon=":material/image_not_supported:",
    )
    table = tables.answers(report, positions)
    for other in others:
        table.insert(3, short_name(other), [other.labels[i] for i in other.predictions[positions]])
    st.dataframe(table, hide_index=True, alt="Row numbers and predictions of these images")


def _card(report: Report, others: Sequence[Report], pictures: Pictures, position: int) -> dict:
    row, reports = int(report.rows[position]), [report, *others]
    bars = [
        {"label": label, "p": float(p), "color": color}
        for label, p, color in zip(report.labels, report.probabilities[position], colors_of(report.labels), strict=True)
    ]
    return {
        "image": data_url(pictures.images[row]),
        "name": pictures.names[row] if pictures.names else f"row {row:,}",
        "true": report.labels[report.targets[position]],
        "predictions": [_prediction(one, position, alone=not others) for one in reports],
        "bars": bars,
        "votes": pictures.votes_in_words(row),
        "leaked": bool(report.leaked[position]),
    }


def _prediction(report: Report, position: int, *, alone: bool) -> dict:
    who = "predicted" if alone else f"{report.model}{', ' + way(True) if report.tta else ''}:"
    label = report.labels[report.predictions[position]]
    return {"who": who, "label": label, "confidence": float(report.confidence[position])}
