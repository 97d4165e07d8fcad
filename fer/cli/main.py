"""The command line's parser, and how errors become messages and exit statuses."""

import argparse
import io
import os
import sys

import fer
from fer.cli import data, evaluate, hub, models, predict, teach, train, tune
from fer.errors import FerError, disk_error
from fer.system.process import ERROR


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the exit status: 0, 1 if something failed, 130 after Ctrl-C."""
    options = vars(parser().parse_args(arguments))
    run = options.pop("run")
    if isinstance(sys.stdout, io.TextIOWrapper):  # a class name may contain characters that the terminal cannot show
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return run(**options) or 0
    except FerError as error:
        print(f"{ERROR}{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `| head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        if not (refusal := disk_error(error)):
            raise
        print(f"{ERROR}{refusal}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    root = argparse.ArgumentParser(
        prog="python -m fer",
        description="Facial emotion recognition with FER2013's seven emotions or your own classes: explore data, "
        "train, predict, evaluate.",
        epilog="`python -m fer COMMAND --help` explains each command.",
    )
    root.add_argument("--version", action="version", version=f"facial-emotion-studio {fer.__version__}")
    add = root.add_subparsers(title="commands", metavar="COMMAND", required=True).add_parser
    for kind in (data, train, tune, teach, predict, evaluate, models, hub):
        kind.add_to(add)
    return root
