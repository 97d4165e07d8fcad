"""The runs in models/: list, average, combine, export and import them."""

from argparse import BooleanOptionalAction
from pathlib import Path

from fer.cli import command, finished, load_worker, print_scores, quiet_stderr, text, with_weights
from fer.errors import extra
from fer.runs import overview
from fer.runs.background_export import only_export
from fer.runs.card import Export
from fer.runs.importing import only_import
from fer.runs.members import require_networks
from fer.runs.run import EXPORTS, Run, export_path
from fer.runs.state import Status
from fer.runs.store import RunStore

PARTS = (  # of `overview.COLUMNS`: accuracy; size and speed; origin
    ["accuracy", "leak-free", "augmented", "augmented, leak-free"],
    ["macro F1", "disgust recall", "calibration error", "parameters", "million MACs", "ms a face", "MB"],
    ["state", "network", "n", "n leak-free", "minutes", "ms on"],
    ["data", "trained on"],
)


def add_to(add) -> None:
    _add_average(add)
    _add_ensemble(add)
    _add_export(add)
    _add_import(add)
    _add_models(add)


def _add_average(add) -> None:
    parser = command(
        add,
        "average",
        average,
        "average the weights of runs into a new run",
        "Average the weights of runs that started from one another (train --start-from); the average is often better\n"
        "than each of them (model soups, arXiv 2203.05482). The new run is exported and evaluated like a trained one.",
        "example:\n  python -m fer average first second --name both",
    )
    parser.add_argument("run_ids", metavar="RUN", nargs="+", help="names of runs of one architecture in models/")
    parser.add_argument("--name", help="name of the new run (default: the architecture and the time)")


def _add_ensemble(add) -> None:
    parser = command(
        add,
        "ensemble",
        ensemble,
        "make a run that averages the answers of other runs",
        "Make a run that answers with the mean of its members' probabilities. It has no weights of its own; it takes\n"
        "the time and memory of all its members, and shows what they reach together. Members may be of different\n"
        "networks, with the same labels, data and splits. It can be a teacher (train --teacher).",
        "example:\n  python -m fer ensemble flagship vgg_small --name both",
    )
    parser.add_argument("run_ids", metavar="RUN", nargs="+", help="names of the members, runs in models/")
    parser.add_argument("--name", help="name of the new run (default: ensemble and the time)")
    parser.add_argument(
        "--read-test",
        action=BooleanOptionalAction,
        help="evaluate it on the test split as well (default: if all members were)",
    )


def _add_export(add) -> None:
    parser = command(
        add,
        "export",
        export,
        "export and evaluate a run's model.tflite again, or export another format",
        "Export a run that was trained without TensorFlow (KERAS_BACKEND=jax or torch), or whose test split was\n"
        "left unread: writes model.tflite, checks it against Keras, and stores its reports on val and test.\n\n"
        "With --as, exports the network for other programs and records on the run's card how its predictions on the\n"
        "validation images differ from model.tflite's: float16 (half the size), int8 (a quarter; calibrated on 350\n"
        "training images, so the data set is required) or onnx (pip install onnx tf2onnx onnxruntime). Of a model\n"
        "that was taught, keras writes model.keras, with its head inside. Several exports run one after another.",
        "examples:\n  python -m fer export my_vgg\n  python -m fer export my_vgg --as int8",
    )
    parser.add_argument("run_id", metavar="RUN", help="name of a run in models/")
    parser.add_argument(
        "--as",
        dest="kinds",
        action="append",
        choices=("keras", *EXPORTS),
        help="another format, in addition to model.tflite; can be repeated",
    )


def _add_import(add) -> None:
    parser = command(
        add,
        "import",
        import_model,
        "import a .keras or .tflite file that was trained elsewhere",
        "Check a network that was trained elsewhere and store it as a finished run. .keras files open in Keras's\n"
        "safe mode: Lambda layers, custom objects and other code are rejected. The network may take images of other\n"
        "sizes, in colour, or in another range, and may end in a softmax; it is wrapped accordingly. .tflite files\n"
        "must take uint8 (N, 48, 48, 1) and return float32 logits.",
        "example:\n  python -m fer import a.keras --scale 0-1 --labels angry,disgust,fear,happy,neutral,sad,surprise"
        "\n\n"
        "Networks trained with Keras's flow_from_directory have their labels in alphabetical order. A wrong --scale\n"
        "gives poor predictions without an error, so evaluate with --data or `python -m fer evaluate`.",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="a .keras or .tflite file")
    parser.add_argument("--labels", required=True, help="labels in output order, separated by commas")
    parser.add_argument("--name", help="name of the run (default: imported and the time)")
    parser.add_argument("--scale", help="input range: 0-255, 0-1 (divided by 255) or, with =, --scale=-1-1")
    parser.add_argument("--data", metavar="DATASET", help="also evaluate it on the val and test splits of a data set")


