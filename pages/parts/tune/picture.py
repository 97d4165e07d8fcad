"""All trials' curves and the importance of settings, as HTML that is light enough to redraw every two seconds."""

from collections.abc import Mapping, Sequence
from html import escape

from fer.inference.palette import GREY, MODELS
from fer.runs.settings import words_of
from fer.tuning.study import Trial
from pages.parts.train.ticks import ticks

WIDTH, HEIGHT = 520, 220
LEFT, RIGHT, TOP, BOTTOM = 38, 8, 8, 26
BEST, OTHER = MODELS[1], MODELS[0]
FADED = ("pruned", "failed", "stopped")
COMPARED = (MODELS[1], MODELS[0], MODELS[2])  # the best keeps its colour
LEGEND = (("best", BEST, 3.0), ("finished or training", OTHER, 1.5), ("pruned or failed", GREY, 1.5))

Line = tuple[Trial, str, float, float]  # with its colour, width and opacity


def figures(trials: Sequence[Trial], best: Trial | None, left: str) -> str:
    """The headline: the best accuracy, trials so far, and what is left of the budget."""
    over = sum(trial.state in ("finished", "pruned") for trial in trials)
    pruned = sum(trial.state == "pruned" for trial in trials)
    parts = [
        (f"{best.accuracy:.1%}" if best and best.accuracy is not None else "–", "best validation accuracy"),
        (f"{over:,}", f"{'trial' if over == 1 else 'trials'} done, {pruned:,} pruned"),
        (left, "of the budget left"),
    ]
    return f'<div class="figures">{"".join(f"<div><b>{escape(a)}</b>{escape(b)}</div>" for a, b in parts)}</div>'


def curves(trials: Sequence[Trial], best: Trial | None, epochs: int) -> str:
    """Validation accuracy over the epochs, one line a trial."""
    drawn = [trial for trial in trials if trial.curve]
    number = best.number if best else -1
    order = sorted(drawn, key=lambda trial: (trial.number == number, trial.state not in FADED))
    label = f"Validation accuracy over {epochs} epochs of {len(drawn)} trials"
    label += f"; trial {number} is the best with {best.accuracy:.1%}." if best and best.accuracy is not None else "."
    lines = [(trial, *_style(trial, trial.number == number)) for trial in order]
    return f"{_figure('Validation accuracy by epoch', label, lines, epochs)}{_legend(LEGEND)}"


def compared(trials: Sequence[Trial], epochs: int) -> str:
    """The curves of a few trials, each in a colour of its own."""
    lines = [(trial, color, 2.5, 1.0) for trial, color in zip(trials, COMPARED, strict=False)]
    label = f"Validation accuracy over {epochs} epochs of trials {', '.join(str(trial.number) for trial in trials)}."
    legend = [(f"trial {trial.number}", color, width) for trial, color, width, _ in lines]
    return f"{_figure('Validation accuracy by epoch', label, lines, epochs)}{_legend(legend)}"


def _figure(caption: str, label: str, lines: Sequence[Line], epochs: int) -> str:
    values = [value for trial, *_ in lines for value in trial.curve]
    low, high, marks = ticks(min(values, default=0.0), max(values, default=1.0))
    x = lambda epoch: LEFT + (WIDTH - LEFT - RIGHT) * epoch / max(epochs, 1)  # noqa: E731
    y = lambda value: HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (value - low) / (high - low)  # noqa: E731
    drawn = "".join([*_grid(epochs, marks, x, y), *(_line(*line, x, y) for line in lines)])
    svg = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{drawn}</svg>'
    return f'<div class="curves"><figure><figcaption>{caption}</figcaption>{svg}</figure></div>'


def _grid(epochs: int, marks: Sequence[float], x, y) -> list[str]:
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200) if epochs / step <= 10)
    lines = [
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(mark):.1f}" y2="{y(mark):.1f}"/>'
        f'<text x="{LEFT - 5}" y="{y(mark) + 4:.1f}" text-anchor="end">{mark:.0%}</text>'
        for mark in marks
    ]
    return lines + [
        f'<text x="{x(epoch):.1f}" y="{HEIGHT - BOTTOM + 14}" text-anchor="middle">{epoch}</text>'
        for epoch in range(step, epochs + 1, step)
    ]


def _style(trial: Trial, is_best: bool) -> tuple[str, float, float]:
    """A line's colour, width and opacity."""
    if is_best:
        return BEST, 3.0, 1.0
    return (GREY, 1.5, 0.8) if trial.state in FADED else (OTHER, 1.5, 1.0)


def _line(trial: Trial, color: str, width: float, opacity: float, x, y) -> str:
    points = [(x(epoch + 1), y(value)) for epoch, value in enumerate(trial.curve)]
    path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
    style = f'stroke="{color}" stroke-width="{width:g}" opacity="{opacity:g}"'
    end = f'<circle cx="{points[-1][0]:.1f}" cy="{points[-1][1]:.1f}" r="{2 + (width > 1)}" fill="{color}"/>'
    title = f"<title>Trial {trial.number}, {escape(trial.state)}: {trial.accuracy:.1%}</title>"
    return f'<g>{title}<polyline points="{path}" fill="none" {style}/>{end}</g>'


def _legend(entries: Sequence[tuple[str, str, float]]) -> str:
    drawn = [
        f'<span><svg viewBox="0 0 26 10" aria-hidden="true"><line x1="0" x2="26" y1="5" y2="5" stroke="{color}" '
        f'stroke-width="{width}"/></svg>{name}</span>'
        for name, color, width in entries
    ]
    return f'<div class="legend soft">{"".join(drawn)}</div>'


def importance(shares: Mapping[str, float]) -> str:
    """A bar for each setting."""
    most = max(shares.values(), default=0.0) or 1.0
    rows = [
        f'<div class="row"><span>{escape(words_of(name))}</span><span>{share:.0%}</span></div>'
        f'<div class="track" aria-hidden="true"><span><i style="width:{100 * share / most:.0f}%"></i></span></div>'
        for name, share in shares.items()
    ]
    return f'<div class="title">What mattered (PED-ANOVA)</div>{"".join(rows)}'
