"""Classes: recall, precision and F1 of every class, and images that the model gets right and wrong."""

import streamlit as st

from fer.evaluation import tables
from fer.evaluation.report import Report
from pages.parts.evaluate import face_cards
from pages.parts.evaluate.chosen import Chosen, fetch
from pages.parts.shared import figures, frame
from pages.parts.shared.report_tables import class_table

VIEWS = ("Bars", "Table", "Precision and recall", "ROC")
A_ROW = 4  # thumbnails


@st.fragment
def show(chosen: Chosen) -> None:
    """The figures left, images of one class right."""
    left, right = st.columns([7, 5], gap="medium")
    with left:
        view = st.segmented_control(
            "View",
            VIEWS,
            default="Bars",
            required=True,
            key="evaluate-classes-view",
            persist_state="session",
            label_visibility="collapsed",
        )
        _figure(chosen.report, view)
    with right:
        _images(chosen)


def _figure(report: Report, view: str | None) -> None:
    from fer.charts import reports  # with Plotly, which only this section and two others need

    table = tables.classes(report)
    if view == "Table":
        class_table(report, "evaluate-classes")
    elif view == "ROC":
        figures.show(reports.roc_curves([report]), "evaluate-roc", _listed(table, "ROC area"), height=480)
    elif view == "Precision and recall":
        figure = reports.precision_recall_curves([report])
        figures.show(figure, "evaluate-precision-recall", _listed(table, "average precision"), height=480)
    else:
        figures.show(reports.class_bars(report), "evaluate-class-bars", _listed(table, "f1"))


def _images(chosen: Chosen) -> None:
    """Right and wrong answers on one class, most confident first; at first the one with the lowest recall."""
    report, labels = chosen.report, chosen.report.labels
    support, recall = report.per_class["support"], report.per_class["recall"]
    worst = min(range(len(labels)), key=lambda place: recall[place] if support[place] else 2)
    label = st.selectbox("Images of class", labels, index=worst, key="evaluate-class")
    place = labels.index(label)
    mine = report.targets == place
    if not fetch(chosen):
        reason = face_cards.missing(report.dataset)
        st.info(f"{reason} *Errors* lists their row numbers.", icon=":material/image_not_supported:")
        return
    for name, kept in (("right", mine & report.right), ("wrong", mine & ~report.right)):
        st.markdown(f"**{frame.plain(label)}, {name}:** {kept.sum():,} of {mine.sum():,}")
        face_cards.thumbnails(chosen, tables.most_confident_first(report, kept)[:A_ROW], named=name == "right")


def _listed(table, column: str) -> str:
    return f"{column}: " + ", ".join(f"{row['class']} {row[column]:.3f}" for _, row in table.iterrows())
