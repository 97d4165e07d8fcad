"""Plotly figures and the HTML report; they draw what they are given and compute nothing.

In: a `Report`, a history, probabilities. Out: a `plotly` figure with a title and a subtitle that names its data.
Open `reports.py` first; the shared layout is here.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what draws without Plotly need not wait for it
    import plotly.graph_objects as go


def as_text(text: str) -> str:
    """A user's name, escaped so that Plotly does not interpret it as markup."""
    return escape(text, quote=False)


def layout(figure: go.Figure, title: str, about: str | Sequence[str], *, height: int) -> go.Figure:
    """Give a figure its title, a subtitle that names its data, and margins for both.

    Args:
        about: one line or several. With the title they are also the figure's `meta`, unescaped, for file names.
    """
    lines = [about] if isinstance(about, str) else list(about)
    subtitle = "<br>".join(map(as_text, lines))
    figure.update_layout(
        title={"text": as_text(title), "subtitle": {"text": subtitle, "font": {"size": 12}}},
        meta=[title, *lines],
        height=height,
        margin={"l": 20, "r": 12, "t": 92, "b": 8},  # a saved file may have a wider font than the page
        hovermode="closest",
        legend={"orientation": "h", "yref": "container", "yanchor": "bottom", "y": 0, "x": 0},
    )
    figure.update_layout({"title_x": 0, "title_y": 0.98, "title_yanchor": "top", "title_font_size": 16})
    axes = {"automargin": True, "gridcolor": "rgba(140,140,140,0.3)", "zeroline": False, "fixedrange": True}
    figure.update_xaxes(axes)
    figure.update_yaxes(axes)
    return figure
