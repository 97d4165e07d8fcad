"""Figure of robustness: accuracy on changed images."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fer.charts import as_text, layout
from fer.inference.palette import DASHES, MODELS
from fer.system.text import capital

COLUMNS = 2  # panels side by side; still readable at 390 pixels
ROW = 230  # pixels
GAP = 0.06  # between panels, as a share of the width


def accuracy_falls(measured: Mapping[str, dict], about: Sequence[str]) -> go.Figure:
    """Accuracy over strength, one panel per kind and one line per model.

    Args:
        measured: `Run.robustness` by run name, all on the same images.
        about: the images and the inference mode, in lines.
    """
    kinds = next(iter(measured.values()))["kinds"]
    titles = [f"<b>{capital(kind)}</b> ({change['unit']})" for kind, change in kinds.items()]
    rows = -(-len(kinds) // COLUMNS)
    figure = make_subplots(
        rows,
        COLUMNS,
        shared_yaxes="all",  # pyright: ignore[reportArgumentType] # Plotly's stub knows only bool
        subplot_titles=titles,
        vertical_spacing=0.36 / rows,
        horizontal_spacing=GAP,
    )
    for i, (name, result) in enumerate(measured.items()):
        line = {"color": MODELS[i % len(MODELS)], "dash": DASHES[i % len(DASHES)]}
        for place, (kind, change) in enumerate(result["kinds"].items()):
            trace = _line(name, kind, change, result["n"]).update(line=line, showlegend=not place, legendgroup=name)
            figure.add_trace(trace, place // COLUMNS + 1, place % COLUMNS + 1)
    layout(figure, "Accuracy on changed images", about, height=150 + ROW * rows).update_layout(margin_t=112)
    figure.update_xaxes(nticks=6)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    for place, change in enumerate(kinds.values()):
        if _is_downward(change["points"]):  # the strongest change is always on the right
            figure.update_xaxes(autorange="reversed", row=place // COLUMNS + 1, col=place % COLUMNS + 1)
    for place, title in enumerate(figure.layout.annotations):  # at the left of its panel, not between two
        title.update(x=place % COLUMNS * (1 + GAP) / COLUMNS, xanchor="left")
    return figure.update_annotations(font_size=13)


def _is_downward(points: list[dict]) -> bool:
    return points[0]["strength"] > points[-1]["strength"]


def _line(name: str, kind: str, change: dict, n: int) -> go.Scatter:
    """One model's accuracy over the strengths of one kind, with intervals."""
    points = change["points"]
    shares, intervals = [point["accuracy"] for point in points], [point["interval"] for point in points]
    return go.Scatter(
        x=[point["strength"] for point in points],
        y=shares,
        error_y={
            "array": [high - share for share, (_, high) in zip(shares, intervals, strict=True)],
            "arrayminus": [share - low for share, (low, _) in zip(shares, intervals, strict=True)],
            "thickness": 1,
            "width": 2,
        },
        mode="lines+markers",
        marker={"size": 5},
        name=as_text(name),
        customdata=[[*interval, 100 * point["change"]] for interval, point in zip(intervals, points, strict=True)],
        hovertemplate=(
            f"{as_text(name)}, {kind} %{{x}} {change['unit']}: %{{y:.1%}}<br>95% interval %{{customdata[0]:.1%}} to "
            f"%{{customdata[1]:.1%}}, n = {n:,}<br>%{{customdata[2]:+.1f}} points vs. unchanged images<extra></extra>"
        ),
    )
