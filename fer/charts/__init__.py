"""Plotly figures and the HTML report; they draw what they are given and compute nothing.

In: a `Report`, a history, probabilities. Out: a `plotly` figure with a title and what it was made from.
Open `reports.py` first; the layout that all figures share is here.
"""

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go


def as_text(text: str) -> str:
    """A name that people gave, so that Plotly takes nothing in it for markup."""
    return escape(text, quote=False)


def layout(figure: go.Figure, title: str, about: str | Sequence[str], *, height: int) -> go.Figure:
    """Give a figure its title, below it what it was made from, and the margins that both need.

    Args:
        about: one line or several. They and the title are also the figure's `meta`, as they came, to name files after.
    """
    lines = [about] if isinstance(about, str) else list(about)
    subtitle = "<br>".join(map(as_text, lines))
    figure.update_layout(
        title={"text": as_text(title), "subtitle": {"text": subtitle, "font": {"size": 12}}},
        meta=[title, *lines],
        height=height,
        margin={"l": 8, "r": 12, "t": 92, "b": 8},
        hovermode="closest",
        legend={"orientation": "h", "yref": "container", "yanchor": "bottom", "y": 0, "x": 0},
    )
    figure.update_layout({"title_x": 0, "title_y": 0.98, "title_yanchor": "top", "title_font_size": 16})
    figure.update_xaxes(automargin=True, gridcolor="rgba(140,140,140,0.3)", zeroline=False)
    figure.update_yaxes(automargin=True, gridcolor="rgba(140,140,140,0.3)", zeroline=False)
    return figure
