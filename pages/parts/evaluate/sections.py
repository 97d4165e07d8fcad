"""The sections of the Evaluate page about one report."""

import streamlit as st

from fer.charts import calibration, reports
from fer.evaluation import references, sentences, tables
from pages.parts.evaluate import face_cards
from pages.parts.evaluate.choose_report import Chosen
from pages.parts.shared import figures, frame
from pages.parts.shared.report_tables import about, class_table, headline


def overview(chosen: Chosen) -> None:
    """Headline figures and, where comparable, the strip of published results."""
    report = chosen.report
    headline(report)
    if caution := sentences.caution(report):
        st.warning(caution)
    if references.split_name(report) != "PrivateTest":
        st.info(
            "Published results are not shown here: they are on FER2013's PrivateTest and cannot be compared with "
            "results on other images."
        )
        return
    figures.show(reports.reference_strip(report), "evaluate-strip", "Accuracy of this model among published results")
    with st.expander("Sources"):
        for mark in references.REFERENCES:
            st.markdown(f"- **{mark.name}**, {mark.accuracy:.1%}: {mark.note}. {mark.source}")
        st.caption(
            "Hollow marks are on other images or labels, for orientation only. Results on other splits, re-split data "
            "or fewer classes are left out."
        )


@st.fragment
def confusion(chosen: Chosen) -> None:
    """The matrix; clicking a cell, or choosing it in the boxes below, shows its images."""
    report, labels = chosen.report, chosen.report.labels
    normalisation = st.segmented_control(
        "Cells",
        reports.NORMALISATIONS,
        default="counts",
        required=True,
        format_func={"counts": "Counts", "rows": "% of true class", "columns": "% of predicted class"}.__getitem__,
        key="evaluate-normalisation",
        persist_state="session",
    )
    worst = "; ".join(sentences.worst_confusions(report))
    st.markdown(f"**Most frequent confusions:** {frame.plain(worst)}.")
    st.caption("Click a cell to see its images, or choose it below.")
    figures.show(
        reports.confusion_matrix(report, normalisation),
        "evaluate-confusion",
        f"Confusion matrix: {worst}",
        on_select=_follow_click,
        selection_mode="points",
    )
    left, right = st.columns(2)
    true = left.selectbox("True", labels, index=None, key="evaluate-true", placeholder="A class")
    predicted = right.selectbox("Predicted", labels, index=None, key="evaluate-predicted", placeholder="A class")
    if not (true and predicted):
        face_cards.fetch(chosen)  # in advance, so that the first click is as fast as the next
    else:
        row, column = labels.index(true), labels.index(predicted)
        sentence = sentences.confusion_sentence(report, row, column)
        st.header(frame.plain(sentence[0].upper() + sentence[1:]))
        st.caption(f"Most confident first. {about(report)}.")
        face_cards.show(chosen, tables.cell(report, row, column), f"evaluate-cell-{row}-{column}")


def _follow_click() -> None:
    """Select the clicked cell in the two boxes."""
    points = st.session_state["evaluate-confusion"].selection.points
    if points:
        st.session_state["evaluate-true"], st.session_state["evaluate-predicted"] = points[0]["customdata"][1:]


def classes(chosen: Chosen) -> None:
    """Precision, recall and F1 of every class, and the curves behind them."""
    report = chosen.report
    table = class_table(report, "evaluate-classes")
    figures.show(
        reports.precision_recall_curves([report]), "evaluate-precision-recall", _areas(table, "average precision")
    )
    figures.show(reports.roc_curves([report]), "evaluate-roc", _areas(table, "ROC area"))


def _areas(table, column: str) -> str:
    return f"{column}: " + ", ".join(f"{row['class']} {row[column]:.3f}" for _, row in table.iterrows())


@st.fragment
def certain(chosen: Chosen) -> None:
    """How far the probabilities can be trusted, and the accuracy when only confident predictions count."""
    report, temperature = chosen.report, chosen.run.card.temperature_of(tta=chosen.report.tta)
    st.markdown(frame.plain(sentences.calibration_sentence(chosen.run, report)))
    figures.show(calibration.reliability_diagram(report, temperature), "evaluate-reliability", "Reliability diagram")
    threshold = st.slider("Minimum confidence", 0.0, 1.0, 0.6, 0.01, key="evaluate-threshold")
    sentence = sentences.coverage_sentence(report, threshold)
    st.markdown(sentence)
    figures.show(calibration.coverage_curves([report], threshold), "evaluate-coverage", sentence)


@st.fragment
def mistakes(chosen: Chosen) -> None:
    """The most confident errors, and how FER+'s annotators voted on them."""
    report, wrong = chosen.report, tables.mistakes(chosen.report)
    st.markdown(f"**{len(wrong):,} of {len(report):,} predictions are wrong.**")
    images = face_cards.fetch(chosen)
    if images and images.votes is not None:
        for sentence in sentences.sides_sentences(report, images.votes):
            st.markdown(f"- {sentence}")
        st.caption("Where a confident model and the annotators agree, the label is probably wrong.")
    elif not chosen.faces:
        st.caption(
            "With the FER+ votes (`fer2013new.csv` beside the data), this section shows how ten annotators voted."
        )
    st.caption(f"Most confident first. {about(report)}.")
    face_cards.show(chosen, wrong, "evaluate-mistakes")
