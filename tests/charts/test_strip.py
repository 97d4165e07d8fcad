"""The strip of accuracies draws every mark at its place, and escapes what it is given."""

import re

import numpy as np
import pytest
from helpers.made_reports import CASES, RANDOM, make

from fer.charts import strip
from fer.charts.reports import class_bars
from fer.charts.strip import Mark
from fer.evaluation import references


def places(html: str) -> dict[str, tuple[float, str]]:
    """The place of each mark in percent of the scale, and what is written beside it."""
    rows = re.findall(
        r'<th scope="row">(.*?)</th>.*?class="mark" style="left: (.*?)%.*?"value">(.*?)</td>', html, re.DOTALL
    )
    return {name: (float(left), value) for name, left, value in rows}


def ticks(html: str) -> list[tuple[float, float]]:
    """The place and the value of each tick, in percent."""
    return [(float(left), float(text)) for left, text in re.findall(r'"tick" style="left: (.*?)%">(.*?)%<', html)]


def test_a_mark_stands_where_the_axis_says():
    html = strip.render([Mark("a", 0.712, 0.697, 0.726), Mark("b", 0.6, 0.6, 0.6)], "Accuracy")
    (left, low), *_, (right, high) = ticks(html)
    for name, value in (("a", 0.712), ("b", 0.6)):
        place, written = places(html)[name]
        assert low + (place - left) / (right - left) * (high - low) == pytest.approx(100 * value, abs=0.01)
        assert written == f"{value:.1%}"
    assert html.count('class="range"') == 1, "a mark without an interval has none"


@pytest.mark.parametrize("value", [0.0, 0.004, 0.5, 0.996, 1.0])
def test_no_mark_lies_outside_the_scale(value):
    html = strip.render([Mark("a", value, max(0, value - 0.1), min(1, value + 0.1))], "Accuracy")
    assert 0 <= places(html)["a"][0] <= 100 and all(0 <= tick <= 100 for _, tick in ticks(html))


@pytest.mark.parametrize(
    ("leaked", "own"),
    [((), ["m, official"]), ([0, 2], ["m, official", "m, leak-free"]), (range(500), ["m, official"])],
    ids=["nothing leaked", "some leaked", "all leaked"],
)
def test_a_report_stands_among_all_published_results_most_accurate_first(leaked, own):
    report = make(RANDOM[0], RANDOM[1], leaked=leaked)
    found = places(strip.published(report))
    assert sorted(found) == sorted([*(reference.name for reference in references.REFERENCES), *own])
    assert found["m, official"][1] == f"{report.accuracy:.1%}"
    assert (np.diff([place for place, _ in found.values()]) <= 0).all()


def test_names_are_escaped():
    html = strip.render([Mark("<b>x</b>", 0.5, 0.4, 0.6, note='"><img src=x>')], "<i>")
    assert "<b>" not in html and "<img" not in html and "<i>" not in html


@pytest.mark.parametrize("report", CASES.values(), ids=list(CASES))
def test_the_bars_of_the_classes_have_their_values_and_intervals(report):
    bars = {bar.name: bar for bar in class_bars(report).data}
    assert list(bars) == ["Recall", "Precision", "F1"]
    for title, bar in bars.items():
        name = title.lower()
        known = np.isfinite(np.asarray(bar.y, float))
        np.testing.assert_allclose(np.asarray(bar.y)[known], report.per_class[name][known])
        low, high = report.per_class_intervals[name].T
        np.testing.assert_allclose((bar.y - bar.error_y.arrayminus)[known], low[known], atol=1e-12)
        np.testing.assert_allclose((bar.y + bar.error_y.array)[known], high[known], atol=1e-12)
