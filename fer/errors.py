"""The one error type whose message is written for the user."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

MAX_TOLD = 300  # characters quoted from another library's error
DISK_FULL = "The disk is full. Free some space and try again."
FULL = (errno.ENOSPC, errno.EDQUOT)
FORBIDDEN = (errno.EACCES, errno.EPERM)
IN_THE_WAY = (errno.EISDIR, errno.ENOTDIR, errno.ELOOP)


class FerError(Exception):
    """A user's input or action can't work; the message says what is wrong, what was given, and what to do."""


class DiskFullError(FerError):
    """The disk has no room left."""


def unknown(kind: str, name: str, valid) -> FerError:
    """An error for an unknown name, suggesting the closest valid one.

    Args:
        kind: what the name refers to, in the singular ("architecture").
        name: the name given.
        valid: the existing names.
    """
    valid = sorted(valid)
    nearest = get_close_matches(str(name), valid, n=1, cutoff=0.6)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return FerError(f"Unknown {kind} {name!r}.{hint} Valid: {', '.join(valid) or 'none yet'}.")


def disk_error(error: OSError, path: Path | None = None) -> FerError | None:
    """The error for a disk that is full, read-only, broken, or another user's; None for any other reason.

    Args:
        path: what was read or written, if `error` doesn't say it.
    """
    where = _place(error.filename2 or error.filename or path)
    if error.errno in FULL:
        return DiskFullError(DISK_FULL)
    if error.errno == errno.EROFS:
        return FerError(f"{where} is on a read-only disk. Set FER_MODELS and FER_DATA to folders on another one.")
    if error.errno in FORBIDDEN:
        return FerError(
            f"This program's user has no permission for {where}. Change its permissions, or set FER_MODELS and "
            "FER_DATA to folders of that user."
        )
    if error.errno in IN_THE_WAY:
        return FerError(f"{where} is in the way: a file is expected there, or a folder where there is a file. Move it.")
    if error.errno == errno.EIO:
        return FerError(f"The disk cannot read or write {where}. Check the disk, then restore the file from a copy.")
    return None


def _place(named) -> str:
    """The path in an error message: for a file that only exists while another is written, their folder."""
    if not isinstance(named, str | bytes | os.PathLike):
        return "The file"
    path = Path(os.fsdecode(named))
    return str(path.parent if path.name.startswith(".") else path)


@contextmanager
def extra(name: str, what: str, more: str = "") -> Iterator[None]:
    """Wrap imports that need one of the package's extras.

    Args:
        name: the extra.
        what: the feature that needs it ("Training").
        more: further advice, appended to the message.

    Raises:
        FerError: if a package is not installed, with the command to install it.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "fer").split(".")[0] == "fer":  # a module of this package is missing, not a dependency
            raise
        if error.name in ("jax", "torch"):
            raise FerError(f"{what} on this backend needs {error.name}. Run pip install {error.name}.") from error
        raise FerError(
            f'{what} needs {error.name}, which is not installed. Run pip install "facial-emotion-studio[{name}]", or '
            f"in a checkout: pip install -r requirements.txt{more}."
        ) from error


def shortened(error: Exception) -> str:
    """Another library's error message on one line, truncated."""
    return " ".join(str(error).split())[:MAX_TOLD]
