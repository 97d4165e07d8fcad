"""Locations of files: read-only ones shipped with the program, and the user's own runs and data sets."""

import os
from pathlib import Path

from platformdirs import user_data_path

PACKAGE = Path(__file__).parents[1]
NAME = "facial-emotion-studio"  # the distribution, and hence the user's data folder


def checkout(package: Path = PACKAGE) -> Path | None:
    """The project's checkout that contains the package, or None if the package is installed."""
    return package.parent if (package.parent / "streamlit_app.py").is_file() else None


def shipped(name: str, in_checkout: str, package: Path = PACKAGE) -> Path:
    """A folder shipped with the program; its name in a checkout differs from that in an installed package."""
    root = checkout(package)
    return root / in_checkout if root else package / name


def own(variable: str, name: str, package: Path = PACKAGE) -> Path:
    """A folder for the user's files: from the environment variable if set, else in the checkout, else in the user's
    data folder, or the current one without a home. It may not exist yet."""
    if given := os.environ.get(variable):
        return Path(given)
    root = checkout(package)
    return root / name if root else _user_folder() / name


def _user_folder() -> Path:
    try:
        return user_data_path(NAME, appauthor=False)
    except RuntimeError:  # no HOME and an unknown user, as in some containers
        return Path.cwd() / NAME
