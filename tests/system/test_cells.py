"""Cells of CSV files that a spreadsheet would run as formulas."""

import io

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

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


def test_a_table_and_a_chart_give_their_own_csv_buttons_no_formula():
    app = AppTest.from_function(_tables).run()
    plain, formatted = (table.value for table in app.dataframe)
    assert not app.exception and list(plain) == ["'=class", "p"]
    assert plain["'=class"].tolist() == ["'=HYPERLINK(1).jpg", "happy.jpg"] and plain["p"].tolist() == [-0.5, 0.5]
    assert formatted.equals(plain)
    sent = app.get("vega_lite_chart")[0].proto.datasets[0].data.data
    assert b"'=HYPERLINK" in sent and sent.count(b"=HYPERLINK") == sent.count(b"'=HYPERLINK")


def _tables() -> None:
    import pandas as pd

    from pages.parts.shared.csv_file import show_bars, show_table

    table = pd.DataFrame({"=class": ["=HYPERLINK(1).jpg", "happy.jpg"], "p": [-0.5, 0.5]})
    show_table(table, hide_index=True)
    show_table(table, formats={"p": "{:.1f}".format}, key="formatted")
    show_bars(pd.DataFrame({"train": [1, 2]}, index=["=HYPERLINK(1)", "happy"]), horizontal=True)
