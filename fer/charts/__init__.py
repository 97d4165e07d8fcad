"""Plotly figures; they draw what they are given and compute nothing."""

from collections.abc import Sequence
from html import escape
from itertools import cycle

import plotly.graph_objects as go

from fer.faces.crop import Prediction

# Okabe & Ito's palette (https://jfly.uni-koeln.de/color/), which colour-blind people can tell apart, on light and dark
COLORS = {
    "angry": "#D55E00",
    "disgust": "#009E73",
    "fear": "#CC79A7",
    "happy": "#E69F00",
    "sad": "#0072B2",
    "surprise": "#56B4E9",
    "neutral": "#8C8C8C",
}


GREY = "#8C8C8C"  # marks that are no emotion and no model; seen on light and on dark
MODELS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")  # of the same palette, one a model
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")  # tell models apart without colours


def colors_of(labels: Sequence[str]) -> list[str]:
    """A colour for each class of a model, the same in every figure: an emotion's own, and for others in turn those that
    the emotions among them leave free; of more than six others some share one."""
    free = [color for color in MODELS if color not in {COLORS.get(label) for label in labels}] or MODELS
    others = [label for label in labels if label not in COLORS]
    turns = dict(zip(others, cycle(free), strict=False))
    return [COLORS.get(label) or turns[label] for label in labels]


def color_map(labels: Sequence[str]) -> dict[str, str]:
    """`colors_of` by label."""
    return dict(zip(labels, colors_of(labels), strict=True))


def lines_of(labels: Sequence[str]) -> list[dict[str, str]]:
    """A line for each class: its colour, and a dash of its own where classes share one."""
    colors = colors_of(labels)
    return [{"color": color, "dash": DASHES[colors[:i].count(color)]} for i, color in enumerate(colors)]


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
