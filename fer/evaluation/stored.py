"""The reports stored in a run's directory."""

import re
from dataclasses import replace

from fer.errors import FerError
from fer.evaluation.report import Report
from fer.runs.card import TTA
from fer.runs.run import Run, card_of
from fer.system.files import read_bytes, write_atomically

REPORT_NAME = re.compile(rf"(.+)-(train|val|test|all)({TTA})?\.json")


def reports(run: Run) -> list[tuple[str, str, bool]]:
    """(data set, split, with test-time augmentation) of every stored report."""
    names = [REPORT_NAME.fullmatch(path.name) for path in sorted((run.path / "reports").glob("*.json"))]
    return [(name[1], name[2], bool(name[3])) for name in names if name]


def report(run: Run, dataset: str, split: str, *, tta: bool = False) -> Report | None:
    """The stored report, or None if that evaluation has not been run.

    Raises:
        FerError: for a damaged report, or one whose labels are not those of the run, in the same order.
    """
    path = run.report_path(dataset, split, tta=tta)
    content = read_bytes(path)
    if content is None:
        return None
    found = Report.from_json(content)
    if (found.dataset, found.split, found.tta) != (dataset, split, tta):
        raise FerError(f"{path.name} is a report on another split or data set. Evaluate again.")
    card = card_of(run)
    if card and card.labels != found.labels:
        raise FerError(
            f"{path.name} has the labels {', '.join(found.labels)}, but {run.id} predicts "
            f"{', '.join(run.labels)}. Evaluate again."
        )
    return replace(found, model=run.id)  # the run may have been renamed since


def add_report(run: Run, report: Report) -> None:
    """Store a report in the run's directory; replaces an older one on the same images.

    Raises:
        FerError: if the run was deleted.
    """
    run.require()
    write_atomically(run.report_path(report.dataset, report.split, tta=report.tta), report.to_json())
