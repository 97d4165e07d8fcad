"""How far a training is, as one bar with the batch inside the epoch, and its figures."""

from collections.abc import Sequence
from html import escape

from fer.runs.history import best_epoch, seconds_left
from fer.runs.state import Epoch, Progress
from fer.system.text import capital, duration, rough_duration

WARM = 10  # batches of the first epoch; before, TensorFlow compiles, and the time left would be far too long
SEGMENTS = 40  # at most so many epochs have a segment of their own


def html(progress: Progress, history: Sequence[Epoch], small_epochs: int) -> str:
    """The bar, the best epoch so far and the time left; the rest in small print."""
    is_known = history or progress.batch >= WARM
    left = f"about {rough_duration(seconds_left(progress, history, small_epochs))} left" if is_known else ""
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
        f'{figures(history)}<div class="soft">{" · ".join(filter(None, small))}</div>'
    )


def phase(name: str) -> str:
    """What is done before the first epoch, or after the last."""
    return f'<div role="status">{escape(capital(name))}…</div>'


def figures(history: Sequence[Epoch], *more: tuple[str, str]) -> str:
    """The best validation accuracy so far, and at which epoch, in large figures; nothing before the first epoch.

    Args:
        more: further figures, each with its name.
    """
    found = best_epoch(history)
    mine = [(f"{found.val_accuracy:.1%}", f"best validation accuracy, epoch {found.epoch + 1}")] if found else []
    parts = "".join(f"<span><b>{escape(value)}</b>{escape(name)}</span>" for value, name in (*mine, *more))
    return f'<div class="figures">{parts}</div>' if parts else ""


def _bar(progress: Progress, words: str) -> str:
    pieces = progress.epochs if progress.epochs <= SEGMENTS else 1
    done = progress.share * pieces
    filled = [100 * min(max(done - piece, 0.0), 1.0) for piece in range(pieces)]
    spans = "".join(f'<span><i style="width:{share:.1f}%"></i></span>' for share in filled)
    value = f'aria-valuetext="{words}" aria-valuenow="{100 * progress.share:.0f}" aria-valuemin="0" aria-valuemax="100"'
    return f'<div class="track" role="progressbar" aria-label="Training progress" {value}>{spans}</div>'
