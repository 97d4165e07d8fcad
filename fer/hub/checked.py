"""Checks the files of a run that comes from outside: intact, safe, and of one and the same run."""

from importlib.util import find_spec

import numpy as np

from fer.errors import FerError
from fer.evaluation import stored
from fer.runs.run import Run
from fer.system.files import DamagedError


def has_keras() -> bool:
    """Whether Keras is installed, which checks a `.keras` file."""
    return find_spec("keras") is not None


def check(run: Run, origin: str) -> None:
    """Raise FerError if a file is damaged, runs code, or says something else than another.

    Args:
        origin: what messages call the run.
    """
    try:
        _check_records(run)
        _check_reports(run)
        _check_networks(run)
    except DamagedError as error:
        raise FerError(f"{origin} was not pulled: its {error.path.name} is damaged ({error.why}).") from error
    except FerError as error:
        raise FerError(f"{origin} was not pulled: {error}") from error


def _check_records(run: Run) -> None:
    card, _ = run.card, (run.config, run.history, run.robustness)
    if card.members:
        raise FerError("it is an ensemble, whose members are other runs. Pull its members and combine them here.")
    if card.bytes is not None and card.bytes != (size := run.tflite_path.stat().st_size):
        raise FerError(f"its card says that model.tflite has {card.bytes:,} bytes, but it has {size:,}.")


def _check_reports(run: Run) -> None:
    scores = {score.key: score for score in run.card.scores}
    for dataset, split, tta in stored.reports(run):
        report = stored.report(run, dataset, split, tta=tta)
        score = scores.get(run.report_path(dataset, split, tta=tta).stem)
        if report and score and (len(report) != score.n or not np.isclose(report.accuracy, score.accuracy, atol=1e-6)):
            raise FerError(
                f"its card states {score.accuracy:.1%} of {score.n:,} images for {score.key}, but its report says "
                f"{report.accuracy:.1%} of {len(report):,}."
            )


def _check_networks(run: Run) -> None:
    from fer.training.imported import litert_file  # apart from Keras, though it is in the training wing

    litert_file.read(run.tflite_path, run.labels)
    if run.model_path.is_file():
        from fer.training.imported.keras_twin import check_twin

        check_twin(run)
