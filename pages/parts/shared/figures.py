"""Shows a figure, with a toolbar that saves it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:  # pages that draw nothing yet need not wait for it
    import plotly.graph_objects as go

PALE = "#5B6270"  # 6:1 on white
FORMAT = "evaluate-figure-format"  # of the image that a figure's toolbar saves


def show(figure: go.Figure, name: str, alt: str, **options):
    """Show a figure whose toolbar saves it in the chosen format. Returns what st.plotly_chart returns.

    Args:
        name: the widget's key; the saved file is named after the figure's title and data.
        alt: the figure in words.
    """
    dark = st.context.theme.type == "dark"
    if not dark:  # the theme's grey is too pale for small text
        axes = {"tickfont_color": PALE, "title_font_color": PALE}
        figure.update_xaxes(axes).update_yaxes(axes).update_layout(title_subtitle_font_color=PALE)
    figure.update_traces(error_y_color="white" if dark else "black", selector={"type": "bar"})
    meta = figure.layout.meta  # pyright: ignore[reportAttributeAccessIssue]  # Plotly makes layout's attributes at run time
    file = re.sub(r"\W+", "-", " ".join(meta)).strip("-")
    save = {"format": st.session_state.get(FORMAT) or "png", "filename": file, "scale": 2}
    config = {"displaylogo": False, "displayModeBar": True, "toImageButtonOptions": save}
    return st.plotly_chart(figure, key=name, alt=alt, config=config, **options)
