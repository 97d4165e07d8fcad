"""The leaderboard, a component: models whose rows open them; reference results apart. See leaderboard.js."""

from collections.abc import Callable, Iterable
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

from fer.runs.leaderboard import INCLUDED, READY, REFERENCE, YOURS, Entry

FOLDER = Path(__file__).parent
TITLES = {YOURS: "Yours", INCLUDED: "Included"}
TIME = {"name": "time", "title": "Per face"}
COLUMNS = [{"name": "size", "title": "Size"}, TIME, {"name": "state", "title": "State"}]
REFERENCE_COLUMNS = [{"name": "parameters", "title": "Parameters"}, TIME]
DASH = "–"
_component = component(
    "fer_leaderboard",
    css=(FOLDER / "leaderboard.css").read_text(encoding="utf-8"),
    js=(FOLDER / "leaderboard.js").read_text(encoding="utf-8"),
)


def show(entries: Iterable[Entry], chosen: str, on_open: Callable[[str], None]) -> None:
    """The models that can be used or are being trained; the user's own first.

    Args:
        chosen: the run whose drawer is open, or empty.
        on_open: called with a run's name when its row is clicked.
    """
    groups = {
        title: [_row(entry, chosen) for entry in entries if entry.group == group] for group, title in TITLES.items()
    }
    shown = [{"title": title, "rows": rows} for title, rows in groups.items() if rows]
    if len(shown) == 1:
        shown[0]["title"] = ""
    _table("models-leaderboard", "Models", COLUMNS, shown, on_open)


def show_reference(entries: Iterable[Entry], chosen: str, on_open: Callable[[str], None]) -> None:
    """The models without weights, which can only be looked at."""
    rows = [_row(entry, chosen) for entry in entries if entry.group == REFERENCE]
    if not rows:
        return
    st.subheader("Reference results", anchor=False)
    st.caption("Other networks trained on the same images, for comparison. Only their results are included.")
    _table("models-reference", "Reference results", REFERENCE_COLUMNS, [{"title": "", "rows": rows}], on_open)


def _table(key: str, label: str, columns: list[dict], groups: list[dict], on_open: Callable[[str], None]) -> None:
    data = {"label": label, "columns": columns, "groups": groups}
    _component(key=key, data=data, on_opened_change=lambda: on_open(st.session_state[key].opened))


def _row(entry: Entry, chosen: str) -> dict:
    low, high = entry.interval or (0.0, 0.0)
    known = entry.accuracy is not None
    return {
        "id": entry.id,
        "badge": "Default" if entry.is_default else "",
        "note": "" if entry.state == READY or entry.group == REFERENCE else entry.state,  # for phones
        "is_open": entry.id == chosen,
        "accuracy": f"{entry.accuracy:.1%}" if known else "",
        "interval": f"{100 * low:.1f} to {100 * high:.1f}",
        "unknown": DASH,
        **{"share": entry.accuracy or 0.0, "low": low, "high": high},
        "cells": {"size": _size(entry), "parameters": _parameters(entry), "time": _time(entry), "state": entry.state},
    }


def _size(entry: Entry) -> str:
    return f"{entry.bytes / 1e6:.1f} MB" if entry.bytes else DASH


def _time(entry: Entry) -> str:
    return f"{entry.ms:.1f} ms" if entry.ms else DASH


def _parameters(entry: Entry) -> str:
    return f"{entry.parameters / 1e6:.1f} million" if entry.parameters else DASH
