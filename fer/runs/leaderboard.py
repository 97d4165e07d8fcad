"""The leaderboard of the Models page: one entry per run, with what is needed to compare models at a glance."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fer.errors import FerError
from fer.runs.members import size
from fer.runs.run import Run, card_of

YOURS, INCLUDED, REFERENCE = "yours", "included", "reference"  # in this order
READY = "Ready"
STATES = {"finished": READY, "created": "Not started", "lost": "Interrupted"}  # others only get a capital letter


@dataclass(frozen=True)
class Entry:
    """A run on the leaderboard; what is unknown is None.

    Attributes:
        group: YOURS, INCLUDED, or REFERENCE for runs without weights.
        state: as shown, such as Ready or Training.
        accuracy, interval: on the test split of its own data in a single pass; None for synthetic faces.
        dataset, n: the name of that data, and the number of test images.
        images: what they are known by; the same for two runs that were tested on the same images and classes.
        bytes: size of `model.tflite`, None if it isn't there; of an ensemble, of all its members'.
        ms, ms_on: CPU milliseconds per face as measured when it was trained, and the processor.
    """

    id: str
    group: str
    state: str
    is_default: bool = False
    architecture: str = ""
    accuracy: float | None = None
    interval: tuple[float, float] | None = None
    dataset: str = ""
    n: int = 0
    images: tuple = ()
    bytes: int | None = None
    parameters: int | None = None
    ms: float | None = None
    ms_on: str = ""


def entries(runs: Iterable[Run], default: str = "") -> list[Entry]:
    """One entry per run: the user's own first, those without weights last, each group by accuracy.

    Args:
        default: the name of the default run.
    """
    found = [_entry(run, default) for run in runs]
    groups = (YOURS, INCLUDED, REFERENCE)
    return sorted(found, key=lambda entry: (groups.index(entry.group), -(entry.accuracy or -1.0), entry.id))


def comparable(entries: Sequence[Entry]) -> list[Entry]:
    """The entries with accuracy and speed whose test images most of the others share."""
    timed = [entry for entry in entries if entry.accuracy is not None and entry.ms is not None]
    shared = Counter(entry.images for entry in timed).most_common(1)
    return [entry for entry in timed if entry.images == shared[0][0]]


def state(run: Run) -> str:
    """A run's state in one or two words, such as Ready."""
    found = run.state
    return STATES.get(found, found.capitalize())


def _entry(run: Run, default: str) -> Entry:
    try:
        return _of_card(run, default)
    except FerError:  # one damaged run must not hide the others
        return Entry(run.id, YOURS, "Damaged")


def _of_card(run: Run, default: str) -> Entry:
    card, architecture = card_of(run), run.config.architecture
    if card is None:
        return Entry(run.id, YOURS, state(run), architecture=architecture)
    score = card.test_score
    return Entry(
        run.id,
        REFERENCE if run.is_without_weights else INCLUDED if card.shipped else YOURS,
        state(run),
        is_default=run.id == default,
        architecture=card.architecture,
        accuracy=score.accuracy if score else None,
        interval=score.interval if score else None,
        dataset=card.data.name,
        n=score.n if score else 0,
        images=(
            card.data.fingerprint,
            tuple(sorted(run.labels)),
            run.config.split_seed if "test" in card.data.carved else None,
        ),
        bytes=size(run),
        parameters=card.parameters,
        ms=card.ms,
        ms_on=card.ms_on,
    )
