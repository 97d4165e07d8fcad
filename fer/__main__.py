"""python -m fer: data, train, predict, evaluate, report, average, export, import and models from the command line."""

import argparse
import io
import os
import sys
from dataclasses import fields
from pathlib import Path

from fer import commands
from fer.config import TrainConfig
from fer.errors import FerError
from fer.runs import EXPORTS

DATASET_HELP = "a path (file or folder), a name in data/, or 'synthetic' for faces that the project draws itself"


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the exit status: 0, 1 where something could not be done, 130 after Ctrl-C."""
    options = vars(parser().parse_args(arguments))
    run = options.pop("run")
    if isinstance(sys.stdout, io.TextIOWrapper):  # a class's name may hold letters that a terminal's alphabet lacks
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return run(**options) or 0
    except FerError as error:
        print(f"fer: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `| head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    whole = argparse.ArgumentParser(
        prog="python -m fer",
        description="Facial emotion recognition, on FER2013's seven emotions or on classes of your own: look at data, "
        "train, predict, evaluate.",
        epilog="`python -m fer COMMAND --help` tells more of each.",
    )
    add = whole.add_subparsers(title="commands", metavar="COMMAND", required=True).add_parser
    _add_data(add)
    _add_train(add)
    _add_work(add)
    _add_measure(add)
    _add_predict(add)
    _add_evaluate(add)
    _add_report(add)
    _add_average(add)
    _add_export(add)
    _add_import(add)
    _add_models(add)
    return whole


def _command(add, name: str, run, help: str, description: str, epilog: str) -> argparse.ArgumentParser:
    command = add(
        name,
        help=help,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    return command


def _add_data(add) -> None:
    command = _command(
        add,
        "data",
        commands.data,
        "print a data set's splits, class counts, twins and faults",
        "Open a data set and print its splits, images of each class, twins (images with the same pixels) and faults.",
        "examples:\n  python -m fer data fer2013\n"
        '  python -m fer data fer2013 --classes "happy, not happy=angry+disgust+fear+sad+surprise+neutral"',
    )
    command.add_argument("dataset", metavar="DATASET", help=DATASET_HELP)
    command.add_argument("--classes", metavar="CLASSES", default="", help="fewer classes, as of `train --classes`")
    command.add_argument("--json", action="store_true", help="one JSON object instead of tables")


def _add_train(add) -> None:
    command = _command(
        add,
        "train",
        commands.train,
        "train a network, with a progress bar for each epoch",
        "Train a network and keep it as a run in models/. Ctrl-C stops cleanly after the present batch; --resume\n"
        "goes on from the last whole epoch. The defaults are the recipe of the shipped vgg_small.",
        "examples:\n  python -m fer train --data synthetic --architecture mini_xception --epochs 3 --name first\n"
        "  python -m fer train --data fer2013 --epochs 60 --name my_vgg\n"
        '  python -m fer train --data fer2013 --classes "happy, sad, neutral" --name three\n'
        "  python -m fer train --resume my_vgg",
    )
    command.add_argument("--name", help="name of the run (default: the architecture and the time)")
    command.add_argument("--resume", metavar="RUN", help="go on with a stopped run; takes no other options")
    recipe = command.add_argument_group("recipe")
    for item in fields(TrainConfig):
        _add_setting(recipe, item)


def _add_work(add) -> None:
    _command(
        add,
        "work",
        commands.work,
        "train the runs that wait in the queue",
        "Train the runs that the Train page has queued, one after the other, and end when none waits. The page starts\n"
        "this by itself; by hand it serves where the page may not start processes.",
        "example:\n  python -m fer work",
    )


def _add_measure(add) -> None:
    command = _command(
        add,
        "measure",
        commands.measure,
        "measure how fast this machine trains a network",
        "Train a network for half a minute on drawn faces and remember how many images a second this machine trains,\n"
        "validates and judges. The Train page estimates from it how long a recipe will take.",
        "example:\n  python -m fer measure --architecture vgg_small",
    )
    for item in fields(TrainConfig):
        if item.name in ("architecture", "precision", "batch_size"):
            _add_setting(command, item)


def _add_setting(group, item) -> None:
    """One --option from a TrainConfig field; absent from the parsed values where the user did not give it."""
    flag, limits = f"--{item.name.replace('_', '-')}", item.metadata
    help = f"{limits['help']} (default: {item.default})".replace("%", "%%")
    common = {"dest": item.name, "help": help, "default": argparse.SUPPRESS}
    if item.type is bool:
        group.add_argument(flag, action=argparse.BooleanOptionalAction, **common)
    else:
        metavar = "{" + ",".join(limits["choices"]) + "}" if limits["choices"] else item.type.__name__.upper()
        group.add_argument(flag, type=item.type, metavar=metavar, **common)


def _add_predict(add) -> None:
    command = _command(
        add,
        "predict",
        commands.predict,
        "read the emotions of the faces in photos",
        "Find every face in the photos and read its emotion. A file that is no picture is told on stderr, the\n"
        "others are still answered, and the exit status is 1.",
        "examples:\n  python -m fer predict photo.jpg\n  python -m fer predict *.jpg --json > answers.jsonl\n\n"
        'With --json, one object a photo on a line: {"file", "width", "height", "faces": [{"box": [x1, y1, x2, y2],\n'
        '"label", "confidence", "probabilities": {class: p}}]}; boxes in pixels, the end exclusive.',
    )
    command.add_argument(
        "photos", metavar="PHOTO", nargs="+", type=Path, help="JPEG, PNG, WebP, BMP, GIF, HEIC or AVIF"
    )
    command.add_argument("--model", metavar="RUN", help="the run that answers (default: the default run)")
    command.add_argument(
        "--detector", default="yunet", help="yunet finds faces; whole takes the picture as one face (default: yunet)"
    )
    command.add_argument("--json", action="store_true", help="one JSON object a photo on a line")


def _add_evaluate(add) -> None:
    command = _command(
        add,
        "evaluate",
        commands.evaluate,
        "judge a run on a split of a data set",
        "Official and leak-free accuracy (without images that have an exact copy in the training split) with\n"
        "95 % Wilson intervals; precision, recall, F1 and support of each class; the confusion matrix.",
        "example:\n  python -m fer evaluate --data fer2013 --split test --model mini_xception",
    )
    command.add_argument("--data", metavar="DATASET", required=True, help=DATASET_HELP)
    command.add_argument("--split", default="test", choices=("train", "val", "test", "all"), help="default: test")
    command.add_argument("--model", metavar="RUN", help="the run to judge (default: the default run)")
    command.add_argument("--tta", action="store_true", help="test-time augmentation: the mean over six views of a face")
    command.add_argument("--json", action="store_true", help="one JSON object instead of tables")


def _add_report(add) -> None:
    command = _command(
        add,
        "report",
        commands.report,
        "write a stored report as one HTML document",
        "Write everything about a run's answers on a split, figures and tables, as one HTML file that needs nothing\n"
        "else and prints well. Without the data set at hand: it reads what `train` or the Evaluate page has stored.",
        "example:\n  python -m fer report --model vgg_small --out report.html",
    )
    command.add_argument("--model", metavar="RUN", help="the run (default: the default run)")
    command.add_argument("--data", metavar="DATASET", help="name of the data set (default: the run's own)")
    command.add_argument("--split", default="test", choices=("train", "val", "test", "all"), help="default: test")
    command.add_argument("--tta", action="store_true", help="with test-time augmentation instead of a single pass")
    command.add_argument("--out", metavar="FILE", type=Path, required=True, help="the HTML file to write")


def _add_average(add) -> None:
    command = _command(
        add,
        "average",
        commands.average,
        "make a run of the mean weights of others",
        "Average the weights of runs that come from one another (train --start-from); such a mean is often better\n"
        "than each (model soups, arXiv 2203.05482). The new run is exported and judged like a trained one.",
        "example:\n  python -m fer average first second --name both",
    )
    command.add_argument("run_ids", metavar="RUN", nargs="+", help="names of runs of one architecture in models/")
    command.add_argument("--name", help="name of the new run (default: the architecture and the time)")


def _add_export(add) -> None:
    command = _command(
        add,
        "export",
        commands.export,
        "write a run's model.tflite again and judge it, or write it smaller or as ONNX",
        "Export a run that was trained where TensorFlow was not (KERAS_BACKEND=jax or torch), or that was stopped:\n"
        "writes model.tflite, checks it against Keras, and keeps its reports on val and test.\n\n"
        "With --as, writes the network for other programs and keeps in the run's card how its answers on the\n"
        "validation images differ from model.tflite's: float16 (half the size), int8 (a quarter; calibrated on 350\n"
        "training images, for which the data set must be here) or onnx (pip install onnx tf2onnx onnxruntime).",
        "examples:\n  python -m fer export my_vgg\n  python -m fer export my_vgg --as int8",
    )
    command.add_argument("run_id", metavar="RUN", help="name of a run in models/")
    command.add_argument("--as", dest="kind", choices=tuple(EXPORTS), help="another format, beside model.tflite")


def _add_import(add) -> None:
    command = _command(
        add,
        "import",
        commands.import_model,
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
    command.add_argument("file", metavar="FILE", type=Path, help="a .keras or .tflite file")
    command.add_argument("--labels", required=True, help="what the outputs mean, in their order, commas between")
    command.add_argument("--name", help="name of the run (default: imported and the time)")
    command.add_argument(
        "--scale", help="what the network wants of a picture: 0-255, 0-1 (divided by 255) or, with =, --scale=-1-1"
    )
    command.add_argument("--data", metavar="DATASET", help="judge it at once on a data set's val and test splits")


def _add_models(add) -> None:
    command = _command(
        add,
        "models",
        commands.models,
        "list the runs in models/, or choose the default one",
        "List the runs with their state, size and accuracy, or choose the one that answers by default.",
        "example:\n  python -m fer models --default mini_xception",
    )
    command.add_argument("--default", metavar="RUN", help="make this run the one that answers by default")


if __name__ == "__main__":
    sys.exit(main())
