"""Evaluate a run on a data set, or export a stored report."""

from pathlib import Path

from fer.cli import DATASET_HELP, add_folder_classes, check_output, chosen, command, finished, text, with_weights
from fer.data import catalog
from fer.errors import FerError, extra
from fer.evaluation import stored
from fer.runs.card import way


def add_to(add) -> None:
    _add_evaluate(add)
    _add_report(add)


def _add_evaluate(add) -> None:
    parser = command(
        add,
        "evaluate",
        evaluate,
        "evaluate a run on a split of a data set",
        "Official and leak-free accuracy (without images that have an exact copy in the training split) with\n"
        "95% Wilson intervals; precision, recall, F1 and support per class; the confusion matrix.",
        "example:\n  python -m fer evaluate --data fer2013 --split test --model mini_xception",
    )
    parser.add_argument("--data", metavar="DATASET", required=True, help=DATASET_HELP)
    add_folder_classes(parser)
    parser.add_argument("--split", default="test", choices=("train", "val", "test", "all"), help="default: test")
    parser.add_argument("--model", metavar="RUN", help="the run to evaluate (default: the default run)")
    parser.add_argument(
        "--tta", action="store_true", help="test-time augmentation: the average over six views of each face"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")


def _add_report(add) -> None:
    parser = command(
        add,
        "report",
        report,
        "write a stored report as one HTML file",
        "Write all figures and tables about a run on a split as one self-contained HTML file that prints well. The\n"
        "data set is not needed: this reads the report that `train` or the Evaluate page stored.",
        "example:\n  python -m fer report --model vgg_small --out report.html",
    )
    parser.add_argument("--model", metavar="RUN", help="the run (default: the default run)")
    parser.add_argument("--data", metavar="DATASET", help="name of the data set (default: the run's own)")
    parser.add_argument("--split", default="test", choices=("train", "val", "test", "all"), help="default: test")
    parser.add_argument("--tta", action="store_true", help="with test-time augmentation instead of a single pass")
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="the HTML file to write")


def evaluate(data: str, folder_classes: str | None, split: str, model: str | None, tta: bool, json: bool) -> None:
    from fer.evaluation import sentences
    from fer.evaluation.evaluate import evaluate as evaluate_run
    from fer.runs.data import data_for

    run = with_weights(chosen(model))
    if folder_classes:
        catalog.confirm(data, folder_classes)
    opened = data_for(run, data)
    report = evaluate_run(run, opened, split, tta=tta)
    if json:
        text.print_json({**text.report_facts(report), "format": opened.format})
        return
    print(f"{report.model} on {report.dataset}, {report.split} split, n = {len(report)}, {way(report.tta)}")
    print(f"{text.headline(report.score())}\n")
    warning, carved = sentences.warning(run, opened.name, split), sentences.carved(opened, split)
    for note in (warning, "" if carved in warning else carved, *opened.left_out()):
        if note:
            print(f"{note}\n")
    figures = report.per_class
    rows = [
        [label, *(f"{figures[key][i]:.3f}" for key in ("precision", "recall", "f1")), int(figures["support"][i])]
        for i, label in enumerate(report.labels)
    ]
    text.print_table(["class", "precision", "recall", "F1", "support"], rows)
    print(f"macro F1 {report.macro_f1:.3f}\n")
    confusion = [[label, *row] for label, row in zip(report.labels, report.confusion.tolist(), strict=True)]
    text.print_table(["true \\ predicted", *report.labels], confusion)


def report(model: str | None, data: str | None, split: str, tta: bool, out: Path) -> None:
    check_output(out)
    with extra("app", "A report as HTML"):
        from fer.charts import document

    run = finished(chosen(model))
    dataset = data or run.card.data.name
    found = stored.report(run, dataset, split, tta=tta)
    if found is None:
        kept = ", ".join(f"{name} {part} ({way(augmented)})" for name, part, augmented in stored.reports(run))
        raise FerError(
            f"{run.id} has no stored report on {dataset} {split} ({way(tta)}). Stored: {kept or 'none'}. Choose one of "
            "these with --data, --split and --tta, or evaluate on the Evaluate page, which stores a report."
        )
    try:
        out.write_text(document.render(run, found), encoding="utf-8")
    except OSError as error:
        raise FerError(f"Cannot write {out}: {error.strerror}.") from error
    print(f"Wrote {out}")
