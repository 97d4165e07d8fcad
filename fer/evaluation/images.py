"""The images behind a report, and how FER+'s annotators voted on them."""

from dataclasses import dataclass

import numpy as np

from fer.data.catalog import ferplus_path, open_rows
from fer.data.class_groups import Grouping, parse
from fer.data.ferplus import OTHERS, read_votes
from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.evaluation.report import Report
from fer.runs.data import source_of
from fer.runs.run import Run

SIDES = ("model", "label", "neither")


@dataclass(frozen=True)
class Pictures:
    """Images by the row numbers of a report.

    Attributes:
        images: uint8 (M, 48, 48).
        names: file names, if the images have any.
        votes: int64 (M, K), FER+ votes: first for the report's labels, then for all other options; None without votes.
        voted: the names of the columns of `votes`.
    """

    images: np.ndarray
    names: tuple[str, ...] = ()
    votes: np.ndarray | None = None
    voted: tuple[str, ...] = (*EMOTIONS, *OTHERS)

    def votes_in_words(self, row: int) -> str:
        """The votes on one image, most frequent first: "6 sad, 3 fear, 1 unknown"; empty without votes."""
        if self.votes is None:
            return ""
        named = zip(self.votes[row].tolist(), self.voted, strict=True)
        return ", ".join(f"{count} {name}" for count, name in sorted(named, key=lambda pair: -pair[0]) if count)


def pictures_of(report: Report, run: Run) -> Pictures:
    """Load a report's images from data/, or from where its run was trained.

    Raises:
        FerError: if the data set is not on this machine, or is not the one that was evaluated.
    """
    rows, _, path = open_rows(source_of(run, report.dataset))
    grouping = parse(run.config.classes, rows.names)
    if rows.grouped(grouping).fingerprint != report.fingerprint or report.rows.max() >= len(rows.images):
        raise FerError(
            f"The {report.dataset} on this machine ({path}) has other images or labels than the one that was "
            "evaluated. Evaluate again to use this one."
        )
    try:
        return Pictures(rows.images, (), *_votes(read_votes(ferplus_path(path), rows), grouping, report.labels))
    except FerError:  # no votes, or votes on other images: every page works without them
        return Pictures(rows.images)


def _votes(votes: np.ndarray, grouping: Grouping, labels: tuple[str, ...]) -> tuple[np.ndarray, tuple[str, ...]]:
    """The votes for the classes in this order, for the excluded emotions, and for no emotion; and their names."""
    order = [grouping.names.index(label) for label in labels]
    left = [index for index, place in enumerate(grouping.places) if place < 0]
    seven, others = np.split(votes, [len(EMOTIONS)], axis=1)
    columns = np.concatenate([grouping.fold(seven)[:, order], seven[:, left], others], axis=1)
    return columns, (*labels, *(EMOTIONS[index] for index in left), *OTHERS)


def sided_with(report: Report, votes: np.ndarray) -> np.ndarray:
    """str (N,): whom FER+'s annotators agree with on each image: label, model, or neither (another emotion, or a tie).

    Args:
        votes: int64 (M, K) by row number, as in Pictures.
    """
    cast = votes[report.rows]
    clear = (cast == cast.max(axis=1)[:, None]).sum(axis=1) == 1
    choice = cast.argmax(axis=1)
    label, model = (clear & (choice == answers) for answers in (report.targets, report.predictions))
    return np.select([label, model], ["label", "model"], "neither")


def sides(report: Report, votes: np.ndarray) -> dict[str, int]:
    """On how many of the model's mistakes FER+'s annotators agree with each side; arguments as in `sided_with`."""
    found = sided_with(report, votes)[~report.right]
    return {side: int((found == side).sum()) for side in SIDES}
