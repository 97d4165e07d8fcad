"""Cells of CSV files that a spreadsheet would run as formulas."""

import io

import pandas as pd
import pytest

from fer.system.text import safe_cell
from pages.parts.shared.csv_file import csv_file


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_begins_like_a_formula_gets_an_apostrophe(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["happy", "a=b", "", -1, -0.5, None, True])
def test_everything_else_stays_as_it_is(value):
    assert safe_cell(value) is value


def test_columns_rows_and_the_index_are_all_defused():
    table = pd.DataFrame({"=class": ["-photo.jpg", "photo.jpg"], "p": [-0.5, 0.5]}, index=["@a", "b"])
    written = csv_file(table, index_label="true")
    assert written == "true,'=class,p\n'@a,'-photo.jpg,-0.5\nb,photo.jpg,0.5\n"
    assert list(pd.read_csv(io.StringIO(csv_file(table))).columns) == ["'=class", "p"]
