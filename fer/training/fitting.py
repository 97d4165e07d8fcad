"""The calibration on a card: temperature, threshold and balance, fitted on the validation split."""

from dataclasses import replace
from typing import Any

from fer.evaluation.balance import balanced_report, fit_exponent
from fer.evaluation.calibration import fit_temperature
from fer.evaluation.report import Report
from fer.runs.card import Card
from fer.runs.correction import Correction
from fer.training.threshold import sure_from

UNFITTED = dict.fromkeys(
    ("temperature", "temperature_tta", "threshold", "threshold_tta", "balanced", "balanced_tta"), None
)


def fitted(card: Card, val: Report) -> Card:
    """The card with temperature and threshold of answers as trained and, where the prior is known, of balanced ones,
    for the report's way of inference, fitted on the validation split.

    Args:
        val: without images that have a copy in the training split, on which the run is overconfident.
    """
    trained, tta = _correction(val), "_tta" if val.tta else ""
    found: dict[str, Any] = {f"temperature{tta}": trained.temperature, f"threshold{tta}": trained.threshold}
    if card.prior:
        exponent = fit_exponent(val.targets, val.probabilities, card.prior)
        found[f"balanced{tta}"] = replace(_correction(balanced_report(val, card.prior, exponent)), exponent=exponent)
    return replace(card, **found)


def _correction(val: Report) -> Correction:
    temperature = fit_temperature(val.targets, val.probabilities)
    calibrated = val.at_temperature(temperature)
    return Correction(0.0, temperature, sure_from(calibrated.confidence, calibrated.right))
