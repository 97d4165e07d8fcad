"""Progress bars in a terminal."""

import sys

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from fer.runs.run import Run
from fer.runs.state import Epoch
from fer.runs.state import Progress as BatchProgress
from fer.system.text import duration


def progress_bar() -> Progress:
    """A context with bars on stderr that disappear at the end; without a terminal there are none."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
        redirect_stdout=sys.stdout.isatty(),  # output to a file or a pipe must stay there
    )


class Bars:
    """A bar per epoch, with the time left for it and for the whole training, and one line when it ends."""

    def __init__(self, run: Run):
        self.run, self.batch_size = run, 0
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[facts]}"),
            transient=True,
        )
        self.task = self.progress.add_task("starting", total=None, facts="")

    def __enter__(self) -> "Bars":
        self.progress.start()
        return self

    def __exit__(self, *_) -> None:
        self.progress.stop()

    def answer(self, teacher: Run, done: int, n: int) -> None:
        self.progress.update(self.task, description=f"predicting with {teacher.id}", total=n, completed=done)

    def start(self, training) -> None:
        """Print the network and the data."""
        data, config, self.batch_size = training.dataset, self.run.config, training.batch_size
        synthetic = " (synthetic faces: accuracy on them says nothing about real faces)"
        self._print(
            f"{self.run.id}: {config.architecture}, {training.plain.count_params():,} parameters, on {data.name}"
            f"{synthetic if data.format == 'synthetic' else ''}: {len(data.train):,} training "
            f"and {len(data.val):,} validation images"
        )
        for line in data.left_out():
            self._print(line)
        if training.notice:
            self._print(training.notice)

    def _print(self, line: str) -> None:
        self.progress.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def batch(self, progress: BatchProgress) -> None:
        speed = progress.images_per_second
        left = (progress.epochs - progress.epoch) * progress.batches - progress.batch - 1
        seconds_per_batch = self.batch_size / speed
        self.progress.update(
            self.task,
            description=f"epoch {progress.epoch + 1}/{progress.epochs}",
            total=progress.batches,
            completed=progress.batch + 1,
            facts=f"{speed:,.0f} images/s, loss {progress.loss:.3f}, {duration(left * seconds_per_batch)} left",
        )

    def epoch(self, epoch: Epoch) -> None:
        self._print(
            f"epoch {epoch.epoch + 1}: loss {epoch.loss:.4f}, accuracy {epoch.accuracy:.1%}, "
            f"val loss {epoch.val_loss:.4f}, val accuracy {epoch.val_accuracy:.1%}, "
            f"{epoch.images_per_second:,.0f} images/s, {epoch.seconds:.0f} s"
        )
        self.progress.reset(self.task)
