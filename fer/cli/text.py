"""Figures and tables as plain text, for the command line."""

import re
from collections.abc import Iterable
from dataclasses import asdict
from json import dumps
from pathlib import Path

from fer.evaluation.numbers import with_interval
from fer.evaluation.report import Report
from fer.runs.card import Export, Score

UNLIMITED = 10_000  # characters; rich wraps at a width, and at 80 where there is no terminal
_NUMBER = re.compile(r"[-+±]?\d|$")  # how a number starts; empty cells count as numbers


def headline(score: Score) -> str:
    text = f"accuracy {with_interval(score.accuracy, *score.interval)}, n = {score.n:,}"
    if not score.has_leaks or score.leak_free_accuracy is None or score.leak_free_interval is None:
        return text
    clean = with_interval(score.leak_free_accuracy, *score.leak_free_interval)
    return f"{text}; leak-free {clean}, n = {score.leak_free_n:,}"


def drawn(format: str) -> str:
    """The caution after every accuracy on synthetic faces."""
    return " (synthetic faces: this says nothing about real faces)" if format == "synthetic" else ""


def conversion(record: Export) -> str:
    """What a run's card records about an export."""
    if record.val_accuracy is None or record.val_accuracy_change is None:
        measured = f"accuracy not measured ({record.not_measured.rstrip('.')})"
    else:
        change = 100 * record.val_accuracy_change
        measured = (
            f"accuracy {record.val_accuracy:.1%}, n = {record.val_n:,}, {change:+.2f} points compared with float32"
        )
    return (
        f"{record.bytes:,} bytes; {measured}; {record.same_answers:.1%} of the predictions on "
        f"{record.compared_on} are the same, probabilities differ by at most {record.largest_difference:.1e} "
        f"({record.checked_with})"
    )


def report_facts(report: Report) -> dict:
    per_class = {
        key: dict(zip(report.labels, values.tolist(), strict=True)) for key, values in report.per_class.items()
    }
    return {
        "model": report.model,
        "dataset": report.dataset,
        "split": report.split,
        "tta": report.tta,
        **asdict(report.score()),
        "per_class": per_class,
        "labels": list(report.labels),
        "confusion": report.confusion.tolist(),
    }


def print_faces(photo: Path | str, found: list[dict], threshold: float) -> None:
    """Print a line for each face; an answer whose confidence is below the threshold is marked."""
    from fer.inference.drawing import NOT_SURE  # Pillow, which most commands do not need

    if not found:
        print(f"{photo}: no face found. If the image shows nothing but a face, try --detector whole.")
    for number, face in enumerate(found, 1):
        ranked = sorted(face["probabilities"].items(), key=lambda pair: -pair[1])
        rest = ", ".join(f"{label} {p:.1%}" for label, p in ranked[1:3])
        unsure = "" if face["confidence"] >= threshold else f"{NOT_SURE}, perhaps "
        print(f"{photo}: face {number} at {face['box']}: {unsure}{face['label']} {face['confidence']:.1%} ({rest})")


def print_json(value, indent: int | None = 2) -> None:
    print(dumps(value, indent=indent))


def print_table(header: list[str], rows: Iterable[Iterable]) -> None:
    """Print a table with numbers right-aligned; without a terminal, nothing is wrapped or cut."""
    from rich.console import Console  # 30 ms, and most commands print no table
    from rich.table import Table

    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = UNLIMITED
    table = Table(box=None, pad_edge=False)
    lines = [[str(cell) for cell in row] for row in rows]
    for place, name in enumerate(header):
        is_number = all(_NUMBER.match(line[place]) for line in lines)
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for line in lines:
        table.add_row(*line)
    console.print(table)
