"""The Export menu: a report as data or one HTML document, and the format in which figures are saved."""

import numpy as np
import streamlit as st

from fer.evaluation import references, tables
from fer.evaluation.report import Report
from pages.parts.evaluate.chosen import Chosen, fetch
from pages.parts.evaluate.errors import NORMALISATION
from pages.parts.shared import figures
from pages.parts.shared.csv_file import csv_file
from pages.parts.shared.figures import FORMAT

MENU = "evaluate-export"
MATRIX = "Confusion matrix (figure)"
FIGURES = (MATRIX, "Published results (figure)")


def menu(chosen: Chosen) -> None:
    """The downloads, the figure format, and the command for the HTML report."""
    report = chosen.report
    name = f"{report.model}-{report.dataset}-{report.split}{'-tta' if report.tta else ''}"
    with st.popover("Export", icon=":material/download:", key=MENU, on_change="rerun"):
        for label, make, suffix, mime, icon in (
            ("Report (HTML)", lambda: _document(chosen), "html", "text/html", "article"),
            ("Report (JSON)", report.to_json, "json", "application/json", "data_object"),
            ("All predictions (CSV)", lambda: _predictions(chosen), "csv", "text/csv", "table"),
            ("Classes (CSV)", lambda: csv_file(tables.classes(report)), "classes.csv", "text/csv", "table"),
            ("Confusion matrix (CSV)", lambda: _confusion(report), "confusion.csv", "text/csv", "grid_on"),
        ):
            st.download_button(
                label,
                make,
                f"{name}.{suffix}",
                mime,
                key=f"evaluate-take-{suffix}",
                on_click="ignore",
                icon=f":material/{icon}:",
                type="tertiary",
            )
        for kind in FIGURES if references.is_comparable(report) else [MATRIX]:
            key, icon = f"evaluate-take-{kind}", ":material/photo_camera:"
            if st.button(kind, key=key, icon=icon, type="tertiary", on_click=_close):
                _show(report, kind)
        st.segmented_control(
            "Save figures as",
            ["png", "svg"],
            default="png",
            required=True,
            format_func=str.upper,
            key=FORMAT,
            persist_state="session",
            help="The camera icon at the top right of a figure saves it.",
        )
        if not chosen.photos:
            options = f"--data {report.dataset} --split {report.split}{' --tta' if report.tta else ''}"
            st.caption("The HTML report on the command line:")
            command = f"python -m fer report --model {chosen.run.id} {options} --out report.html"
            st.code(command, language=None, wrap_lines=True)


def _close() -> None:
    st.session_state[MENU] = False  # it would cover the figure on a phone


@st.dialog("Save a figure", width="large")
def _show(report: Report, kind: str) -> None:
    """What the page draws without Plotly, as a figure that can be saved."""
    from fer.charts import reports  # with Plotly

    st.caption("The camera icon saves it." + ("" if kind == MATRIX else " Hollow: other images or labels."))
    if kind == MATRIX:
        figure = reports.confusion_matrix(report, st.session_state.get(NORMALISATION) or "counts")
    else:
        figure = reports.reference_strip(report)
    figures.show(figure, "evaluate-taken", kind)


def _document(chosen: Chosen) -> str:
    from fer.charts import document  # with all of Plotly

    return document.render(chosen.run, chosen.report, chosen.photos.faces if chosen.photos else None)


def _predictions(chosen: Chosen) -> str:
    return csv_file(tables.answers(chosen.report, np.arange(len(chosen.report)), fetch(chosen)))


def _confusion(report: Report) -> str:
    import pandas as pd

    return csv_file(pd.DataFrame(report.confusion, index=report.labels, columns=report.labels), index_label="true")
