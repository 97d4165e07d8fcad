"""The command line, `python -m fer COMMAND`: one file per command group; this one holds what they share.

In: command-line arguments. Out: text, tables, files, and an exit status. Keras is imported only for training.
Open `main.py` first.
"""

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path

from fer.cli import text
from fer.data import folder_classes
from fer.errors import FerError, extra
from fer.runs.config import TrainConfig
from fer.runs.members import no_weights
from fer.runs.run import Run
from fer.runs.store import RunStore

DATASET_HELP = "a path (file or folder), a name in data/, or 'synthetic' for faces drawn by this project"


def command(add, name: str, run, help: str, description: str, epilog: str) -> argparse.ArgumentParser:
    """Add a command that calls `run` with its parsed options by name."""
    parser = add(
        name,
        help=help,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def add_setting(group, item) -> None:
    """Add an --option for a TrainConfig field; it is absent from the parsed values unless the user gives it."""
    flag, limits = f"--{item.name.replace('_', '-')}", item.metadata
    help = f"{limits['help']} (default: {item.default})".replace("%", "%%")
    common = {"dest": item.name, "help": help, "default": argparse.SUPPRESS}
    if item.type is bool:
        group.add_argument(flag, action=argparse.BooleanOptionalAction, **common)
    else:
        metavar = "{" + ",".join(limits["choices"]) + "}" if limits["choices"] else item.type.__name__.upper()
        group.add_argument(flag, type=item.type, metavar=metavar, **common)


def add_folder_classes(parser) -> None:
    """Add --folder-classes, which confirms what numbered class folders mean."""
    known = "; ".join(f"{mapping.name}: {mapping.in_words}" for mapping in folder_classes.MAPPINGS.values())
    parser.add_argument(
        folder_classes.OPTION,
        choices=tuple(folder_classes.MAPPINGS),
        help=f"confirm what class folders named by numbers mean ({known}); stored beside the data set, so give it once",
    )


def chosen(model: str | None) -> Run:
    return RunStore()[model] if model else RunStore().default


def with_weights(run: Run) -> Run:
    """The run, if it has weights; checked before data is opened or TensorFlow imported."""
    if run.is_without_weights:
        raise no_weights(run)
    return run


def finished(run: Run) -> Run:
    _ = run.card  # raises a FerError if there is none yet
    return run


def load_worker():
    """The module that trains. Raises FerError if Keras or its backend is not installed."""
    version = platform.python_version()
    under = f", under Python 3.11 to 3.13 (this is {version}; TensorFlow has no release for 3.14 yet)"
    with extra("train", "Training", under), quiet_stderr():
        from fer.training import worker
    return worker


@contextmanager
def quiet_stderr():
    """Suppress what TensorFlow and LiteRT print from C++ while they load; exceptions still come through."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def check_recipe(config: TrainConfig) -> None:
    """Raise FerError for an unknown architecture or data set before a run is created."""
    from fer.architectures import ARCHITECTURES
    from fer.data.catalog import find

    ARCHITECTURES[config.architecture]
    find(config.data)
    for name in filter(None, [config.start_from, *config.teachers]):
        RunStore()[name]


def print_scores(run: Run) -> None:
    for score in run.card.scores:
        print(f"{score.key}: {text.headline(score)}{text.drawn(run.card.data.format)}")


def check_output(out: Path, sources: Sequence[Path] = ()) -> None:
    """Refuse a file to write before the work that makes it.

    Args:
        sources: files that are read, which it must not overwrite.

    Raises:
        FerError: if it cannot be written, or is one of the sources.
    """
    if not out.absolute().parent.is_dir():
        raise FerError(f"Cannot write {out}: its folder does not exist.")
    if out.is_dir():
        raise FerError(f"Cannot write {out}: it is a folder. Name a file in it.")
    if any(out.resolve() == source.resolve() for source in sources):
        raise FerError(f"{out} would overwrite one of the files to read. Choose another name.")
