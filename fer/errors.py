"""The one error that a person is meant to read."""

from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches

MAX_TOLD = 300  # characters of what another library says
DISK_FULL = "The disk is full. Free some space and try again."


class FerError(Exception):
    """Something a user did or gave cannot work; the message says what, what was got, and what to do."""


def unknown(kind: str, name: str, valid) -> FerError:
    """The error for a name that is not among the valid ones, suggesting the nearest.

    Args:
        kind: what was looked for, in the singular ("architecture").
        name: what was asked for.
        valid: the names that exist.
    """
    valid = sorted(valid)
    nearest = get_close_matches(str(name), valid, n=1, cutoff=0.6)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return FerError(f"Unknown {kind} {name!r}.{hint} Valid: {', '.join(valid) or 'none yet'}.")


@contextmanager
def extra(name: str, what: str, more: str = "") -> Iterator[None]:
    """Around imports that come with an extra of the package.

    Args:
        name: the extra's.
        what: needs it ("Training").
        more: what else there is to know.

    Raises:
        FerError: where a package is not installed, with the command that installs it.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "fer").split(".")[0] == "fer":  # no package is missing, but a file of this one
            raise
        raise FerError(
            f'{what} needs {error.name}, which is not installed: pip install "facial-emotion-studio[{name}]", or in a '
            f"checkout pip install -r requirements.txt{more}."
        ) from error


def shortened(error: Exception) -> str:
    """What another library's error says, on one line."""
    return " ".join(str(error).split())[:MAX_TOLD]
