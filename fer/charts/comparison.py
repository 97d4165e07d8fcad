"""Figures that compare two models."""

from itertools import compress

import numpy as np
import plotly.graph_objects as go

from fer.charts import as_text, layout
from fer.evaluation.comparison import Comparison
from fer.evaluation.references import data_and_split, short_name
from fer.inference.palette import GREY, colors_of


def differences(comparison: Comparison, figure_name: str) -> go.Figure:
    """Per-class difference of precision, recall or f1, with paired 95% intervals."""
    tables = comparison.first.confusion, comparison.second.confusion
    is_known = tables[0].sum(axis=1) > 0  # undefined for a class without images
    if figure_name == "precision":  # and for one that a model never predicts
        is_known &= np.all([table.sum(axis=0) > 0 for table in tables], axis=0)
    value, low, high = (values[is_known] for values in comparison.per_class(figure_name))
    labels = [as_text(label) for label in compress(comparison.first.labels, is_known)]
    colors = list(compress(colors_of(comparison.first.labels), is_known))
    figure = go.Figure(
        go.Scatter(
            x=100 * value,
            y=labels,
            error_x={"array": 100 * (high - value), "arrayminus": 100 * (value - low), "color": GREY},
            mode="markers",
            marker={"color": colors, "size": 13},
            customdata=100 * np.stack([low, high], axis=1),
            hovertemplate=(
                "%{y}: %{x:+.1f} points, 95% interval %{customdata[0]:+.1f} to %{customdata[1]:+.1f}<extra></extra>"
            ),
        )
    )
    figure.add_vline(x=0, line_color=GREY, line_dash="dot")
    first, second = short_name(comparison.first), short_name(comparison.second)
    name = "F1" if figure_name == "f1" else figure_name
    about = f"{second}, minus {first}, on {data_and_split(comparison.first)}", f"n = {len(comparison.first):,}"
    layout(figure, f"Difference in {name} by class", about, height=max(420, 140 + 25 * len(labels)))
    figure.update_xaxes(title="difference, points")
    figure.update_yaxes(type="category", autorange="reversed")
    return figure.update_layout(showlegend=False)
