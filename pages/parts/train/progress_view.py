"""How far a training is, as one bar with the batch inside the epoch, and its figures."""

from collections.abc import Sequence
from html import escape

from fer.runs.history import best_epoch, seconds_left
from fer.runs.state import Epoch, Progress
from fer.system.text import duration, rough_duration

SEGMENTS = 40  # at most so many epochs have a segment of their own


def html(progress: Progress, history: Sequence[Epoch]) -> str:
    """The bar, the best epoch so far and the time left; the rest in small print."""
    left = f"about {rough_duration(seconds_left(progress, history))} left"
    words = f"Epoch {progress.epoch + 1} of {progress.epochs}, batch {progress.batch + 1:,} of {progress.batches:,}"
    small = [
        f"learning rate {history[-1].learning_rate:.2g}" if history else "",
        f"{progress.images_per_second:,.0f} images/s",
        f"{progress.memory / 2**20:,.0f} MB memory",
        f"{progress.cpu:.1f} cores",
        f"{duration(progress.seconds)} elapsed",
    ]
    return (
        f'<div class="row"><span>{words}</span><span>{left}</span></div>{_bar(progress, words)}'
        f'{best(history)}<div class="soft">{" · ".join(filter(None, small))}</div>'
    )


def phase(name: str) -> str:
    """What is done before the first epoch, or after the last."""
    return f'<div role="status">{escape(name[0].upper() + name[1:])} …</div>'


def best(history: Sequence[Epoch]) -> str:
    """The best validation accuracy so far, and at which epoch; nothing before the first."""
    found = best_epoch(history)
    if not found:
        return ""
    return (
        f'<div class="figures"><span><b>{found.val_accuracy:.1%}</b>best validation accuracy</span>'
        f"<span><b>{found.epoch + 1}</b>epoch of the best</span></div>"
    )


def _bar(progress: Progress, words: str) -> str:
    pieces = progress.epochs if progress.epochs <= SEGMENTS else 1
    done = progress.share * pieces
    filled = [100 * min(max(done - piece, 0.0), 1.0) for piece in range(pieces)]
    spans = "".join(f'<span><i style="width:{share:.1f}%"></i></span>' for share in filled)
    value = f'aria-valuetext="{words}" aria-valuenow="{100 * progress.share:.0f}" aria-valuemin="0" aria-valuemax="100"'
    return f'<div class="track" role="progressbar" aria-label="Training progress" {value}>{spans}</div>'
