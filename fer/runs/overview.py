"""The table of all models, as shown on the Models page, by `python -m fer models` and in models/README.md."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from fer.errors import FerError, extra
from fer.runs.card import Card
from fer.runs.members import in_words, members
from fer.runs.run import Run, card_of
from fer.runs.store import FLAGSHIP

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {  # most important first, with number formats
    "model": "",
    "accuracy": "",
    "state": "",
    "leak-free": "",
    "augmented": "",
    "augmented, leak-free": "",
    "macro F1": "{:.3f}",
    "disgust recall": "{:.1f}%",
    "calibration error": "{:.1f}%",
    "parameters": "{:,.0f}",
    "million MACs": "{:,.1f}",
    "ms a face": "{:.2f}",
    "MB": "{:.1f}",
    "minutes": "{:,.1f}",
    "network": "",
    "n": "{:,.0f}",
    "n leak-free": "{:,.0f}",
    "data": "",
    "trained on": "",
    "ms on": "",
    "note": "",
}
FORMATS = {name: format.format for name, format in COLUMNS.items() if format}
BEGIN, END = (
    "<!-- python -m fer models --markdown -->\n",
    "<!-- end of the table -->\n",
)  # markers around the table in a document


def rows(runs: Iterable[Run], default: str = "") -> list[dict]:
    """One row per run with the keys of COLUMNS, most accurate first; None for values missing from the card.

    Accuracies are texts with intervals, on the test split of the run's own data unless that is synthetic; FORMATS
    formats the numbers.

    Args:
        default: the name of the default run.
    """
    ranked = sorted(runs, key=lambda run: (-_accuracy(run), run.id))
    return [dict.fromkeys(COLUMNS) | _row(run, default) for run in ranked]


def table(runs: Iterable[Run], default: str = "") -> "pd.DataFrame":
    """The rows as a table; needs pandas, from the extra `app`."""
    with extra("app", "A table"):
        import pandas as pd

    return pd.DataFrame(rows(runs, default), columns=list(COLUMNS))


def texts(rows: Iterable[dict]) -> list[dict[str, str]]:
    """The rows with all numbers formatted as text."""
    return [{name: _text(name, value) for name, value in row.items()} for row in rows]


def _text(name: str, value: Any) -> str:
    if value is None or value != value:  # pandas stores None as NaN, which isn't equal to itself
        return ""
    return FORMATS[name](value) if name in FORMATS else str(value)


def markdown(runs: Iterable[Run]) -> str:
    """The table of shipped runs as Markdown between BEGIN and END, without notes."""
    names = [name for name in COLUMNS if name != "note"]
    shown = [{**row, "model": f"`{row['model']}`"} for row in texts(rows(runs, FLAGSHIP))]
    ends = ["---:" if name in FORMATS else "---" for name in names]
    lines = [f"| {' | '.join(cells)} |\n" for cells in (names, ends, *([row[name] for name in names] for row in shown))]
    return "".join([BEGIN, "\n", *lines, "\n", END])


def _accuracy(run: Run) -> float:
    """The test accuracy for sorting; -1 if there is none."""
    try:
        card = card_of(run)
        score = card.test_score if card else None
    except FerError:
        score = None
    return score.accuracy if score else -1.0


def _row(run: Run, default: str) -> dict:
    try:
        card = card_of(run)
        known = {**_scores(card), **_cost(card), **_training(card)} if card else {}
        _ = members(run)  # raises a FerError if one is missing
        note = run.note or (run.status.message if not card else "")
        return {
            "model": run.id,
            "state": _state(run, default),
            "network": run.config.architecture,
            "note": note,
            **known,
        }
    except FerError as error:  # one damaged run must not hide the others
        return {"model": run.id, "state": "damaged", "note": str(error)}


def _state(run: Run, default: str) -> str:
    if run.is_without_weights:
        return "no weights"
    return "default" if run.id == default else run.state


def _scores(card: Card) -> dict:
    single, augmented = card.test_score, card.score("test", tta=True)
    if not single:
        return {}
    recall, error = single.recall.get("disgust"), single.calibrated_error
    return {
        "accuracy": _share(single.accuracy, single.interval),
        "leak-free": _share(single.leak_free_accuracy, single.leak_free_interval),
        "augmented": _share(augmented.accuracy, augmented.interval) if augmented else "",
        "augmented, leak-free": _share(augmented.leak_free_accuracy, augmented.leak_free_interval) if augmented else "",
        "macro F1": single.macro_f1,
        "disgust recall": None if recall is None else 100 * recall,
        "calibration error": None if error is None else 100 * error,
        "n": single.n,
        "n leak-free": single.leak_free_n,
    }


def _share(accuracy: float | None, interval: tuple[float, float] | None) -> str:
    """An accuracy with its interval, such as 70.8% (69.3 to 72.2)."""
    if accuracy is None or interval is None:
        return ""
    low, high = (100 * end for end in interval)
    return f"{100 * accuracy:.1f}% ({low:.1f} to {high:.1f})"


def _cost(card: Card) -> dict:
    return {
        "parameters": card.parameters,
        "million MACs": card.macs and card.macs / 1e6,
        "ms a face": card.ms,
        "ms on": card.ms_on,
        "MB": card.bytes and card.bytes / 1e6,
    }


def _training(card: Card) -> dict:
    """How it was trained; mostly unknown for imported runs."""
    machine = card.machine
    known = {"data": _data(card), "minutes": card.training_seconds / 60 or None}
    if machine:
        known["trained on"] = f"{machine.processor}, {machine.cores} cores, {card.precision}"
    return known


def _data(card: Card) -> str:
    """What it was trained on, including anything that makes its scores incomparable with FER2013's labels."""
    data, parts = card.data, [card.data.name]
    if data.train:
        parts.append(f"{data.train:,} images")
    if data.ferplus:
        parts.append("FER+ votes")
    if card.teachers:
        parts.append(f"distilled from {in_words([teacher.run for teacher in card.teachers])}")
    if card.members:
        parts.append(f"ensemble of {in_words([member.run for member in card.members])}")
    if data.classes:
        parts.append(f"{len(card.labels)} custom classes")
    return ", ".join(parts)
