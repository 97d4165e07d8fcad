"""Plotly figures; they draw what they are given and compute nothing."""

import plotly.graph_objects as go

from fer.faces import Prediction

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


def probability_bars(prediction: Prediction) -> go.Figure:
    """One bar a label, in the model's order, with its percentage written out."""
    shares = [float(p) for p in prediction.probabilities]
    bars = go.Bar(
        x=shares,
        y=list(prediction.labels),
        orientation="h",
        marker_color=[COLORS.get(label, "#8C8C8C") for label in prediction.labels],
        text=[f"{share:.1%}" for share in shares],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.2%}<extra></extra>",
    )
    figure = go.Figure(bars)
    # a full bar ends where the right margin begins, which has room for its percentage
    figure.update_xaxes(range=[0, 1], visible=False, fixedrange=True)
    figure.update_yaxes(autorange="reversed", fixedrange=True, ticks="")
    figure.update_layout(height=220, margin={"l": 0, "r": 48, "t": 4, "b": 0}, bargap=0.25, showlegend=False)
    return figure
