"""Where files lie: what ships with the program and is only read, and a person's own runs and data sets."""

import os
from pathlib import Path

from platformdirs import user_data_path

PACKAGE = Path(__file__).parents[1]
NAME = "facial-emotion-studio"  # of the distribution, and so of the user's data folder


def checkout(package: Path = PACKAGE) -> Path | None:
    """The clone of the project that the package is part of; None where it was installed."""
    return package.parent if (package.parent / "streamlit_app.py").is_file() else None


def shipped(name: str, in_checkout: str, package: Path = PACKAGE) -> Path:
    """A folder that ships with the program, called otherwise in a checkout than in an installed package."""
    root = checkout(package)
    return root / in_checkout if root else package / name


def own(variable: str, name: str, package: Path = PACKAGE) -> Path:
    """A folder for what a person makes: the one that an environment variable names, else that of the checkout, else one
    in the user's data folder. It need not exist yet."""
    if given := os.environ.get(variable):
        return Path(given)
    root = checkout(package)
    return root / name if root else user_data_path(NAME, appauthor=False) / name
