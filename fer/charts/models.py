"""Figure of all models: accuracy over speed."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from fer.charts import as_text, layout
from fer.inference.palette import GREY, MODELS
from fer.runs.leaderboard import INCLUDED, REFERENCE, YOURS, Entry

GROUPS = {  # name in the legend, marker; shapes distinguish them without colour; later ones lie on top
    REFERENCE: ("reference", {"color": GREY, "symbol": "circle-open", "size": 9, "line": {"width": 2}}),
    INCLUDED: ("included", {"color": MODELS[0], "symbol": "circle", "size": 11}),
    YOURS: ("yours", {"color": MODELS[1], "symbol": "diamond", "size": 12}),
}


TICKS = [scale * step for scale in (0.01, 0.1, 1, 10, 100) for step in (1, 2, 5)]  # milliseconds
CLOSE = 1.5  # a model that is less than this many times slower would be covered by a label on the right


def accuracy_over_time(entries: Sequence[Entry], about: Sequence[str]) -> go.Figure:
    """Accuracy with its 95% interval over milliseconds per face, one point per model; up and to the left is better.

    Args:
        entries: with accuracy and milliseconds, tested on the same images.
        about: the images, and where the time was measured.
    """
    figure = go.Figure()
    for group, (name, marker) in GROUPS.items():
        if found := [entry for entry in entries if entry.group == group]:
            figure.add_trace(_points(found, name, marker, named=group != REFERENCE))
    layout(figure, "Accuracy and speed", about, height=420)
    times = [entry.ms or 0.0 for entry in entries]
    ends = [math.log10(min(times) / CLOSE), math.log10(max(times) * CLOSE)]
    figure.update_xaxes(title="milliseconds per face", type="log", tickvals=TICKS, range=ends, fixedrange=True)
    return figure.update_yaxes(tickformat=".0%", fixedrange=True, nticks=7)


def _points(entries: Sequence[Entry], name: str, marker: dict, *, named: bool) -> go.Scatter:
    shares = [entry.accuracy or 0.0 for entry in entries]
    intervals = [entry.interval or (share, share) for entry, share in zip(entries, shares, strict=True)]
    times = [entry.ms or 0.0 for entry in entries]
    return go.Scatter(
        x=times,
        y=shares,
        error_y={
            "array": [high - share for share, (_, high) in zip(shares, intervals, strict=True)],
            "arrayminus": [share - low for share, (low, _) in zip(shares, intervals, strict=True)],
            "thickness": 1,
            "width": 0,
        },
        mode="markers+text" if named else "markers",
        text=[as_text(entry.id) for entry in entries],
        textposition=[_side(ms, times) for ms in times],
        marker=marker,
        name=name,
        customdata=[[*interval, entry.n] for interval, entry in zip(intervals, entries, strict=True)],
        hovertemplate=(
            "%{text}: %{y:.1%}<br>95% %{customdata[0]:.1%} to %{customdata[1]:.1%}, n = %{customdata[2]:,}<br>"
            "%{x:.2f} ms per face<extra></extra>"
        ),
    )


def _side(ms: float, times: Sequence[float]) -> str:
    """Where a point's label goes, so that it does not cover the next point."""
    return "middle left" if any(ms < other < CLOSE * ms for other in times) else "middle right"
