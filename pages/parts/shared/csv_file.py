"""Tables as CSV files that are safe to open in a spreadsheet: ours, and those of the buttons on Streamlit's tables."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from fer.system.text import safe_cell

if TYPE_CHECKING:
    import pandas as pd


def csv_file(table: "pd.DataFrame", *, index_label: str = "") -> str:
    """The table as CSV; with its index if that has a label."""
    return _defused(table).to_csv(index=bool(index_label), index_label=index_label or None)


def show_table(table: "pd.DataFrame", *, formats: dict[str, Callable] | None = None, **options) -> None:
    """`st.dataframe`, whose toolbar offers what it is given as CSV: a formula gets its apostrophe here too.

    Args:
        formats: of columns, as for pandas' Styler; missing values are then left empty.
        options: of `st.dataframe`.
    """
    safe = _defused(table)
    st.dataframe(safe.style.format(formats, na_rep="") if formats else safe, **options)


def show_bars(counts: "pd.DataFrame", **options) -> None:
    """`st.bar_chart`, whose toolbar shows its data as such a table."""
    st.bar_chart(_defused(counts), **options)


def _defused(table: "pd.DataFrame") -> "pd.DataFrame":
    return table.rename(columns=safe_cell, index=safe_cell).map(safe_cell)
