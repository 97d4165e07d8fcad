"""How much disk space models and data sets take, and how much they may."""

import math

import streamlit as st

from fer.data import catalog
from fer.errors import FerError
from fer.runs.store import RunStore
from fer.system import space
from pages.parts.shared import settings

GB = 10**9


def require(more: int = 0) -> None:
    """Raises FerError if the budget is used up, or would be with so many bytes more."""
    budget, used = GB * settings.limit("FER_DISK_GB"), _used()
    if used + more >= budget:
        new = f" This needs {_size(more)} more." if more else ""
        raise FerError(
            f"models/ and data/ hold {_size(used)} of the {_size(budget)} allowed on this server.{new} Delete runs or "
            "data sets, or raise FER_DISK_GB."
        )


def show() -> None:
    """What is used, and of how much."""
    budget = GB * settings.limit("FER_DISK_GB")
    allowed = "" if math.isinf(budget) else f" of the {_size(budget)} allowed on this server"
    st.caption(f"`models/` and `data/` hold {_size(_seen())}{allowed}.")


@st.cache_data(ttl="10s", show_spinner=False)
def _seen() -> int:
    return _used()


def _used() -> int:
    return space.used([RunStore().root, catalog.DATA])


def _size(bytes: float) -> str:
    return f"{bytes / GB:,.2f} GB" if bytes >= GB / 10 else f"{bytes / 1e6:,.1f} MB"
