"""Errors: the confusion matrix, and beside it the images of the chosen cell."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

from fer.evaluation import metrics, sentences, tables
from fer.evaluation.report import Report
from pages.parts.evaluate import face_cards
from pages.parts.evaluate.chosen import Chosen
from pages.parts.shared import frame

CELL = "cell"  # in the address: true and predicted class, counted from 0, such as 2-4
NORMALISATION = "evaluate-normalisation"  # of the cells, which the figure in the Export menu follows
CELLS = {"counts": "Counts", "rows": "% of true", "columns": "% of predicted"}
BRIGHTNESS = 0.6  # cells are shaded by value ** BRIGHTNESS, so that small confusions are visible next to the diagonal
HERE = Path(__file__).parent
HTML, CSS, JS = ((HERE / f"matrix.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js"))


@st.fragment
def show(chosen: Chosen) -> None:
    """The matrix left; the images of the cell that was clicked, or of the most frequent confusion, right."""
    report = chosen.report
    left, right = st.columns([5, 8], gap="medium")
    with left:
        normalisation = st.segmented_control(
            "Cells",
            metrics.NORMALISATIONS,
            default="counts",
            required=True,
            format_func=CELLS.__getitem__,
            key=NORMALISATION,
            persist_state="session",
            label_visibility="collapsed",
        )
        true, predicted = _cell(report)
        matrix = component("fer_confusion_matrix", html=HTML, css=CSS, js=JS)
        matrix(key="evaluate-matrix", data=_data(report, normalisation, (true, predicted)), on_cell_change=_follow)
        worst = "; ".join(sentences.worst_confusions(report))
        if worst:
            st.caption(f"Most frequent: {frame.plain(worst)}.")
    with right:
        positions, key = tables.cell(report, true, predicted), f"evaluate-cell-{true}-{predicted}"
        heading = sentences.confusion_sentence(report, true, predicted)
        face_cards.show(chosen, positions, key, heading=heading, named=True)


def _cell(report: Report) -> tuple[int, int]:
    """The cell in the address, or the most frequent confusion."""
    places = {f"{i}-{j}": (i, j) for i in range(len(report.labels)) for j in range(len(report.labels))}
    return places.get(st.query_params.get(CELL, ""), sentences.worst_confusion(report))


def _follow() -> None:
    """Write the clicked cell into the address, which a link then carries."""
    clicked = st.session_state["evaluate-matrix"].cell
    if isinstance(clicked, str):
        st.query_params[CELL] = clicked


def _data(report: Report, normalisation: str, chosen: tuple[int, int]) -> dict:
    """What the component draws."""
    values = metrics.normalised(report.confusion, normalisation)
    shades = (values / max(values.max(), 1e-12)) ** BRIGHTNESS
    classes = range(len(report.labels))
    return {
        "labels": list(report.labels),
        "texts": [[_text(values[i, j], normalisation) for j in classes] for i in classes],
        "shades": shades.round(3).tolist(),
        "sentences": [[sentences.confusion_sentence(report, i, j) for j in classes] for i in classes],
        "chosen": "-".join(map(str, chosen)),
    }


def _text(value: float, normalisation: str) -> str:
    return f"{value:,}" if normalisation == "counts" else f"{value:.0%}"
