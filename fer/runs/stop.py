"""The request to stop a training: a file in the run's directory, for which the training looks between batches."""

from fer.runs.run import Run

DISCARD = "discard"


def ask(run: Run, *, discard: bool = False) -> None:
    """Ask the process that trains a run to stop, and perhaps whoever started it to delete the run then."""
    (run.path / "stop").write_text(DISCARD if discard else "")


def was_asked(run: Run) -> bool:
    return (run.path / "stop").exists()


def discard_was_asked(run: Run) -> bool:
    return was_asked(run) and (run.path / "stop").read_text() == DISCARD


def forget(run: Run) -> None:
    (run.path / "stop").unlink(missing_ok=True)
