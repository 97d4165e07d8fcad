"""Figure of one face's probabilities over time."""

from collections.abc import Sequence

import plotly.graph_objects as go

from fer.charts import as_text, layout
from fer.inference.palette import lines_of
from fer.video.observations import Reading, labels_of

MOST_POINTS = 600  # per line; a screen resolves no more


def timeline(readings: Sequence[Reading], about: str | Sequence[str]) -> go.Figure:
    """The smoothed probabilities of one face over time.

    Args:
        readings: of one face, oldest first; thinned to what a screen resolves. A line has a gap where another model
            answered, which does not have its class.
        about: the face and the source.
    """
    labels = labels_of(readings)
    shown = readings[:: -(-len(readings) // MOST_POINTS) or 1]
    figure = go.Figure()
    for label, line in zip(labels, lines_of(labels), strict=True):
        figure.add_scatter(
            x=[reading.time for reading in shown],
            y=[reading.probability(label) if label in reading.labels else None for reading in shown],
            mode="lines" if len(shown) > 1 else "markers",
            line=line,
            name=as_text(label),
        )
    layout(figure, "Probabilities over time", about, height=360)
    figure.update_xaxes(title="seconds")
    figure.update_yaxes(tickformat=".0%", range=[-0.02, 1.02])
    return figure
