"""Figures of calibration: reliability and coverage."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from fer.charts import layout
from fer.charts.reports import POINTS
from fer.evaluation import calibration
from fer.evaluation.references import about_lines, short_name
from fer.evaluation.report import Report
from fer.inference.palette import DASHES, GREY, MODELS


def reliability_diagram(report: Report, temperature: float | None) -> go.Figure:
    """Accuracy over confidence in 15 bins, before and (given a temperature) after scaling; marker area shows counts."""
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": GREY, "dash": "dot"},
        name="perfect",
        hoverinfo="skip",
    )
    shown = [("before scaling", report, MODELS[0], "circle")]
    if temperature is not None:
        shown.append((f"at temperature {temperature:.2f}", report.at_temperature(temperature), MODELS[1], "diamond"))
    for name, part, color, symbol in shown:
        bins = calibration.reliability(part.confidence, part.right)
        figure.add_scatter(
            x=bins.confidence,
            y=bins.accuracy,
            error_y={
                "array": bins.high - bins.accuracy,
                "arrayminus": bins.accuracy - bins.low,
                "thickness": 1,
                "color": color,
            },
            mode="markers",
            marker={"color": color, "symbol": symbol, "size": 6 + 18 * np.sqrt(bins.count / len(report))},
            name=f"{name}: ECE {bins.expected_error:.1%}",
            customdata=bins.count,
            hovertemplate="confidence %{x:.1%}, accuracy %{y:.1%}, %{customdata:,} faces<extra></extra>",
        )
    layout(figure, "Reliability", about_lines([report]), height=520)
    figure.update_xaxes(
        title="confidence",
        range=[0, 1.03],
        dtick=0.2,
        tickformat=".0%",
    )
    figure.update_yaxes(title="accuracy", range=[0, 1.03], dtick=0.2, tickformat=".0%")
    return figure


def coverage_curves(reports: Sequence[Report], threshold: float | None = None) -> go.Figure:
    """Accuracy over coverage when only the most confident predictions are kept.

    Args:
        threshold: a confidence to mark on the first report's curve.
    """
    figure = go.Figure()
    for i, report in enumerate(reports):
        confidence, coverage, accuracy = calibration.coverage_curve(report.confidence, report.right)
        shown = np.unique(np.linspace(0, len(coverage) - 1, POINTS).round().astype(int))
        figure.add_scatter(
            x=coverage[shown],
            y=accuracy[shown],
            mode="lines",
            line={"color": MODELS[i % len(MODELS)], "dash": DASHES[i % len(DASHES)]},
            name=short_name(report),
            customdata=confidence[shown],
            hovertemplate="confidence %{customdata:.0%} or more: coverage %{x:.1%}, accuracy %{y:.1%}<extra></extra>",
        )
    if threshold is not None and (given := reports[0].confidence >= threshold).any():
        figure.add_scatter(
            x=[given.mean()],
            y=[reports[0].right[given].mean()],
            mode="markers",
            marker={"color": MODELS[1], "size": 13, "symbol": "diamond"},
            name=f"confidence {threshold:.0%}",
            hoverinfo="skip",
        )
    layout(figure, "Accuracy by coverage", about_lines(reports), height=480)
    figure.update_xaxes(title="coverage", range=[0, 1.03], dtick=0.2, tickformat=".0%")
    lowest = min(report.accuracy for report in reports)
    figure.update_yaxes(title="accuracy", range=[max(lowest - 0.1, -0.03), 1.03], tickformat=".0%")
    return figure
