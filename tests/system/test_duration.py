"""Durations in human-readable form."""

import pytest

from fer.system.text import duration, rough_duration


@pytest.mark.parametrize(
    ("seconds", "decimals", "expected"),
    [
        (0, 0, "0:00"),
        (7.4, 0, "0:07"),
        (59.6, 0, "1:00"),
        (65.2, 1, "1:05.2"),
        (119.96, 1, "2:00.0"),
        (3599.7, 0, "1:00:00"),
        (7205, 0, "2:00:05"),
        (3605.25, 1, "1:00:05.2"),
        (100_000, 0, "27:46:40"),
    ],
)
def test_a_duration_is_written_in_clock_format(seconds, decimals, expected):
    assert duration(seconds, decimals=decimals) == expected


@pytest.mark.parametrize(("seconds", "expected"), [(38, "40 s"), (91, "2 min"), (720, "12 min"), (5760, "1.6 hours")])
def test_an_estimate_is_rounded(seconds, expected):
    assert rough_duration(seconds) == expected
