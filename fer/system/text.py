"""Times, counts and table cells as text, shared by the app and the command line."""

import time

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def duration(seconds: float, *, decimals: int = 0) -> str:
    """Clock format: 0:07, 1:05, 2:00:05; with one decimal 1:05.2."""
    minutes, seconds = divmod(round(seconds, decimals), 60)
    hours, minutes = divmod(int(minutes), 60)
    rest = f"{seconds:0{3 + decimals if decimals else 2}.{decimals}f}"
    return f"{hours}:{minutes:02}:{rest}" if hours else f"{minutes}:{rest}"


def rough_duration(seconds: float) -> str:
    """An estimate to about two digits: 40 s, 12 min, 1.6 hours."""
    if seconds < 90:
        return f"{round(seconds, -1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def now() -> str:
    """The time in UTC, as on cards: 2026-11-21T18:50:46Z."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def plural(n: int, noun: str) -> str:
    """A count with its noun: 1 face, 2 faces, 1,200 faces."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def safe_cell(value: object) -> object:
    """A value for a CSV file: text that a spreadsheet would run as a formula gets an apostrophe before it.

    See OWASP's "CSV Injection".
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
