"""Export a report as data or one HTML document, and choose the format in which figures are saved."""

import numpy as np
import streamlit as st

from fer.charts import document
from fer.evaluation import tables
from fer.evaluation.report import Report
from pages.parts.evaluate import face_cards
from pages.parts.evaluate.choose_report import Chosen
from pages.parts.shared.csv_file import csv_file
from pages.parts.shared.figures import FORMAT


def show(chosen: Chosen) -> None:
    """The downloads, the figure format, and the command for the HTML report."""
    report, run = chosen.report, chosen.run
    name = f"{report.model}-{report.dataset}-{report.split}{'-tta' if report.tta else ''}"
    st.markdown("These files contain everything that this page shows.")
    with st.container(horizontal=True):
        for label, make, suffix, mime, icon in (
            ("Report (HTML)", lambda: document.render(run, report, chosen.faces), "html", "text/html", "article"),
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
            )
    st.segmented_control(
        "Figure format",
        ["png", "svg"],
        default="png",
        required=True,
        format_func=str.upper,
        key=FORMAT,
        persist_state="session",
        help="The camera icon at the top right of a figure saves it.",
    )
    if not chosen.faces:
        options = f"--data {report.dataset} --split {report.split}{' --tta' if report.tta else ''}"
        st.markdown("The HTML report on the command line:")
        st.code(f"python -m fer report --model {run.id} {options} --out report.html", language=None, wrap_lines=True)


def _predictions(chosen: Chosen) -> str:
    positions = np.arange(len(chosen.report))
    return csv_file(tables.answers(chosen.report, positions, face_cards.fetch(chosen)))


def _confusion(report: Report) -> str:
    import pandas as pd

    return csv_file(pd.DataFrame(report.confusion, index=report.labels, columns=report.labels), index_label="true")
