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
MARGIN = 1.5  # the axis ends at this many times more and less than the slowest and the fastest model
WIDTH, HEIGHT = 400, 260  # pixels of the plot on a wide screen, for which labels are placed
LETTER, LINE, POINT = 7, 14, 8  # pixels of a label's letter and height, and from a point's centre to its label
SIDES = ("middle right", "middle left", "top right", "bottom right", "top left", "bottom left")  # the best first


def accuracy_over_time(entries: Sequence[Entry], about: Sequence[str]) -> go.Figure:
    """Accuracy with its 95% interval over milliseconds per face, one point per model; up and to the left is better.

    Args:
        entries: with accuracy and milliseconds, tested on the same images.
        about: the images, and where the time was measured.
    """
    figure, sides = go.Figure(), _sides(entries)
    for group, (name, marker) in GROUPS.items():
        if found := [entry for entry in entries if entry.group == group]:
            figure.add_trace(_points(found, name, marker, sides))
    layout(figure, "Accuracy and speed", about, height=420)
    times = [entry.ms or 0.0 for entry in entries]
    ends = [math.log10(min(times) / MARGIN), math.log10(max(times) * MARGIN)]
    figure.update_xaxes(title="milliseconds per face", type="log", tickvals=TICKS, range=ends)
    return figure.update_yaxes(title="accuracy", tickformat=".0%", nticks=7)


def _points(entries: Sequence[Entry], name: str, marker: dict, sides: dict[str, str]) -> go.Scatter:
    shares = [entry.accuracy or 0.0 for entry in entries]
    intervals = [entry.interval or (share, share) for entry, share in zip(entries, shares, strict=True)]
    return go.Scatter(
        x=[entry.ms or 0.0 for entry in entries],
        y=shares,
        error_y={
            "array": [high - share for share, (_, high) in zip(shares, intervals, strict=True)],
            "arrayminus": [share - low for share, (low, _) in zip(shares, intervals, strict=True)],
            "thickness": 1,
            "width": 0,
        },
        mode="markers+text",
        text=[as_text(entry.id) if entry.id in sides else "" for entry in entries],
        textposition=[sides.get(entry.id, SIDES[0]) for entry in entries],
        marker=marker,
        name=name,
        customdata=[
            [*interval, entry.n, as_text(entry.id)] for interval, entry in zip(intervals, entries, strict=True)
        ],
        hovertemplate=(
            "%{customdata[3]}: %{y:.1%}<br>95% interval %{customdata[0]:.1%} to %{customdata[1]:.1%}, "
            "n = %{customdata[2]:,}<br>%{x:.2f} ms per face<extra></extra>"
        ),
    )


def _sides(entries: Sequence[Entry]) -> dict[str, str]:
    """On which side of its point each label covers nothing; without those that have no such side, and references."""
    times, shares = [math.log(entry.ms or 1.0) for entry in entries], [entry.accuracy or 0.0 for entry in entries]
    bounds = [bound for entry in entries for bound in entry.interval or (entry.accuracy or 0.0,)]
    across = WIDTH / (max(times) - min(times) + 2 * math.log(MARGIN))
    up = HEIGHT / max(max(bounds) - min(bounds), 0.01)
    start = min(times) - math.log(MARGIN)
    points = [((time - start) * across, share * up) for time, share in zip(times, shares, strict=True)]
    sides, taken = {}, [(x - POINT, y - POINT, x + POINT, y + POINT) for x, y in points]
    for entry, (x, y) in zip(entries, points, strict=True):
        for side in SIDES if entry.group != REFERENCE else ():
            level, direction = side.split()
            left = x + POINT if direction == "right" else x - POINT - LETTER * len(entry.id)
            low = y + {"top": POINT, "middle": -LINE / 2, "bottom": -POINT - LINE}[level]
            box = (left, low, left + LETTER * len(entry.id), low + LINE)
            if box[0] >= 0 and box[2] <= WIDTH and not any(_overlap(box, other) for other in taken):
                sides[entry.id] = side
                taken.append(box)
                break
    return sides


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two boxes, each left, low, right and high, share more than an edge."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
