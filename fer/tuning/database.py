"""A database in which several machines share studies: how it is opened, and what its errors mean."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any

from fer.errors import FerError, extra, shortened

if TYPE_CHECKING:
    from optuna.storages import BaseStorage
    from sqlalchemy.engine import URL

SETTING = "FER_STORAGE"  # the database of a server's pages and of commands without --storage
TIMEOUT_SECONDS = 10  # to connect; without it a firewall that stays silent takes two minutes, while a page waits
DRIVERS = {
    "postgresql": 'pip install "psycopg[binary]"',
    "mysql": 'pip install "pymysql[rsa]", and write mysql+pymysql://…',
}
FORM = "Write it as postgresql://user@host/database."
# what servers and drivers say, and the sentence for it; the first that is found counts
REASONS = (
    (
        r"password authentication failed|no password supplied|access denied for user",
        "The storage at {place} refuses the user or the password. Correct them in its address or in ~/.pgpass.",
    ),
    (
        r'database ".*" does not exist|unknown database',
        "There is no database at {place}. Create it first, such as with createdb.",
    ),
    (
        r"permission denied|readonly database|read-only|command denied|must be owner",
        "The storage's user has no right to write at {place}. Ask whoever runs it for the right to create and "
        "write tables.",
    ),
    (
        r"no space left|disk is full|disk full|could not extend",
        "The disk of the storage at {place} is full. Free some space there, then resume the study.",
    ),
    (
        r"connection|connect to|resolve host|translate host|unable to open database|timed? ?out|no route|closed",
        "The storage at {place} cannot be reached: {why}. Check that it runs, and its address.",
    ),
    (r"", "The storage at {place} could not be used: {why}. Check its address and its user's rights."),
)


class StorageError(FerError):
    """A database that cannot be used now; what it holds is unharmed."""


def shared() -> str:
    """The address of this server's database; empty if it has none."""
    return os.environ.get(SETTING, "").strip()


@lru_cache(maxsize=4)
def open_database(url: str) -> BaseStorage:
    """Optuna's storage in a database, kept open with what has been read; every error of it is a FerError."""
    with extra("tune", "Tuning"):
        from optuna.storages import get_storage
    kind = _class()
    options: dict[str, Any] = {"pool_pre_ping": True}  # a connection that a restart or a firewall has cut is replaced
    if url.startswith(tuple(DRIVERS)):
        options["connect_args"] = {"connect_timeout": TIMEOUT_SECONDS}
    with _opening(url):
        return get_storage(kind(url, options))


@contextmanager
def _opening(url: str) -> Iterator[None]:
    """Turn what goes wrong before a database is asked anything into a FerError."""
    with extra("tune", "Tuning"):
        from sqlalchemy.exc import ArgumentError
    try:
        with _told(url):
            yield
    except ImportError as error:  # Optuna's own, without the driver's name
        kind = url.partition(":")[0].partition("+")[0]
        how = DRIVERS.get(kind, "see SQLAlchemy's list of dialects")
        raise FerError(f"The storage needs a driver for {kind}, which is not installed ({how}).") from error
    except (ArgumentError, ValueError):  # which quotes the address, perhaps with a password
        raise FerError(f"The storage's address cannot be read. {FORM}") from None
    except RuntimeError as error:  # Optuna's check of its tables' version; pymysql's, of what a login needs
        if "optuna" not in str(error):
            raise _refusal(error, url) from None
        older = "storage upgrade" in str(error)
        how = "run optuna storage upgrade with its address" if older else "update Optuna here"
        version = "an older" if older else "a newer"
        raise FerError(f"The storage at {place_of(url)} was made by {version} version of Optuna: {how}.") from None


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Turn what a database or its driver raises into a FerError that never shows a password."""
    with extra("tune", "Tuning"):
        from optuna.exceptions import StorageInternalError
        from sqlalchemy.exc import ArgumentError, SQLAlchemyError
    try:
        yield
    except ArgumentError:
        raise
    except (SQLAlchemyError, StorageInternalError) as error:
        raise _refusal(error, url) from None


def place_of(url: str) -> str:
    """A database's host and name, without the user, the password and the options in its address."""
    found = _parsed(url)
    host = f"{found.host or ''}{f':{found.port}' if found.port else ''}"
    return f"{host}/{found.database or ''}" if host else found.database or found.drivername


def _refusal(error: Exception, url: str) -> StorageError:
    cause = error.__cause__ if hasattr(error.__cause__, "orig") else error  # Optuna's own error hides the driver's
    driver = getattr(cause, "orig", None) or cause
    first = _without_password(str(driver), url).partition("\n")[0]  # the rest are hints of the driver's
    why = shortened(FerError(re.sub(r"^connection (failed|is bad): |connection to server .* failed: ", "", first)))
    sentence = next(sentence for pattern, sentence in REASONS if re.search(pattern, first, re.IGNORECASE))
    return StorageError(sentence.format(place=place_of(url), why=why.rstrip(".")))


def _without_password(text: str, url: str) -> str:
    found = _parsed(url)
    written = url.partition("://")[2].rpartition("@")[0].partition(":")[2]  # perhaps percent-encoded
    for password in (found.password, found.query.get("password"), written):
        text = text.replace(str(password), "***") if password else text
    return text


def _parsed(url: str) -> URL:
    with extra("tune", "Tuning"):
        from sqlalchemy.engine import make_url
    return make_url(url)


@lru_cache(maxsize=1)
def _class() -> type:
    """Optuna's storage, each of whose methods tells in a sentence what is wrong with the database."""
    with extra("tune", "Tuning"):
        from optuna.storages import BaseStorage, RDBStorage

    def telling(method: Callable) -> Callable:
        @wraps(method)
        def told(self, *args, **options):
            with _told(self.url):
                return method(self, *args, **options)

        return told

    # the last four are what Optuna's cache in front of it calls
    names = [*BaseStorage.__abstractmethods__, "_create_new_trial", "_set_trial_param", "_get_trials"]
    names += ["_get_best_trial_id"]
    return type("Database", (RDBStorage,), {name: telling(getattr(RDBStorage, name)) for name in names})
