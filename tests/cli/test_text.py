"""Tables on the command line."""

import pytest

from fer.cli.text import print_table

ROWS = [("vgg [small]", "70.8%", "default", 5), ("resnet10", "", "report and curves only", 1_000)]


@pytest.fixture
def printed(capsys):
    """A function that prints a table and returns its lines."""

    def print_lines(*table) -> list[str]:
        print_table(*table)
        return [line.rstrip() for line in capsys.readouterr().out.splitlines()]

    return print_lines


def test_without_a_terminal_a_table_is_plain_with_numbers_to_the_right(printed):
    assert printed(["model", "accuracy", "state", "n"], ROWS) == [
        "model        accuracy  state                      n",
        "vgg [small]     70.8%  default                    5",
        "resnet10               report and curves only  1000",
    ]


def test_without_a_terminal_nothing_is_wrapped_or_cut(printed, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    assert printed(["name", "text"], [["x" * 300, "y " * 300]])[1] == f"{'x' * 300}  {('y ' * 300).strip()}"


def test_in_a_narrow_terminal_cells_are_wrapped_and_nothing_is_cut(printed, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")
    header, *lines = printed(["name", "text"], [["a" * 90, " ".join(f"word{i}" for i in range(30))]])
    assert header.startswith("\x1b[1mname")  # bold
    assert all(f"word{i}" in "".join(lines) for i in range(30)) and "…" not in "".join(lines)
    assert max(map(len, lines)) <= 40
