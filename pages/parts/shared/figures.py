"""How every figure of the page is shown."""

import re

import plotly.graph_objects as go
import streamlit as st

FORMAT = "evaluate-figure-format"  # of the pictures that a figure's own toolbar saves


def show(figure: go.Figure, name: str, alt: str, **options):
    """Draw a figure whose toolbar saves it as the chosen kind of picture. Returns what st.plotly_chart does.

    Args:
        name: the widget's key; the saved file is named after the figure's title and what it was made from.
        alt: the figure in words.
    """
    file = re.sub(r"\W+", "-", " ".join(figure.layout.meta)).strip("-")
    save = {"format": st.session_state.get(FORMAT) or "png", "filename": file, "scale": 2}
    config = {"displaylogo": False, "displayModeBar": True, "toImageButtonOptions": save}
    return st.plotly_chart(figure, key=name, alt=alt, config=config, **options)
