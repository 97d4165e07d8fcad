"""Stop requests: a file in the run's directory that the training checks for between batches."""

from fer.runs.run import Run

DISCARD = "discard"


def ask(run: Run, *, discard: bool = False) -> None:
    """Ask a run's training to stop; with `discard`, its supervisor deletes the run afterwards."""
    (run.path / "stop").write_text(DISCARD if discard else "")


def was_asked(run: Run) -> bool:
    return (run.path / "stop").exists()


def discard_was_asked(run: Run) -> bool:
    return was_asked(run) and (run.path / "stop").read_text() == DISCARD


def forget(run: Run) -> None:
    (run.path / "stop").unlink(missing_ok=True)
