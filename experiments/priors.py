"""Give shipped runs the class prior of their training data, and fit the correction for it on PublicTest.

    python experiments/priors.py [RUN ...]

A run that is trained from now on gets its prior from its own training targets. Runs from before have none on their
card. Here it is computed again: labels and FER+ votes as the recipe mixes them; a teacher's share has the mean of the
teacher's stored answers to PublicTest, since answers to the training split are not kept. Needs FER2013 and the FER+
votes in data/. Writes card.json; reads no PrivateTest.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from fer.evaluation import stored
from fer.evaluation.balance import balanced_report
from fer.evaluation.report import Report
from fer.runs.data import data_for
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.training.scoring import fitted


def prior_of(run: Run, store: RunStore) -> np.ndarray:
    config = run.config
    mean = data_for(run, config.data, voted=True).train.targets.mean(axis=0, dtype=np.float64)
    if config.teachers:
        reports = [stored.report(store[teacher], config.data, "val") for teacher in config.teachers]
        taught = np.mean([report.probabilities.mean(axis=0) for report in reports if report], axis=0)
        mean = (1 - config.teacher_share) * mean + config.teacher_share * taught
    return mean * (1 - config.label_smoothing) + config.label_smoothing / len(mean)


def _figures(report: Report) -> str:
    """Accuracy, balanced accuracy, and recall of disgust."""
    shares = report.accuracy, report.balanced_accuracy, report.per_class["recall"][1]
    return ", ".join(f"{share:.2%}" for share in shares)


def main(names: list[str]) -> None:
    store = RunStore()
    for run in [store[name] for name in names] or [run for run in store if run.is_shipped and run.labels]:
        if run.card.data.is_drawn or not run.card.data.fingerprint:
            continue
        prior = prior_of(run, store)
        card = replace(run.card, prior=tuple(round(float(share), 6) for share in prior))
        print(run.id, "prior", prior.round(4).tolist())
        for tta in (False, True):
            report = stored.report(run, run.config.data, "val", tta=tta)
            if not report:
                continue
            card = fitted(card, report.leak_free)
            correction = card.correction(tta=tta)
            after = balanced_report(report, card.prior, correction.exponent)
            before, after = (_figures(each) for each in (report, after))
            print(f"  {'tta' if tta else 'single'}: exponent {correction.exponent:.2f}; {before} -> {after}")
        run.card = card


if __name__ == "__main__":
    main(sys.argv[1:])
