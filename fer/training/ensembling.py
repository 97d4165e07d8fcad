"""Ensembles: a new run that answers with the mean of several runs' answers. Needs no Keras."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np

from fer.data import catalog
from fer.data.dataset import Dataset
from fer.errors import FerError
from fer.evaluation import stored
from fer.evaluation.evaluate import evaluate
from fer.evaluation.report import Report
from fer.evaluation.together import of_members
from fer.inference.timing import milliseconds_a_face
from fer.runs.card import Card
from fer.runs.data import data_for
from fer.runs.members import ENSEMBLE, members, require_networks, require_shared, source
from fer.runs.run import Run
from fer.runs.state import Status
from fer.runs.store import RunStore
from fer.system import processor
from fer.system.text import now
from fer.training.fitting import fitted

UNREAD = ("test", "all")  # splits that hold test images


def ensemble(runs: Sequence[Run], name: str | None = None, *, read_test: bool | None = None) -> Run:
    """A new run whose probabilities are the mean of other runs', with its own temperature, threshold and balance.

    The members' stored reports are averaged where all have one on the same images. Validation and test splits without
    them are predicted, if the data is there and all members have weights.

    Args:
        runs: the members, finished. Those that ship without weights serve as well; the ensemble then has reports, but
            cannot predict.
        read_test: whether it gets reports on test images (default: if all members were evaluated on theirs).

    Raises:
        FerError: for fewer than two runs, one named twice, an ensemble, or runs with other labels, data or splits.
    """
    names = [run.id for run in runs]
    if len(set(names)) < 2 or len(set(names)) < len(names):
        raise FerError(f"An ensemble needs at least two different runs, got {', '.join(names) or 'none'}.")
    require_networks(runs)
    _require_finished(runs)
    require_shared(runs, "ensemble")
    recipe = runs[-1].config
    read_test = all(run.card.score("test") for run in runs) if read_test is None else read_test
    config = replace(recipe, architecture=ENSEMBLE, start_from="", teacher="", read_test=read_test)
    with RunStore.around(runs[-1]).making(config, name) as run:
        run.card = _card(runs)
        run.card = replace(run.card, **_speed(run))
        judge(run)
    run.status = Status("finished")
    return run


def judge(run: Run) -> None:
    """Store an ensemble's reports, and on its card the scores and the calibration fitted on val."""
    card, scores = run.card, []
    own = [(card.data.name, split, tta) for split in ("val", "test") for tta in (False, True)]
    others = set.intersection(*(set(stored.reports(member)) for member in members(run))) - set(own)
    opened = cache(partial(_data, run))  # only if a report is missing
    for dataset, split, tta in [*own, *sorted(others)]:
        if split in UNREAD and not run.config.read_test:
            continue
        report = of_members(run, dataset, split, tta=tta)
        if report is None and (dataset, split, tta) in own:
            report = _evaluated(run, opened(), split, tta)
        if report is None:
            continue
        stored.add_report(run, report)
        if (dataset, split, tta) in own:
            if split == "val" and not report.leaked.all():
                card = fitted(card, report.leak_free)
            scores.append(report.score(card.temperature_of(tta=tta)))
    run.card = replace(card, scores=tuple(scores))


def _evaluated(run: Run, dataset: Dataset | None, split: str, tta: bool) -> Report | None:
    return evaluate(run, dataset, split, tta=tta) if dataset and len(dataset.split(split)) else None


def _data(run: Run) -> Dataset | None:
    """The data of an ensemble that can predict; None if it is not here, or is no longer what its members saw."""
    try:
        if not run.is_usable or not run.config.data:
            return None
        catalog.find(run.config.data)
    except FerError:
        return None
    dataset = data_for(run, run.config.data)
    return dataset if dataset.fingerprint == run.card.data.fingerprint else None


def _require_finished(runs: Sequence[Run]) -> None:
    for run in runs:
        _ = run.card  # raises a FerError if there is none
        if not run.is_usable and not run.is_without_weights:
            raise FerError(f"{run.id} is not exported yet. Finish its training first.")


def _card(runs: Sequence[Run]) -> Card:
    """What is known of an ensemble before it is measured; sums are None where a member's figure is unknown."""
    cards, last = [run.card for run in runs], runs[-1].card
    known = all(card.prior for card in cards)
    prior = np.mean([card.prior for card in cards], axis=0) if known else np.empty(0)
    return Card(
        labels=last.labels,
        architecture=ENSEMBLE,
        parameters=sum(card.parameters for card in cards),
        data=replace(last.data, ferplus=max(float(card.data.ferplus) for card in cards)),
        training_seconds=round(sum(card.training_seconds for card in cards), 1),
        precision="float32",
        finished=now(),
        members=tuple(map(source, runs)),
        macs=_sum([card.macs for card in cards]),
        bytes=_sum([card.bytes for card in cards]),
        prior=tuple(round(float(share), 6) for share in prior / prior.sum()) if known else (),
    )


def _speed(run: Run) -> dict:
    """Milliseconds per face: the members' together if they were measured on one processor, else measured here."""
    cards = [member.card for member in members(run)]
    measured_on = {card.ms_on for card in cards}
    total = _sum([card.ms for card in cards])
    if total is not None and len(measured_on) == 1:
        return {"ms": round(total, 3), "ms_on": measured_on.pop()}
    if not run.is_usable:
        return {}
    return {"ms": round(milliseconds_a_face(run), 3), "ms_on": processor.name()}


def _sum(figures: list) -> Any:
    """The sum of whole numbers or of milliseconds; None if one is unknown."""
    return None if None in figures else sum(figures)
