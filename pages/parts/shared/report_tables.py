"""A report's headline figures and its table of classes."""

from math import isnan

import pandas as pd
import streamlit as st

from fer.evaluation import references, tables
from fer.evaluation.headline import headline as figures_of
from fer.evaluation.numbers import interval, written
from fer.evaluation.report import Report
from pages.parts.shared import frame
from pages.parts.shared.csv_file import show_table


def headline(report: Report) -> None:
    """Accuracy and the other headline figures, each with its interval."""
    found = figures_of(report)
    for start in range(0, len(found), 3):
        for column, figure in zip(st.columns(3), found[start : start + 3], strict=False):
            with column.container(border=True, height="stretch"):
                st.metric(figure.name, written(figure.value, figure.kind))
                st.caption(f"{interval(figure.low, figure.high, figure.kind)}; {figure.why}")
    st.caption(f"{about(report)}. Intervals: Wilson for shares, normal for the log-loss, else bootstrap.")


def about(report: Report) -> str:
    return frame.plain(references.about(report))


def class_table(report: Report, key: str) -> pd.DataFrame:
    """Precision, recall, F1 and support of every class, as a table. Returns the data behind it."""
    table = tables.classes(report)
    shown = table.filter(["class", "support"])
    for name in ("precision", "recall", "f1"):
        shown[name] = 100 * table[name]
        ends = zip(table[f"{name} low"], table[f"{name} high"], strict=True)
        shown[f"{name}, 95%"] = ["–" if isnan(low) else f"{100 * low:.0f} to {100 * high:.0f}" for low, high in ends]
    bar = {"format": "%.1f%%", "min_value": 0, "max_value": 100, "width": "small"}
    show_table(
        shown,
        hide_index=True,
        key=key,
        alt="Precision, recall, F1 and support of every class",
        column_config={
            **{name: st.column_config.ProgressColumn(**bar) for name in ("precision", "recall")},
            "f1": st.column_config.ProgressColumn("F1", **bar),
            "f1, 95%": st.column_config.TextColumn("F1, 95%"),
        },
    )
    st.caption(f"{about(report)}. Click a column heading to sort. Support: images with that label.")
    return table
