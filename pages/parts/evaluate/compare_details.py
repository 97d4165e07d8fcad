"""What lies behind a difference between models: by class, as curves, and image by image."""

import streamlit as st

from fer.evaluation.comparison import Comparison
from fer.evaluation.references import short_name
from fer.evaluation.report import Report
from pages.parts.evaluate import face_cards
from pages.parts.evaluate.chosen import Chosen
from pages.parts.shared import figures

CLASSES = {"Recall": "recall", "Precision": "precision", "F1": "f1"}
CURVES = ("Precision and recall", "ROC", "Coverage")
IMAGES = "Images"
HEIGHT = 320


def show(chosen: Chosen, reports: list[Report]) -> None:
    """One view at a time: only the open one is drawn."""
    view = st.segmented_control(
        "Details",
        [*CLASSES, *CURVES, IMAGES],
        default="Recall",
        required=True,
        key="evaluate-details",
        persist_state="session",
        label_visibility="collapsed",
    )
    if view == IMAGES:
        _images(chosen, reports)
    elif view in CURVES:
        _curves(reports, view)
    else:
        from fer.charts.comparison import differences  # with Plotly, as below

        name = CLASSES[view or "Recall"]
        figure = differences(Comparison(_other(reports), reports[0]), name)
        figures.show(figure, "evaluate-differences", f"Difference in {name} by class", height=HEIGHT)


def _other(reports: list[Report]) -> Report:
    """The model whose difference from the first is shown; with several, one of them is chosen."""
    others = reports[1:]
    if len(others) == 1:
        return others[0]
    names = {short_name(other): other for other in others}
    return names[st.selectbox("Difference from", list(names), key="evaluate-rival")]


def _curves(reports: list[Report], view: str) -> None:
    from fer.charts import calibration
    from fer.charts.reports import precision_recall_curves, roc_curves

    if view == "Coverage":
        figure = calibration.coverage_curves(reports)
        figures.show(figure, "evaluate-compared-coverage", "Coverage and accuracy per model", height=HEIGHT)
        return
    label = st.selectbox("Curves of", reports[0].labels, key="evaluate-curve-label", label_visibility="collapsed")
    draw = roc_curves if view == "ROC" else precision_recall_curves
    figures.show(draw(reports, label), f"evaluate-compared-{view.lower()}", f"{view}: {label}", height=HEIGHT)


def _images(chosen: Chosen, reports: list[Report]) -> None:
    first, other = reports[0], _other(reports)
    different = Comparison(other, first).disagreements
    st.markdown(f"**Different predictions: {len(different):,} of {len(first):,} images**; bars: {short_name(first)}")
    shown = Chosen(chosen.run, first, chosen.photos)
    face_cards.show(shown, different, "evaluate-apart", others=[other], a_page=10)
