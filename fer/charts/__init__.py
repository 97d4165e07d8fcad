"""Plotly figures; they draw what they are given and compute nothing."""

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go

from fer.inference.palette import colors_of
from fer.inference.prediction import Prediction


def as_text(text: str) -> str:
    """A name that people gave, so that Plotly takes nothing in it for markup."""
    return escape(text, quote=False)


def layout(figure: go.Figure, title: str, about: str, *, height: int) -> go.Figure:
    """Give a figure its title, below it what it was made from, and the margins that both need."""
    figure.update_layout(
        title={
            "text": as_text(title),
            "subtitle": {"text": as_text(about).replace(", n =", "<br>n ="), "font": {"size": 12}},
        },
        height=height,
        margin={"l": 8, "r": 12, "t": 92, "b": 8},
        hovermode="closest",
        legend={"orientation": "h", "yref": "container", "yanchor": "bottom", "y": 0, "x": 0},
    )
    figure.update_layout({"title_x": 0, "title_y": 0.98, "title_yanchor": "top", "title_font_size": 16})
    figure.update_xaxes(automargin=True, gridcolor="rgba(140,140,140,0.3)", zeroline=False)
    figure.update_yaxes(automargin=True, gridcolor="rgba(140,140,140,0.3)", zeroline=False)
    return figure


def count_bars(labels: Sequence[str], counts: Sequence[int], about: str) -> go.Figure:
    """How many faces were called by each label, in the model's order."""
    names = [as_text(label) for label in labels]
    bars = go.Bar(
        x=list(counts), y=names, orientation="h", marker_color=colors_of(labels), text=list(counts), textangle=0
    )
    figure = layout(go.Figure(bars), "Faces by emotion", about, height=110 + 28 * len(names))
    figure.update_yaxes(autorange="reversed", type="category", fixedrange=True, showgrid=False)
    return figure.update_xaxes(fixedrange=True)


def probability_bars(prediction: Prediction) -> go.Figure:
    """One bar a label, in the model's order, with its percentage written out."""
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
    # a full bar ends where the right margin begins, which has room for its percentage
    figure.update_xaxes(range=[0, 1], visible=False, fixedrange=True)
    figure.update_yaxes(type="category", autorange="reversed", fixedrange=True, ticks="")
    height = max(80, 10 + 30 * len(prediction.labels))
    figure.update_layout(height=height, margin={"l": 0, "r": 48, "t": 4, "b": 0}, bargap=0.25, showlegend=False)
    return figure
