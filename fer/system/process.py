"""Run `python -m fer` commands in separate processes, in the background or to completion."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from fer.errors import FerError

PROJECT = Path(__file__).parents[2]
COMMAND_SECONDS = 300
MOST_MEMORY = 1_500_000_000  # bytes that a check may allocate; FER2013's csv needs 700 million
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
    done = _completed(f"`fer {arguments[0]}`", "fer", *arguments, FER_MODELS=str(models))
    if done.returncode:
        raise FerError(_message(done) or f"`fer {arguments[0]}` failed: {done.stderr[-500:]}")


def check(module: str, *arguments: str, name: str) -> None:
    """Run a module that checks a file, in a separate process that calls `limit_memory` and has a temporary folder.

    The folder is deleted even if the process dies.

    Args:
        name: what messages call the file.

    Raises:
        FerError: with the module's own message, or if it needs too much memory or longer than COMMAND_SECONDS.
    """
    with tempfile.TemporaryDirectory(prefix="fer-", ignore_cleanup_errors=True) as folder:
        done = _completed(f"Checking {name}", module, *arguments, TMPDIR=folder, OPENBLAS_NUM_THREADS="1")
    if done.returncode and (message := _message(done)):
        raise FerError(message)
    if done.returncode:
        raise FerError(
            f"{name} could not be checked: it needs more than {MOST_MEMORY / 1e9:.1f} GB of memory, or is damaged. "
            "Make it smaller, for example by scaling its images to 48 × 48."
        )


def limit_memory() -> None:
    """Let allocations in this process beyond MOST_MEMORY fail; on Windows, which has no such limit, do nothing."""
    try:
        import resource
    except ModuleNotFoundError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, most))


def _completed(what: str, module: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    try:
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=COMMAND_SECONDS,
            env=_environment(**environment),
        )
    except subprocess.TimeoutExpired:
        raise FerError(f"{what} took longer than {COMMAND_SECONDS} s and was stopped. Try again.") from None


def _message(done: subprocess.CompletedProcess) -> str:
    """The last error that the process printed for the user."""
    messages = [line.removeprefix(ERROR) for line in done.stderr.splitlines() if line.startswith(ERROR)]
    return messages[-1] if messages else ""


def _environment(**more: str) -> dict[str, str]:
    path = [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path), **more}
