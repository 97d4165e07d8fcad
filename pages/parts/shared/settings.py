"""The settings of a deployment, from `secrets.toml` or the environment. Whatever is not understood counts as off."""

import logging
import math
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib.util import find_spec

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from fer.errors import FerError, unknown

RIGHTS = {  # what visitors may do, each with a setting such as FER_TRAINING
    "training": "train, evaluate or change models",
    "uploads": "add data sets or import models",
    "kaggle": "download from Kaggle",
}
ON, OFF = ("on", "true", "1", "yes"), ("off", "false", "0", "no")
LIMITS = {  # locally, and on a public server; infinite: none
    "FER_QUEUE": (10, 2),  # runs that may wait
    "FER_DISK_GB": (math.inf, 5),  # models/ and data/ together; FER2013 and some dozens of runs take about 2
    "FER_UPLOAD_MB": (math.inf, 100),  # FER2013 as a zip has 60
}
OTHERS = ("FER_PUBLIC", "FER_NOTICE", "FER_PASSWORD", "FER_EMAILS", "FER_MODELS", "FER_DATA", "FER_STORAGE")
KNOWN = {*(f"FER_{right.upper()}" for right in RIGHTS), *LIMITS, *OTHERS}
SERVICE = re.compile(r"FER\w*_(SERVICE_(HOST|PORT\w*)|PORT|PORT_\d+_\w+)")  # what Kubernetes sets for a service fer
LOGIN = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
COOKIE_CHARACTERS = 32  # whoever guesses the cookie's secret can write any e-mail address into it
log = cache(logging.getLogger("fer").warning)  # each sentence once
_was_read = threading.Event()  # whether there has been a secrets.toml since the server was started


def secrets() -> dict:
    """The content of `secrets.toml`; empty if there is none.

    Raises:
        FerError: if it exists and cannot be read, or if it was there before: an editor may be about to write it.
    """
    try:
        found = st.secrets.to_dict()
        _was_read.set()
        return found
    except StreamlitSecretNotFoundError as error:
        if error.error_id == "no-secrets-found" and not _was_read.is_set():
            return {}
        reason = error.__cause__ or ("it is gone" if error.error_id == "no-secrets-found" else error)
    except (OSError, ValueError) as error:  # not permitted; not UTF-8
        reason = getattr(error, "strerror", None) or error  # without the path, which visitors need not know
    hint = ", perhaps a byte order mark: save the file without one" if "line 1, column 1)" in str(reason) else ""
    raise FerError(f"secrets.toml cannot be read: {reason}{hint}. Correct the file.")


def given(name: str) -> object | None:
    """A setting's value as it was given, in the secrets or else in the environment; None if it is in neither."""
    with suppress(FerError):
        return secrets().get(name, os.environ.get(name))
    return os.environ.get(name)


def text(name: str) -> str:
    """A setting as text; empty if it isn't given."""
    return "" if (value := given(name)) is None else str(value)


def is_one_of(words: tuple[str, ...], value: object) -> bool:
    """Whether a value plainly says on (ON) or off (OFF)."""
    return str(value).strip().lower() in words


def is_public() -> bool:
    """Whether strangers may visit: unless FER_PUBLIC is absent or plainly off, or if the settings have a fault."""
    value = given("FER_PUBLIC")
    return bool(fault()) or not (value is None or is_one_of(OFF, value))


def limit(name: str) -> float:
    """A setting in LIMITS, or its default for this kind of server."""
    return LIMITS[name][is_public()] if (number := _number(given(name))) is None else number


def emails() -> frozenset[str]:
    """The e-mail addresses whose owners may do everything that is on, in lower case."""
    value = given("FER_EMAILS")
    found = value if isinstance(value, list) else text("FER_EMAILS").replace(",", " ").split()
    return frozenset(str(address).strip().lower() for address in found)


def fault() -> str:
    """Why the settings cannot be trusted, also written to the log; empty if they can."""
    if found := next(_faults(), ""):
        log(found)
    return found


def _faults() -> Iterator[str]:
    try:
        found = secrets()
    except FerError as error:
        yield str(error)
        return
    for name, table in _nested(found):
        yield f"{name} stands under [{table}] in secrets.toml. Move it above the first line in square brackets."
    for names, place in ((found, "secrets.toml"), (os.environ, "the environment")):
        for name in names:
            if name.upper().startswith("FER_") and name not in KNOWN and not SERVICE.fullmatch(name):
                yield f"{unknown('setting', name, KNOWN)} Correct it in {place}."
    for name in LIMITS:
        if (value := given(name)) is not None and _number(value) is None:
            yield f"{name} must be a number of 0 or more, got {value!r}."
    password = given("FER_PASSWORD")
    if isinstance(password, (dict, list)) or (password is not None and not str(password).strip()):
        yield "FER_PASSWORD must be a text that is not empty. Set a password."
    yield from _login_faults(found.get("auth"))


def _login_faults(auth: object) -> Iterator[str]:
    """What is wrong with the login: it needs [auth], FER_EMAILS and the package Authlib."""
    if auth is None and given("FER_EMAILS") is None:
        return
    auth = auth if isinstance(auth, dict) else {}
    if missing := [name for name in LOGIN if not auth.get(name)]:
        yield f"The login with FER_EMAILS needs {', '.join(missing)} under [auth] in secrets.toml."
    elif len(str(auth["cookie_secret"])) < COOKIE_CHARACTERS:
        yield f"cookie_secret under [auth] must be random and have at least {COOKIE_CHARACTERS} characters."
    if not emails() or not all("@" in address for address in emails()):
        yield "FER_EMAILS must list the e-mail addresses that may log in."
    if not find_spec("authlib"):
        yield 'The login needs Authlib, which is not installed. In the checkout, run pip install ".[login]".'


def _nested(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """The settings that stand in a table, where nobody looks for them, and the table's name."""
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        if path and str(name).upper().startswith("FER_"):
            yield str(name), path
        yield from _nested(inner, f"{path}.{name}".lstrip(".") if isinstance(value, Mapping) else path)


def _number(value: object) -> float | None:
    try:
        number = float(str(value).strip())
    except ValueError:
        return None
    return number if number >= 0 and math.isfinite(number) else None