def _add_models(add) -> None:
    parser = command(
        add,
        "models",
        models,
        "list the runs in models/, or choose the default model",
        "List the runs with accuracy, size, speed and training data, the most accurate first; or choose the default\n"
        "model. models/README.md explains the columns.",
        "example:\n  python -m fer models --default mini_xception",
    )
    parser.add_argument("--markdown", action="store_true", help="print the table for models/README.md")
    parser.add_argument("--default", metavar="RUN", help="make this run the default model")


def average(run_ids: list[str], name: str | None) -> None:
    runs = [RunStore()[id] for id in run_ids]
    load_worker()
    from fer.training import averaging, scoring

    run = averaging.average(runs, name)
    _evaluate(run, scoring.scored(run))


def ensemble(run_ids: list[str], name: str | None, read_test: bool | None) -> None:
    store = RunStore()
    runs = [store[id] for id in run_ids]
    with extra("train", "Fitting a temperature"):
        from fer.training import ensembling

    run = ensembling.ensemble(runs, name, read_test=read_test)
    print_scores(run)
    if not run.card.scores:
        print("Not evaluated: its members have no reports on the same images, and their data is not here.")
    if run.is_without_weights:
        print("It cannot predict: a member has no weights here.")
    print(f"Made {run.path}")


def export(run_id: str, kinds: list[str] | None) -> None:
    store = RunStore()
    run = finished(store[run_id])
    require_networks([run])
    run = with_weights(run)
    with only_export(store, run):
        load_worker()
        run = store.writable(run)
        if not kinds:
            from fer.training import scoring

            _evaluate(run, scoring.SCORED)
        for kind in kinds or []:
            _export_as(run, kind)


def _export_as(run: Run, kind: str) -> None:
    from fer.training.export import keras_file, variants

    with quiet_stderr():
        made = keras_file.load(run) if kind == "keras" else variants.convert(run, kind)
    if isinstance(made, Export):
        print(f"Wrote {export_path(run, kind)}: {text.conversion(made)}")
    else:
        print(f"{run.model_path}: {run.model_path.stat().st_size:,} bytes")


def import_model(file: Path, labels: str, name: str | None, scale: str | None, data: str | None) -> None:
    load_worker()
    with quiet_stderr(), only_import(RunStore()):
        from fer.training.imported import import_model as importing

        run = importing.import_model(file, labels, name=name, scale=scale, data=data)
    print_scores(run)
    hint = "" if data else f" Evaluate it: python -m fer evaluate --data DATASET --model {run.id}"
    print(f"Imported {run.path}, with the classes {', '.join(run.labels)}.{hint}")


def models(default: str | None, markdown: bool) -> None:
    store = RunStore()
    if default:
        print(f"{store.set_default(default).id} is now the default model.")
    elif markdown:
        print(overview.markdown(run for run in store if run.is_shipped), end="")
    else:
        _print_models(overview.texts(overview.rows(store, store.default_id)))


def _print_models(rows: list[dict[str, str]]) -> None:
    """Print the table in parts, each narrow enough for a terminal, then the notes."""
    for part in PARTS:
        names = ["model", *part]
        text.print_table(names, [[row[name] for name in names] for row in rows])
        print()
    for row in rows:
        if row["note"]:
            print(f"{row['model']}: {row['note']}")


def _evaluate(run: Run, splits: tuple[str, ...]) -> None:
    from fer.runs.data import data_for
    from fer.training import scoring

    scoring.judge(run, data_for(run, run.config.data), splits)
    run.status = Status("finished")
    print_scores(run)
    print(f"Exported {run.tflite_path}")
