"""Run `python -m fer` commands in separate processes, in the background or to completion."""

import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from fer.errors import FerError

if sys.platform == "linux":
    import resource

PROJECT = Path(__file__).parents[2]
COMMAND_SECONDS = 300
CHECK_MEMORY = 1_500_000_000  # bytes that a check may allocate; FER2013's csv needs 700 million
COMMAND_MEMORY = 2_500_000_000  # the same for a command; importing a network needs 1.2 billion
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

    Its temporary files are deleted even if it is killed.

    Args:
        models: the runs directory it works on.
        arguments: the command's name and its arguments.

    Raises:
        FerError: with the command's own message if it fails, or if it is killed or takes longer than COMMAND_SECONDS.
    """
    name = f"`fer {arguments[0]}`"
    done = _completed(name, "fer", *arguments, most=COMMAND_MEMORY, FER_MODELS=str(models))
    if done.returncode and (message := _message(done)):
        raise FerError(message)
    if done.returncode < 0:
        raise FerError(
            f"{name} was killed (signal {-done.returncode}). If the server ran out of memory, free some and try again."
        )
    if done.returncode:
        raise FerError(f"{name} failed: {done.stderr[-500:]}")


def check(module: str, *arguments: str, name: str) -> None:
    """Run a module that checks a file, in a separate process with limited memory.

    Its temporary files are deleted even if it is killed.

    Args:
        name: what messages call the file.

    Raises:
        FerError: with the module's own message, or if it needs too much memory or longer than COMMAND_SECONDS.
    """
    done = _completed(f"Checking {name}", module, *arguments, most=CHECK_MEMORY)
    if done.returncode and (message := _message(done)):
        raise FerError(message)
    if done.returncode:
        raise FerError(
            f"{name} could not be checked: it needs more than {CHECK_MEMORY / 1e9:.1f} GB of memory, or is damaged. "
            "Make it smaller, for example by scaling its images to 48 × 48."
        )


def _completed(what: str, module: str, *arguments: str, most: int, **environment: str) -> subprocess.CompletedProcess:
    """Run a module to its end, with a temporary folder of its own, which goes whatever becomes of it.

    Args:
        what: is done, for the message if it takes too long.
        most: bytes that it may allocate; only Linux can limit that.
    """
    command = [sys.executable, "-m", module, *arguments]
    with tempfile.TemporaryDirectory(prefix="fer-", ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=_environment(**environment, TMPDIR=folder),
        )
        with process:
            try:
                _limit(process.pid, most)
                output = process.communicate(timeout=COMMAND_SECONDS)
            except subprocess.TimeoutExpired:
                raise FerError(f"{what} took longer than {COMMAND_SECONDS} s and was stopped. Try again.") from None
            finally:
                process.kill()  # does nothing to a process that has ended
    return subprocess.CompletedProcess(command, process.returncode, *output)


def _limit(pid: int, most: int) -> None:
    if sys.platform == "linux":
        with suppress(ProcessLookupError, PermissionError):  # it has ended already, or may not be limited
            resource.prlimit(pid, resource.RLIMIT_DATA, (most, most))


def _message(done: subprocess.CompletedProcess) -> str:
    """The last error that the process printed for the user."""
    messages = [line.removeprefix(ERROR) for line in done.stderr.splitlines() if line.startswith(ERROR)]
    return messages[-1] if messages else ""


def _environment(**more: str) -> dict[str, str]:
    path = [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path), **more}
