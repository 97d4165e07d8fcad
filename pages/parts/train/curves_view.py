"""Learning curves as SVG, drawn over the whole run from its first batch on; light enough to redraw every second."""

from collections.abc import Callable, Sequence
from html import escape

from fer.inference.palette import MODELS
from fer.runs.history import best_epoch, smoothed
from fer.runs.state import Epoch, Progress
from pages.parts.train.ticks import ticks

WIDTH, HEIGHT = 340, 190
LEFT, RIGHT, TOP, BOTTOM = 38, 8, 8, 26  # margins
VALIDATION, TRAINING = MODELS[0], MODELS[1]
PARTS = {"accuracy": ("accuracy", "val_accuracy", 2), "loss": ("loss", "val_loss", 1)}  # the last: in Progress.trace
DOTTED = 30  # with fewer epochs, each is also a dot
NOISY = 8  # batches at the start of the first epoch
STAR = "M0,-7 L2,-2 7,-2 3,1.5 4.5,7 0,3.5 -4.5,7 -3,1.5 -7,-2 -2,-2 Z"


def html(history: Sequence[Epoch], epochs: int, running: Progress | None = None, *, is_ghost: bool = False) -> str:
    """Accuracy and loss side by side, and what the lines are.

    Args:
        epochs: of the whole run, which the axes span.
        running: the epoch in progress.
        is_ghost: whether to draw them faintly, as an example.
    """
    figures = "".join(_figure(part, history, epochs, running) for part in PARTS)
    return f'<div class="curves{" ghost" * is_ghost}">{figures}</div>{_legend(bool(running))}'


def _figure(part: str, history: Sequence[Epoch], epochs: int, running: Progress | None) -> str:
    trained, judged, column = PARTS[part]
    now = _trace(running, column, getattr(history[-1], trained) if history else None) if running else []
    shown = [getattr(epoch, name) for epoch in history for name in (trained, judged)] + [value for _, value in now]
    low, high, marks = ticks(min(shown, default=0.0), max(shown, default=1.0))
    if part == "accuracy":
        low, high = max(low, 0.0), min(high, 1.0)
    x = lambda epoch: LEFT + (WIDTH - LEFT - RIGHT) * epoch / epochs  # noqa: E731
    y = lambda value: HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (value - low) / (high - low)  # noqa: E731
    best = best_epoch(history)
    parts = [
        _axes(part, [mark for mark in marks if low <= mark <= high], epochs, x, y),
        _line([(x(epoch), y(value)) for epoch, value in now], TRAINING, 'stroke-width="1" opacity="0.7"'),
        *(
            _curve([(x(epoch.epoch + 1), y(getattr(epoch, name))) for epoch in history], color, style)
            for name, color, style in ((trained, TRAINING, 'stroke-dasharray="5 3"'), (judged, VALIDATION, ""))
        ),
        _star(x(best.epoch + 1), y(getattr(best, judged))) if best else "",
        *(_hover(part, epoch, x) for epoch in history),
    ]
    label = escape(_alt(part, history, epochs), quote=True)
    drawn = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
    return f"<figure><figcaption>{part.capitalize()}</figcaption>{drawn}</figure>"


def _trace(running: Progress, column: int, before: float | None) -> list[tuple[float, float]]:
    """The current epoch's batches, smoothed: (epochs since the start, value).

    Args:
        before: the mean of the epoch before; without it, the first batches are too noisy to draw.
    """
    values = smoothed([point[column] for point in running.trace], before)
    places = [running.epoch + (point[0] + 1) / running.batches for point in running.trace]
    first = 0 if before is not None else min(NOISY, len(values))
    return list(zip(places, values, strict=True))[first:]


def _axes(part: str, marks: Sequence[float], epochs: int, x: Callable, y: Callable) -> str:
    """Horizontal lines with their values, and the epochs from 0 to the last."""
    lines = [
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(mark):.1f}" y2="{y(mark):.1f}"/>'
        f'<text x="{LEFT - 5}" y="{y(mark) + 4:.1f}" text-anchor="end">{_written(part, mark)}</text>'
        for mark in marks
    ]
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200) if epochs / step <= 6)
    numbers = [
        f'<text x="{x(epoch):.1f}" y="{HEIGHT - BOTTOM + 14}" text-anchor="middle">{epoch}</text>'
        for epoch in range(0, epochs + 1, step)
    ]
    return "".join([*lines, *numbers])


def _written(part: str, value: float) -> str:
    return f"{value:.0%}" if part == "accuracy" else f"{value:.3g}"


def _line(points: Sequence[tuple[float, float]], color: str, style: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2" {style}/>' if points else ""


def _curve(points: Sequence[tuple[float, float]], color: str, style: str) -> str:
    dots = points if len(points) < DOTTED else []
    return _line(points, color, style) + "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{color}"/>' for x, y in dots
    )


def _star(x: float, y: float) -> str:
    return f'<path d="{STAR}" transform="translate({x:.1f} {y:.1f})" fill="{VALIDATION}"/>'


def _hover(part: str, epoch: Epoch, x: Callable) -> str:
    """An invisible bar over an epoch that tells its figures."""
    trained, judged, _ = PARTS[part]
    mine, its = (f"{getattr(epoch, name):{'.1%' if part == 'accuracy' else '.3f'}}" for name in (trained, judged))
    left, width = x(epoch.epoch + 0.5), x(1) - x(0)
    place = f'x="{left:.1f}" y="{TOP}" width="{width:.1f}" height="{HEIGHT - TOP - BOTTOM}"'
    title = f"<title>Epoch {epoch.epoch + 1}: training {mine}, validation {its}</title>"
    return f'<rect class="hover" {place}>{title}</rect>'


def _alt(part: str, history: Sequence[Epoch], epochs: int) -> str:
    if not history:
        return f"{part.capitalize()} over {epochs} epochs; no epoch is complete yet."
    trained, judged, _ = PARTS[part]
    mine, its = (f"{getattr(history[-1], name):{'.1%' if part == 'accuracy' else '.3f'}}" for name in (trained, judged))
    return f"{part.capitalize()} after epoch {len(history)} of {epochs}: training {mine}, validation {its}."


def _legend(is_running: bool) -> str:
    lines = [
        ("validation", VALIDATION, "2"),
        ("training", TRAINING, '2" stroke-dasharray="5 3'),
        *([("this epoch, smoothed", TRAINING, "1")] if is_running else []),
    ]
    drawn = [
        _sample(f'<line x1="0" x2="26" y1="5" y2="5" stroke="{color}" stroke-width="{width}"/>', name)
        for name, color, width in lines
    ]
    star = f'<path d="{STAR}" transform="translate(13 5) scale(.75)" fill="{VALIDATION}"/>'
    return f'<div class="legend soft">{"".join(drawn)}{_sample(star, "best epoch")}</div>'


def _sample(drawn: str, name: str) -> str:
    return f'<span><svg viewBox="0 0 26 10" aria-hidden="true">{drawn}</svg>{name}</span>'
