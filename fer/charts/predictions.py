"""Figures of one face's probabilities and of predictions on many faces."""

from collections.abc import Sequence

import plotly.graph_objects as go

from fer.charts import as_text, layout
from fer.inference.palette import colors_of
from fer.inference.prediction import Prediction


def count_bars(labels: Sequence[str], counts: Sequence[int], about: str) -> go.Figure:
    """Number of faces per predicted label, in the model's order."""
    names = [as_text(label) for label in labels]
    bars = go.Bar(
        x=list(counts), y=names, orientation="h", marker_color=colors_of(labels), text=list(counts), textangle=0
    )
    figure = layout(go.Figure(bars), "Faces by emotion", about, height=110 + 28 * len(names))
    figure.update_yaxes(autorange="reversed", type="category", fixedrange=True, showgrid=False)
    return figure.update_xaxes(
        fixedrange=True, rangemode="tozero", minallowed=0, tickformat="d", dtick=1 if max(counts) < 6 else None
    )


def probability_bars(prediction: Prediction) -> go.Figure:
    """One bar per label, in the model's order, with its percentage."""
    shares = [float(p) for p in prediction.probabilities]
    bars = go.Bar(
        x=shares,
        y=[as_text(label) for label in prediction.labels],
        orientation="h",
        marker_color=colors_of(prediction.labels),
        text=[f"{share:.1%}" for share in shares],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.2%}<extra></extra>",
    )
    figure = go.Figure(bars)
    # a full bar ends at the right margin, which leaves room for its percentage
    figure.update_xaxes(range=[0, 1], visible=False, fixedrange=True)
    figure.update_yaxes(type="category", autorange="reversed", fixedrange=True, ticks="")
    height = max(80, 10 + 30 * len(prediction.labels))
    figure.update_layout(height=height, margin={"l": 0, "r": 48, "t": 4, "b": 0}, bargap=0.25, showlegend=False)
    return figure
