"""Processes of this program: `python -m fer` commands that run beside a server, or to their end."""

import os
import subprocess
import sys
from pathlib import Path

from fer.errors import FerError

PROJECT = Path(__file__).parents[2]
COMMAND_SECONDS = 300
# A protocol: a command that fails says why in a line on stderr that begins so; fer.cli.main writes it, `command` reads.
ERROR = "fer: "


def launch(arguments: list[str], log: Path, **environment: str) -> int:
    """Start a `python -m fer` command that outlives this process, and add what it prints to a file. Returns its id."""
    own = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if os.name == "nt" else {"start_new_session": True}
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "fer", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=_environment(**environment),
            **own,
        ).pid


def command(models: Path, *arguments: str) -> None:
    """Run one `python -m fer` command to its end in a process of its own, where it may import TensorFlow.

    Args:
        models: the directory of runs that it works on.
        arguments: of the command, its name first.

    Raises:
        FerError: with the command's own words, where it fails or takes longer than COMMAND_SECONDS.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "fer", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=COMMAND_SECONDS,
            env=_environment(FER_MODELS=str(models)),
        )
    except subprocess.TimeoutExpired:
        raise FerError(f"`fer {arguments[0]}` took longer than {COMMAND_SECONDS} s and was stopped.") from None
    if done.returncode:
        said = [line.removeprefix(ERROR) for line in done.stderr.splitlines() if line.startswith(ERROR)]
        raise FerError(said[-1] if said else f"`fer {arguments[0]}` failed: {done.stderr[-500:]}")


def _environment(**more: str) -> dict[str, str]:
    path = [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path), **more}
