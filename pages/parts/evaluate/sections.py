"""The sections of the Evaluate page that look at one report."""

import streamlit as st

from fer.charts import calibration, reports
from fer.evaluation import references, sentences, tables
from pages.parts.evaluate import face_cards
from pages.parts.evaluate.choose_report import Chosen
from pages.parts.shared import figures, frame
from pages.parts.shared.report_tables import about, class_table, headline


def overview(chosen: Chosen) -> None:
    """Headline figures, and the strip of what others reach where that can be compared."""
    report = chosen.report
    headline(report)
    if caution := sentences.caution(report):
        st.warning(caution)
    if references.split_name(report) != "PrivateTest":
        st.info(
            "What others publish is not drawn beside this: their figures are on FER2013's PrivateTest, and a figure on "
            "other images cannot be compared with them."
        )
        return
    figures.show(reports.reference_strip(report), "evaluate-strip", "Accuracy of this model among published ones")
    with st.expander("Where these marks come from"):
        for mark in references.REFERENCES:
            st.markdown(f"- **{mark.name}**, {mark.accuracy:.1%}: {mark.note}. {mark.source}")
        st.caption(
            "Hollow marks are on other images or labels, for orientation only. Figures on other splits, re-split data "
            "or fewer classes are left out on purpose."
        )


@st.fragment
def confusion(chosen: Chosen) -> None:
    """The matrix; a click on a cell, or the two boxes below it, show the images in it."""
    report, labels = chosen.report, chosen.report.labels
    normalisation = st.segmented_control(
        "Cells show",
        reports.NORMALISATIONS,
        default="counts",
        required=True,
        format_func={"counts": "counts", "rows": "% of each label", "columns": "% of each answer"}.get,
        key="evaluate-normalisation",
        persist_state="session",
    )
    worst = "; ".join(sentences.worst_confusions(report))
    st.markdown(f"**The confusions that cost most:** {frame.plain(worst)}.")
    st.caption("Click a cell to see its images, or choose it in the boxes below.")
    figures.show(
        reports.confusion_matrix(report, normalisation),
        "evaluate-confusion",
        f"Confusion matrix: {worst}",
        on_select=_follow_click,
        selection_mode="points",
    )
    left, right = st.columns(2)
    labelled = left.selectbox("labelled", labels, index=None, key="evaluate-labelled", placeholder="a class")
    answered = right.selectbox("answered", labels, index=None, key="evaluate-answered", placeholder="a class")
    if not (labelled and answered):
        face_cards.fetch(
            chosen
        )  # while the reader looks at the matrix, so that the first click answers as fast as the next
    else:
        row, column = labels.index(labelled), labels.index(answered)
        sentence = sentences.confusion_sentence(report, row, column)
        st.header(frame.plain(sentence[0].upper() + sentence[1:]))
        st.caption(f"Most confident first. {about(report)}.")
        face_cards.show(chosen, tables.cell(report, row, column), f"evaluate-cell-{row}-{column}")


def _follow_click() -> None:
    """Put the clicked cell into the two boxes."""
    points = st.session_state["evaluate-confusion"].selection.points
    if points:
        st.session_state["evaluate-labelled"], st.session_state["evaluate-answered"] = points[0]["customdata"][1:]


def classes(chosen: Chosen) -> None:
    """Precision, recall, F1 and areas of every class, and the curves behind them."""
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
    """Whether its probabilities can be believed, and what is gained by answering only when sure."""
    report, temperature = chosen.report, chosen.run.card.temperature_of(tta=chosen.report.tta)
    st.markdown(frame.plain(sentences.calibration_sentence(chosen.run, report)))
    figures.show(calibration.reliability_diagram(report, temperature), "evaluate-reliability", "Reliability diagram")
    threshold = st.slider("Answer only from p =", 0.0, 1.0, 0.6, 0.01, key="evaluate-threshold")
    sentence = sentences.coverage_sentence(report, threshold)
    st.markdown(sentence)
    figures.show(calibration.coverage_curves([report], threshold), "evaluate-coverage", sentence)


@st.fragment
def mistakes(chosen: Chosen) -> None:
    """The most confident wrong answers, and what FER+'s taggers say of them."""
    report, wrong = chosen.report, tables.mistakes(chosen.report)
    st.markdown(f"**{len(wrong):,} of {len(report):,} answers are not the label.**")
    pictured = face_cards.fetch(chosen)
    if pictured and pictured.votes is not None:
        for sentence in sentences.sides_sentences(report, pictured.votes):
            st.markdown(f"- {sentence}")
        st.caption("Where a model is very sure and people side with it, the label is likely what is wrong.")
    elif not chosen.faces:
        st.caption("With FER+'s votes (`fer2013new.csv` beside the data) this says with whom ten taggers side.")
    st.caption(f"Most confident first. {about(report)}.")
    face_cards.show(chosen, wrong, "evaluate-mistakes")
