"""A table as a CSV file that is safe to open in a spreadsheet."""

from typing import TYPE_CHECKING

from fer.system.text import safe_cell

if TYPE_CHECKING:
    import pandas as pd


def csv_file(table: "pd.DataFrame", *, index_label: str = "") -> str:
    """The table as CSV; with its index if that has a label."""
    table = table.rename(columns=safe_cell, index=safe_cell).map(safe_cell)
    return table.to_csv(index=bool(index_label), index_label=index_label or None)
