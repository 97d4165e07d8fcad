"""Figures and tables as plain text, for the command line."""

from json import dumps
from pathlib import Path

from fer.evaluation.numbers import percent
from fer.evaluation.report import Report


def headline(scores: dict) -> str:
    text = f"accuracy {percent(scores['accuracy'], *scores['interval'])}, n = {scores['n']:,}"
    if scores["leak_free_n"] in (0, scores["n"]):
        return text
    clean = percent(scores["leak_free_accuracy"], *scores["leak_free_interval"])
    return f"{text}; leak-free {clean}, n = {scores['leak_free_n']:,}"


def drawn(format: str) -> str:
    """What must stand behind every accuracy on the synthetic set."""
    return " (drawn faces: this tells nothing of real faces)" if format == "synthetic" else ""


def conversion(record: dict) -> str:
    """What a run's card tells of one of its exports."""
    if record["val_accuracy"] is None:
        measured = f"accuracy not measured ({record['not_measured'].rstrip('.')})"
    else:
        change = 100 * record["val_accuracy_change"]
        measured = (
            f"accuracy {record['val_accuracy']:.1%}, n = {record['val_n']:,}, {change:+.2f} points beside float32"
        )
    return (
        f"{record['bytes']:,} bytes; {measured}; {record['same_answers']:.1%} of the answers on "
        f"{record['compared_on']} are the same, no probability is off by over {record['largest_difference']:.1e} "
        f"({record['checked_with']})"
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
        **report.summary(),
        "per_class": per_class,
        "labels": list(report.labels),
        "confusion": report.confusion.tolist(),
    }


def print_faces(photo: Path | str, found: list[dict]) -> None:
    if not found:
        print(f"{photo}: no face found. If the picture is a face, try --detector whole.")
    for number, face in enumerate(found, 1):
        ranked = sorted(face["probabilities"].items(), key=lambda pair: -pair[1])
        rest = ", ".join(f"{label} {p:.1%}" for label, p in ranked[1:3])
        print(f"{photo}: face {number} at {face['box']}: {face['label']} {face['confidence']:.1%} ({rest})")


def clock(seconds: float) -> str:
    """Minutes and seconds: 1:05.2"""
    tenths = round(10 * seconds)
    return f"{tenths // 600}:{tenths % 600 / 10:04.1f}"


def print_json(value, indent: int | None = 2) -> None:
    print(dumps(value, indent=indent))


def print_table(header: list, rows) -> None:
    """Columns as wide as they need to be, the first to the left, the others to the right."""
    lines = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    for line in lines:
        first, *others = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join([first.strip().ljust(widths[0]), *others]).rstrip())
