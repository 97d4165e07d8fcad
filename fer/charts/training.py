"""Figures of a training run: learning curves, recall, learning rate and confusion matrix."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from fer.charts import as_text, layout
from fer.inference.palette import DASHES, GREY, MODELS, lines_of
from fer.runs.state import Epoch, Progress

PARTS = {"loss": ("loss", "val_loss"), "accuracy": ("accuracy", "val_accuracy")}


def learning_curves(
    part: str,
    history: Sequence[Epoch],
    about: str,
    *,
    running: Progress | None = None,
    best_epoch: int | None = None,
    behind: Mapping[str, Sequence[Epoch]] | None = None,
) -> go.Figure:
    """Training and validation curves over the epochs.

    Args:
        part: loss or accuracy.
        about: the run, its network and its data.
        running: the epoch in progress, drawn as a light line.
        best_epoch: the epoch to mark, from 0.
        behind: histories of other runs by name, whose validation curves are drawn as thin lines.
    """
    trained, judged = PARTS[part]
    figure, percent = go.Figure(), part == "accuracy"
    for i, (name, other) in enumerate((behind or {}).items()):
        color, dash = MODELS[(i + 2) % len(MODELS)], DASHES[(i + 1) % len(DASHES)]
        _add(figure, other, judged, f"{name}, validation", {"color": color, "dash": dash, "width": 1})
    _add(figure, history, judged, "validation", {"color": MODELS[0]})
    _add(figure, history, trained, "training", {"color": MODELS[1], "dash": "dash"})
    if running and running.trace:
        trace, column = running.trace, 1 if part == "loss" else 2
        figure.add_scatter(
            x=[running.epoch + (point[0] + 1) / running.batches for point in trace],
            y=[point[column] for point in trace],
            mode="lines",
            line={"color": MODELS[1], "width": 1},
            opacity=0.45,
            name="current epoch, by batch",
            hoverinfo="skip",
        )
    if best_epoch is not None and best_epoch < len(history):
        best = history[best_epoch]
        marker = {"color": MODELS[0], "size": 13, "symbol": "star"}
        figure.add_scatter(
            x=[best_epoch + 1], y=[getattr(best, judged)], mode="markers", marker=marker, name="best epoch"
        )
    layout(figure, part.capitalize(), about, height=380)
    figure.update_xaxes(title="epoch", rangemode="tozero")
    figure.update_yaxes(tickformat=".0%" if percent else None)
    return figure


def _add(figure: go.Figure, history: Sequence[Epoch], key: str, name: str, line: dict) -> None:
    figure.add_scatter(
        x=[epoch.epoch + 1 for epoch in history],
        y=[getattr(epoch, key) for epoch in history],
        mode="lines+markers" if len(history) < 30 else "lines",
        line=line,
        marker={"size": 5},
        name=name,
    )


def recall_curves(history: Sequence[Epoch], labels: Sequence[str], about: str) -> go.Figure:
    """Validation recall of each class over the epochs; shows classes that are never predicted."""
    figure = go.Figure()
    history = [epoch for epoch in history if epoch.val_recall]  # missing in the earliest runs
    for i, (label, line) in enumerate(zip(labels, lines_of(labels), strict=True)):
        figure.add_scatter(
            x=[epoch.epoch + 1 for epoch in history],
            y=[epoch.val_recall[i] for epoch in history],
            mode="lines+markers" if len(history) < 30 else "lines",
            line=line,
            marker={"size": 5},
            name=as_text(label),
        )
    layout(figure, "Recall, validation", about, height=380)
    figure.update_xaxes(title="epoch", rangemode="tozero")
    figure.update_yaxes(tickformat=".0%", range=[-0.02, 1.02])
    return figure


def rate_curve(history: Sequence[Epoch], about: str) -> go.Figure:
    """The learning rate at the end of each epoch."""
    figure = go.Figure()
    _add(figure, history, "learning_rate", "learning rate", {"color": GREY})
    layout(figure, "Learning rate", about, height=300)
    figure.update_xaxes(title="epoch", rangemode="tozero")
    return figure.update_layout(showlegend=False)


def validation_confusion(epoch: Epoch, labels: Sequence[str], about: str, *, dark: bool = False) -> go.Figure:
    """The confusion matrix of one epoch on the validation split, counts.

    Args:
        dark: whether it stands on a dark page.
    """
    names = [as_text(label) for label in labels]
    figure = go.Figure(
        go.Heatmap(
            z=epoch.val_confusion,
            x=names,
            y=names,
            colorscale=[(0, "#1C222B"), (1, "#5AA9E6")] if dark else "Blues",
            showscale=False,
            texttemplate="%{z}",
            xgap=1,
            ygap=1,
            hovertemplate="%{y} → %{x}: %{z}<extra></extra>",
        )
    )
    layout(figure, f"Confusion matrix, epoch {epoch.epoch + 1}, validation", about, height=380)
    figure.update_xaxes(title="predicted", type="category", showgrid=False)
    figure.update_yaxes(title="true", type="category", autorange="reversed", showgrid=False)
    return figure
