"""The one error type whose message is written for the user."""

from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches

MAX_TOLD = 300  # characters quoted from another library's error
DISK_FULL = "The disk is full. Free some space and try again."


class FerError(Exception):
    """A user's input or action can't work; the message says what is wrong, what was given, and what to do."""


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
        raise FerError(
            f'{what} needs {error.name}, which is not installed. Run pip install "facial-emotion-studio[{name}]", or '
            f"in a checkout: pip install -r requirements.txt{more}."
        ) from error


def shortened(error: Exception) -> str:
    """Another library's error message on one line, truncated."""
    return " ".join(str(error).split())[:MAX_TOLD]
