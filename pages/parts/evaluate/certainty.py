"""Certainty: how far the probabilities can be trusted, and the accuracy when only confident predictions count."""

import streamlit as st

from fer.evaluation import sentences
from pages.parts.evaluate.chosen import Chosen
from pages.parts.shared import figures, frame

HEIGHT = 350  # of a figure; both are on screen with the sentences above them


@st.fragment
def show(chosen: Chosen) -> None:
    """Reliability left, coverage right."""
    from fer.charts import calibration  # with Plotly, which only this section and two others need

    report = chosen.report
    temperature = chosen.run.card.correction(tta=report.tta, balance=report.balanced).temperature
    left, right = st.columns(2, gap="medium", vertical_alignment="bottom")
    with left:
        st.markdown(frame.plain(sentences.calibration_sentence(chosen.run, report)))
        figure = calibration.reliability_diagram(report, temperature)
        figures.show(figure, "evaluate-reliability", "Reliability diagram", height=HEIGHT)
    with right:
        threshold = st.slider("Minimum confidence", 0.0, 1.0, 0.6, 0.01, "percent", key="evaluate-threshold")
        sentence = sentences.coverage_sentence(report, threshold)
        st.markdown(sentence)
        figures.show(calibration.coverage_curves([report], threshold), "evaluate-coverage", sentence, height=HEIGHT)
