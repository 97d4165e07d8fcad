"""How every page starts, and the only place that shows a FerError."""

import logging
import re
import time
from contextlib import contextmanager

import streamlit as st

from fer.errors import FerError, disk_error

UNEXPECTED = (
    "Something unexpected went wrong on this page. Reload it and try again; your models and data are unchanged. The "
    "server's log has the details."
)


def start(title: str, introduction: str) -> None:
    """Show a page's title and one short line, after making sure that it runs inside `streamlit_app.py`."""
    _leave_legacy_mode()
    with st.container(gap="xxsmall"):
        st.title(title, anchor=False)
        st.caption(introduction)


def plain(text: str) -> str:
    """The text, escaped so that Markdown shows it as it is."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


class NotYetError(FerError):
    """What is to be done on the page before the rest of it can be shown; no fault."""


@contextmanager
def errors(prefix: str = ""):
    """Show a FerError raised inside, or a disk that refuses, as a message, and continue after the block."""
    try:
        yield
    except NotYetError as hint:
        st.info(plain(f"{prefix}{hint}"), icon=":material/arrow_upward:")
    except FerError as error:
        st.error(plain(f"{prefix}{error}"), icon=":material/error:")
    except OSError as error:
        if not (refusal := disk_error(error)):
            raise
        st.error(plain(f"{prefix}{refusal}"), icon=":material/error:")


@contextmanager
def surprises():
    """Show any other error, which is a bug or a forged value, as a sentence; its traceback goes to the server's log."""
    try:
        yield
    except Exception:
        logging.getLogger(__name__).exception("A page ended in an error.")
        st.error(UNEXPECTED, icon=":material/error:")


def act(action, *args, **options) -> None:
    """A button's on_click: run the action, and show a FerError at the top of the page."""
    with errors():
        action(*args, **options)


def progress(bar, what: str):
    """A callback (done, n) that updates a progress bar, at most ten times a second to spare the browser."""
    shown = [0.0]

    def show(done: int, n: int) -> None:
        if done == n or time.monotonic() - shown[0] > 0.1:
            bar.progress(done / n, f"{done:,} of {n:,} {what}")
            shown[0] = time.monotonic()

    return show


def _leave_legacy_mode() -> None:
    """Rerun through `streamlit_app.py` if a deep link was the first request to a fresh server.

    Streamlit then still uses pages/ for its old automatic navigation and runs the page alone. The flag is internal;
    tests/browser/test_browser.py opens a fresh server at a deep link to check that this still works.
    """
    from streamlit.runtime.pages_manager import PagesManager

    if getattr(PagesManager, "uses_pages_directory", False):
        PagesManager.uses_pages_directory = False
        st.rerun()
