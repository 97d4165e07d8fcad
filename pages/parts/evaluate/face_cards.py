"""The images behind a figure, as cards; or their row numbers if the data set is not on this machine."""

from collections.abc import Sequence
from pathlib import Path

import jinja2
import numpy as np
import streamlit as st

from fer.data import catalog, kaggle
from fer.errors import FerError
from fer.evaluation import tables
from fer.evaluation.images import Pictures
from fer.evaluation.references import short_name
from fer.evaluation.report import Report
from fer.faces.image import data_url
from fer.inference.palette import colors_of
from fer.runs.card import way
from pages.parts.evaluate.chosen import Chosen, pictures_of
from pages.parts.shared import frame
from pages.parts.shared.csv_file import show_table

A_PAGE = 12  # cards: two rows of six beside the confusion matrix
CARDS = jinja2.Template((Path(__file__).parent / "faces.html").read_text(encoding="utf-8"), autoescape=True)


def show(
    chosen: Chosen,
    positions: np.ndarray,
    key: str,
    *,
    others: Sequence[Report] = (),
    heading: str = "",
    named: bool = False,
    a_page: int = A_PAGE,
) -> None:
    """Images of the report in this order, a page at a time, each with all probabilities and FER+ votes.

    Args:
        others: reports on the same images whose predictions are shown too.
        heading: a line above the images.
        named: whether the heading already says what is true and what was predicted.
        a_page: how many at a time.
    """
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        if heading:
            st.subheader(frame.plain(heading), anchor=False, width="content")
        both = " (sum of the models' confidences)" if others else ""
        st.caption(f"Most confident first{both}", width="content")
        in_full = st.toggle("All probabilities", key="evaluate-in-full", persist_state="session")
    if not len(positions):
        st.info("No such images.")
        return
    try:
        pictures = pictures_of(chosen)
    except FerError as error:
        _show_rows(chosen.report, positions, others, error, in_full=in_full)
        return
    pages = -(-len(positions) // a_page)
    start = a_page * (min(st.session_state.get(f"{key}-page") or 1, pages) - 1)
    cards = [_card(chosen.report, others, pictures, position) for position in positions[start : start + a_page]]
    st.html(CARDS.render(faces=cards, in_full=in_full, named=named and not in_full))
    if pages > 1:
        st.pagination(pages, key=f"{key}-page")


def thumbnails(chosen: Chosen, positions: np.ndarray, *, named: bool = False) -> None:
    """A few images in one row or two; nothing if they are not on this machine."""
    pictures = pictures_of(chosen)
    cards = [_card(chosen.report, (), pictures, position) for position in positions]
    st.html(CARDS.render(faces=cards, in_full=False, named=named))


def missing(dataset: str) -> str:
    """Why a data set's images cannot be shown, and what to do, as Markdown."""
    if dataset == kaggle.NAME:
        return "FER2013 is not on this server, so its images cannot be shown. Get it on the Train page."
    return f"{frame.plain(dataset)} is not on this server, so its images cannot be shown. Add it to `data/`."


def _show_rows(
    report: Report, positions: np.ndarray, others: Sequence[Report], error: FerError, *, in_full: bool
) -> None:
    reason = frame.plain(str(error)) if report.dataset in catalog.available() else missing(report.dataset)
    st.info(f"{reason} Rows are counted from 0.", icon=":material/image_not_supported:")
    table = tables.answers(report, positions)
    for other in others:
        table.insert(3, short_name(other), [other.labels[i] for i in other.predictions[positions]])
    shares = [name for name in table if table[name].dtype.kind == "f"]
    table[shares] *= 100
    hidden = [] if in_full else [name for name in shares if name != "confidence"]
    copies = table.pop("copy in training")
    if copies.any():
        table.insert(4 + len(others), "note", np.where(copies, "copy in training", ""))
    show_table(
        table.drop(columns=hidden),
        hide_index=True,
        height=340,
        column_config={name: st.column_config.NumberColumn(format="%.1f%%") for name in shares},
        alt="Row numbers and predictions of these images",
    )


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
        "ranked": sorted(bars, key=lambda bar: -bar["p"]),
        "votes": pictures.votes_in_words(row),
        "leaked": bool(report.leaked[position]),
    }


def _prediction(report: Report, position: int, *, alone: bool) -> dict:
    who = "predicted" if alone else f"{report.model}{', ' + way(True) if report.tta else ''}:"
    label = report.labels[report.predictions[position]]
    return {"who": who, "label": label, "confidence": float(report.confidence[position])}
