"""Ensembles: runs that answer with the mean of other runs' answers, and have no weights of their own."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from fer.errors import FerError
from fer.runs.card import Source
from fer.runs.run import Run, card_of

ENSEMBLE = "ensemble"  # its architecture, on the card and in the recipe


def is_ensemble(run: Run) -> bool:
    card = card_of(run)
    return card is not None and bool(card.members)


def _is_surely_ensemble(run: Run) -> bool:
    """Whether it is one; False if its card is damaged, which `damage` tells."""
    try:
        return is_ensemble(run)
    except FerError:
        return False


def member_names(run: Run) -> list[str]:
    """The names of an ensemble's members; empty for other runs. Raises FerError if its card is damaged."""
    card = card_of(run)
    return [member.run for member in card.members] if card else []


def members(run: Run) -> list[Run]:
    """An ensemble's members; empty for other runs.

    Raises:
        FerError: if one is not there, or is an ensemble itself.
    """
    names = member_names(run)
    if not names:
        return []
    from fer.runs.store import RunStore  # which asks this module before it deletes a run

    present = {other.id: other for other in RunStore.around(run)}
    if missing := [name for name in names if name not in present]:
        raise FerError(
            f"{run.id} is an ensemble of {in_words(names)}, but there is no run named {in_words(missing)}. "
            f"Restore it, or delete {run.id}."
        )
    found = [present[name] for name in names]
    if nested := [member.id for member in found if _is_surely_ensemble(member)]:
        raise FerError(f"{run.id} is an ensemble of {in_words(names)}, but {in_words(nested)} is an ensemble itself.")
    return found


def networks(run: Run) -> list[Run]:
    """The runs whose files answer for it: an ensemble's members, else itself."""
    return members(run) or [run]


def are_usable(run: Run) -> bool:
    """Whether all members of an ensemble are there and usable."""
    try:
        return all(member.is_usable for member in members(run))
    except FerError:
        return False


def lack_weights(run: Run) -> bool:
    """Whether all members of an ensemble are there, but some ship without weights."""
    try:
        return any(member.is_without_weights for member in members(run))
    except FerError:
        return False


def ensembles_with(runs: Iterable[Run], id: str) -> list[str]:
    """The names of the ensembles that a run is a member of."""
    return [run.id for run in runs if _is_surely_ensemble(run) and id in member_names(run)]


def changed(run: Run) -> int:
    """A number that is another one when a file that answers for the run was exported again."""
    return hash(tuple(os.stat(network.tflite_path).st_mtime_ns for network in networks(run)))


def size(run: Run) -> int | None:
    """Bytes of the files that answer for the run; None if one is not there."""
    paths = [network.tflite_path for network in networks(run)]
    return sum(map(os.path.getsize, paths)) if all(map(os.path.isfile, paths)) else None


def require_networks(runs: Sequence[Run]) -> None:
    """Raise FerError if a run is an ensemble, and so has no network of its own."""
    for run in runs:
        if names := member_names(run):
            raise FerError(
                f"{run.id} is an ensemble of {in_words(names)}: it has no network and no exports of its own. Use its "
                "members instead."
            )


def require_shared(runs: Sequence[Run], made: str) -> None:
    """Raise FerError if runs differ in their classes, data or splits.

    Args:
        made: what is to be made of them, such as average.
    """
    last = runs[-1]
    for run in runs:
        card = card_of(run)
        if card and run.labels != last.labels:
            raise FerError(
                f"{run.id} predicts {', '.join(run.labels)}, but {last.id} predicts {', '.join(last.labels)}."
            )
        if card and card.data.fingerprint != last.card.data.fingerprint:
            mine, theirs = card.data.name, last.card.data.name
            raise FerError(
                f"{run.id} was trained on {mine}, but {last.id} on {theirs}, or on other splits of it. The {made} "
                f"could be evaluated on training images. {made.capitalize()} runs that share data and splits."
            )
        if card and card.data.carved and run.config.split_seed != last.config.split_seed:
            raise FerError(
                f"{run.id} and {last.id} have other validation or test images: they were carved out of the data with "
                f"split seeds {run.config.split_seed} and {last.config.split_seed}. The {made} could be evaluated on "
                "training images. Train both with the same split seed."
            )


def no_weights(run: Run) -> FerError:
    """The error for using a run that ships without weights, or an ensemble with such a member."""
    lacking = [member.id for member in members(run) if member.is_without_weights]
    if lacking:
        return FerError(
            f"{run.id} is an ensemble, and the weights of {in_words(lacking)} are not included. It has stored reports, "
            "but cannot predict."
        )
    return FerError(
        f"The weights of {run.id!r} are not included, only its reports and curves. Train it again: "
        f"python -m fer train --recipe {run.id}"
    )


def source(run: Run) -> Source:
    """How another run that this one uses was trained, so that all of it can be reproduced."""
    return Source(run.id, len(run.history), asdict(run.config))


def in_words(names: Sequence[str]) -> str:
    """Names as a person lists them: a, b and c."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
