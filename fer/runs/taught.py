"""Runs that were taught: until its own model.keras is made, such a run needs the one that it was taught on."""

from collections.abc import Iterable

from fer.errors import FerError
from fer.runs.run import Run, card_of


def taught_on(run: Run) -> str:
    """The name of the run that a taught one was taught on; empty for other runs, and if its card does not say."""
    card = card_of(run) if run.head_path.is_file() else None
    return card.started_from.run if card and card.started_from else ""


def waiting_for(runs: Iterable[Run], source: Run) -> list[str]:
    """The names of the taught runs whose model.keras is still to be made from this run."""
    if not (source.model_path.is_file() or source.head_path.is_file()):
        return []  # nothing can be made from it
    return [run.id for run in runs if not run.model_path.is_file() and _surely_taught_on(run) == source.id]


def missing_source(run: Run) -> str:
    """What model.keras of a taught run cannot be made without, and what to do; empty if nothing is missing."""
    from fer.runs.store import RunStore  # which asks this module before it deletes a run

    present, needed, seen = {other.id: other for other in RunStore.around(run)}, run, {run.id}
    while not needed.model_path.is_file() and needed.head_path.is_file():
        name = taught_on(needed)
        if name not in present or name in seen:
            return (
                f"{needed.id} was taught on {name or 'another model'}, which is not here. Bring that back under its "
                "name, or teach the classes again."
            )
        needed = present[name]
        seen.add(name)
    if needed.model_path.is_file():
        return ""
    return f"{run.id} was taught on {needed.id}, which has no .keras file, so there can be none with its head inside."


def _surely_taught_on(run: Run) -> str:
    """As `taught_on`; empty if the card is damaged, which `damage` reports."""
    try:
        return taught_on(run)
    except FerError:
        return ""
