"""The runs in models/: a list of them, and new ones made of others."""

from pathlib import Path

from fer.cli import command, finished, load_worker, print_scores, quiet_stderr, text, with_weights
from fer.runs import overview
from fer.runs.run import EXPORTS, Run, export_path
from fer.runs.state import Status
from fer.runs.store import RunStore

PARTS = (  # of `overview.COLUMNS`: how accurate, how big and fast, from where
    ["accuracy", "leak-free", "augmented", "augmented, leak-free"],
    ["macro F1", "disgust recall", "calibration error", "parameters", "million MACs", "ms a face", "MB"],
    ["state", "network", "n", "n leak-free", "minutes", "ms on"],
    ["data", "trained on"],
)


def add_to(add) -> None:
    _add_average(add)
    _add_export(add)
    _add_import(add)
    _add_models(add)


def _add_average(add) -> None:
    parser = command(
        add,
        "average",
        average,
        "make a run of the mean weights of others",
        "Average the weights of runs that come from one another (train --start-from); such a mean is often better\n"
        "than each (model soups, arXiv 2203.05482). The new run is exported and judged like a trained one.",
        "example:\n  python -m fer average first second --name both",
    )
    parser.add_argument("run_ids", metavar="RUN", nargs="+", help="names of runs of one architecture in models/")
    parser.add_argument("--name", help="name of the new run (default: the architecture and the time)")


def _add_export(add) -> None:
    parser = command(
        add,
        "export",
        export,
        "write a run's model.tflite again and judge it, or write it smaller or as ONNX",
        "Export a run that was trained where TensorFlow was not (KERAS_BACKEND=jax or torch), or that was stopped:\n"
        "writes model.tflite, checks it against Keras, and keeps its reports on val and test.\n\n"
        "With --as, writes the network for other programs and keeps in the run's card how its answers on the\n"
        "validation images differ from model.tflite's: float16 (half the size), int8 (a quarter; calibrated on 350\n"
        "training images, for which the data set must be here) or onnx (pip install onnx tf2onnx onnxruntime).",
        "examples:\n  python -m fer export my_vgg\n  python -m fer export my_vgg --as int8",
    )
    parser.add_argument("run_id", metavar="RUN", help="name of a run in models/")
    parser.add_argument("--as", dest="kind", choices=tuple(EXPORTS), help="another format, beside model.tflite")


def _add_import(add) -> None:
    parser = command(
        add,
        "import",
        import_model,
        "make a run of a .keras or .tflite file that someone else trained",
        "Check a network that was trained elsewhere and keep it as a finished run. A .keras file is opened in Keras's\n"
        "safe mode: Lambda layers, custom objects and whatever else is code are refused. It may take pictures of\n"
        "other sizes, in colour, or scaled otherwise, and may end in a softmax; layers around it see to that. A\n"
        ".tflite must take uint8 (N, 48, 48, 1) and answer float32 logits.",
        "example:\n  python -m fer import a.keras --scale 0-1 --labels angry,disgust,fear,happy,neutral,sad,surprise"
        "\n\n"
        "Networks trained with Keras's flow_from_directory have their labels in alphabetical order. A wrong --scale\n"
        "makes a network answer badly without failing: judge it with --data, or `python -m fer evaluate`.",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="a .keras or .tflite file")
    parser.add_argument("--labels", required=True, help="what the outputs mean, in their order, commas between")
    parser.add_argument("--name", help="name of the run (default: imported and the time)")
    parser.add_argument(
        "--scale", help="what the network wants of a picture: 0-255, 0-1 (divided by 255) or, with =, --scale=-1-1"
    )
    parser.add_argument("--data", metavar="DATASET", help="judge it at once on a data set's val and test splits")


def _add_models(add) -> None:
    parser = command(
        add,
        "models",
        models,
        "list the runs in models/, or choose the default one",
        "List the runs, the most accurate first: how accurate they are, how big and fast, and how they were trained;\n"
        "or choose the one that answers by default. models/README.md tells what the columns mean.",
        "example:\n  python -m fer models --default mini_xception",
    )
    parser.add_argument("--markdown", action="store_true", help="the table of models/README.md, as it should be")
    parser.add_argument("--default", metavar="RUN", help="make this run the one that answers by default")


def average(run_ids: list[str], name: str | None) -> None:
    runs = [RunStore()[id] for id in run_ids]
    load_worker()
    from fer.training import averaging, scoring

    run = averaging.average(runs, name)
    _judge(run, scoring.scored(run))


def export(run_id: str, kind: str | None) -> None:
    store = RunStore()
    run = with_weights(finished(store[run_id]))
    load_worker()
    run = store.writable(run)
    if not kind:
        from fer.training import scoring

        _judge(run, scoring.SCORED)
        return
    from fer.training.export.variants import convert

    with quiet_stderr():
        record = convert(run, kind)
    print(f"Wrote {export_path(run, kind)}: {text.conversion(record)}")


def import_model(file: Path, labels: str, name: str | None, scale: str | None, data: str | None) -> None:
    load_worker()
    with quiet_stderr():
        from fer.training.imported import import_model as importing

        run = importing.import_model(file, labels, name=name, scale=scale, data=data)
    print_scores(run)
    told = "" if data else f" Judge it: python -m fer evaluate --data DATASET --model {run.id}"
    print(f"Imported {run.path}, which answers {', '.join(run.labels)}.{told}")


def models(default: str | None, markdown: bool) -> None:
    store = RunStore()
    if default:
        print(f"{store.set_default(default).id} is now the default model.")
    elif markdown:
        print(overview.markdown(run for run in store if run.is_shipped), end="")
    else:
        _print_models(overview.texts(overview.rows(store, store.default_id)))


def _print_models(rows: list[dict[str, str]]) -> None:
    """The texts of the table in parts, each narrow enough for a terminal, then the notes."""
    for part in PARTS:
        names = ["model", *part]
        text.print_table(names, [[row[name] for name in names] for row in rows])
        print()
    for row in rows:
        if row["note"]:
            print(f"{row['model']}: {row['note']}")


def _judge(run: Run, splits: tuple[str, ...]) -> None:
    from fer.runs.data import data_for
    from fer.training import scoring

    scoring.judge(run, data_for(run, run.config.data), splits)
    run.status = Status("finished")
    print_scores(run)
    print(f"Exported {run.tflite_path}")
