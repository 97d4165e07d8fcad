"""Run `python -m fer` commands in separate processes, in the background or to completion."""

import os
import subprocess
import sys
from pathlib import Path

from fer.errors import FerError

PROJECT = Path(__file__).parents[2]
COMMAND_SECONDS = 300
# Prefix of error lines on stderr; fer.cli.main writes it and `command` reads it.
ERROR = "fer: "


def launch(arguments: list[str], log: Path, **environment: str) -> int:
    """Start a `python -m fer` command that outlives this process, appending its output to `log`. Returns its PID."""
    flags = subprocess.CREATE_NEW_PROCESS_GROUP if os.name == "nt" else 0
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "fer", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=_environment(**environment),
            creationflags=flags,
            start_new_session=os.name != "nt",
        ).pid


def command(models: Path, *arguments: str) -> None:
    """Run a `python -m fer` command to completion in a separate process, which may import TensorFlow.

    Args:
        models: the runs directory it works on.
        arguments: the command's name and its arguments.

    Raises:
        FerError: with the command's own message if it fails, or if it takes longer than COMMAND_SECONDS.
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
        raise FerError(
            f"`fer {arguments[0]}` took longer than {COMMAND_SECONDS} s and was stopped. Try again."
        ) from None
    if done.returncode:
        messages = [line.removeprefix(ERROR) for line in done.stderr.splitlines() if line.startswith(ERROR)]
        raise FerError(messages[-1] if messages else f"`fer {arguments[0]}` failed: {done.stderr[-500:]}")


def _environment(**more: str) -> dict[str, str]:
    path = [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path), **more}
