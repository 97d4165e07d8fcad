"""Times, counts and table cells as text, shared by the app and the command line."""

import re
import time

from fer.errors import FerError

RESERVED = r"(con|prn|aux|nul|com[1-9]|lpt[1-9])(\.|$)"  # devices on Windows, which can be no file
FILE_NAME = re.compile(rf"(?!{RESERVED})[a-z0-9][a-z0-9._-]{{0,63}}", re.IGNORECASE | re.ASCII)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def duration(seconds: float, *, decimals: int = 0) -> str:
    """Clock format: 0:07, 1:05, 2:00:05; with one decimal 1:05.2."""
    minutes, seconds = divmod(round(seconds, decimals), 60)
    hours, minutes = divmod(int(minutes), 60)
    rest = f"{seconds:0{3 + decimals if decimals else 2}.{decimals}f}"
    return f"{hours}:{minutes:02}:{rest}" if hours else f"{minutes}:{rest}"


def rough_duration(seconds: float) -> str:
    """An estimate to about two digits: 40 s, 12 min, 1.6 hours."""
    if seconds < 10:
        return f"{max(seconds, 1):.0f} s"
    if seconds < 90:
        return f"{round(seconds, -1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def now() -> str:
    """The time in UTC, as on cards: 2026-11-21T18:50:46Z."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def plural(n: int, noun: str) -> str:
    """A count with its noun: 1 face, 2 faces, 1,200 faces."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def capital(text: str) -> str:
    """The text with a capital first letter; the others stay as they are."""
    return text[:1].upper() + text[1:]


def safe_cell(value: object) -> object:
    """A value for a CSV file: text that a spreadsheet would run as a formula gets an apostrophe before it.

    See OWASP's "CSV Injection".
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def check_file_name(name: str, what: str) -> None:
    """Raise FerError unless something that a user names can be a file of that name on every system.

    Args:
        what: it is, such as "run".
    """
    if not FILE_NAME.fullmatch(name):
        allowed = "1 to 64 letters, digits, '.', '_' or '-', and not one that Windows reserves, such as con or nul"
        raise FerError(f"A {what}'s name must be {allowed}, got {name!r}.")
