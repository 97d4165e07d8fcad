"""The one error that a person is meant to read."""

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


def shortened(error: Exception) -> str:
    """What another library's error says, on one line."""
    return " ".join(str(error).split())[:MAX_TOLD]
