"""Every figure draws its report's data, for random and degenerate reports."""

import json
from dataclasses import replace
from functools import partial

import numpy as np
import plotly.graph_objects as go
import pytest
from helpers.made_folders import OWN
from helpers.made_reports import CASES, RANDOM, make

from fer.charts import as_text
from fer.charts.calibration import coverage_curves, reliability_diagram
from fer.charts.comparison import differences
from fer.charts.reports import (
    POINTS,
    confusion_matrix,
    precision_recall_curves,
    reference_strip,
    roc_curves,
)
from fer.data.labels import EMOTIONS
from fer.evaluation import calibration, metrics, references
from fer.evaluation.comparison import Comparison
from fer.evaluation.references import short_name
from fer.evaluation.sentences import confusion_sentence
from fer.inference import palette

OF_ONE = {
    "reference strip": reference_strip,
    **{f"confusion, {name}": partial(confusion_matrix, normalisation=name) for name in metrics.NORMALISATIONS},
    "precision and recall": lambda report: precision_recall_curves([report]),
    "roc": lambda report: roc_curves([report]),
    "reliability": partial(reliability_diagram, temperature=None),
    "reliability at a temperature": partial(reliability_diagram, temperature=0.5),
    "coverage": lambda report: coverage_curves([report], 0.6),
}
OF_TWO = {
    "precision and recall": lambda first, second: precision_recall_curves([first, second], "happy"),
    "roc": lambda first, second: roc_curves([first, second], "happy"),
    "coverage": lambda first, second: coverage_curves([first, second]),
    **{
        f"difference in {name}": lambda first, second, name=name: differences(Comparison(first, second), name)
        for name in ("precision", "recall", "f1")
    },
}
PLAIN = CASES["random predictions"]


@pytest.fixture(params=CASES.values(), ids=list(CASES))
def report(request):
    return request.param


def subtitle(figure: go.Figure) -> str:
    return figure.layout.title.subtitle.text.replace("<br>", ", ")


def numbers(values) -> np.ndarray:
    return np.asarray(values, float)


@pytest.mark.parametrize("draw", OF_ONE.values(), ids=OF_ONE)
def test_a_figure_names_model_images_and_inference_mode(draw, report):
    figure = draw(report)
    assert subtitle(figure) == references.about(report) == ", ".join(figure.layout.meta[1:])
    assert figure.layout.title.text == as_text(figure.layout.meta[0]) and json.loads(figure.to_json())
    lengths = [len(trace.x) for trace in figure.data]
    assert lengths == [len(trace.y) for trace in figure.data] and all(0 < n <= POINTS for n in lengths)


@pytest.mark.parametrize("draw", OF_TWO.values(), ids=OF_TWO)
def test_a_figure_of_two_reports_names_both_and_the_images(draw, report):
    other = replace(report, probabilities=report.probabilities[:, ::-1].copy(), model="rival", tta=True)
    figure = draw(report, other)
    assert f"on d test, n = {len(report):,}" in subtitle(figure) and json.loads(figure.to_json())
    named = subtitle(figure) + "".join(trace.name or "" for trace in figure.data)
    ranked = 0 < (report.targets == EMOTIONS.index("happy")).sum() < len(report)
    if ranked or "2 models" not in named:  # a class that cannot be ranked has no curve to name
        assert short_name(report) in named and "rival, test-time augmentation" in named


@pytest.mark.parametrize("name", references.OFFICIAL_SPLITS)
def test_figures_use_the_names_of_the_official_splits(name):
    report = make(np.repeat(range(7), references.OFFICIAL_SPLITS[name]), dataset="fer2013")
    assert f"m on fer2013 {name}, n = 3,589, single pass" in subtitle(confusion_matrix(report))


@pytest.mark.parametrize(
    ("leaked", "marks"),
    [((), ["m, official"]), ([0, 2], ["m, leak-free", "m, official"]), (range(500), ["m, official"])],
    ids=["nothing leaked", "some leaked", "all leaked"],
)
def test_the_strip_shows_the_model_next_to_all_references(leaked, marks):
    report = make(RANDOM[0], RANDOM[1], leaked=leaked)
    figure = reference_strip(report)
    drawn = {trace.y[0]: trace for trace in figure.data}
    assert list(drawn) == [*(reference.name for reference in references.REFERENCES), *marks]
    assert sorted(figure.layout.yaxis.categoryarray) == sorted(drawn)
    mark = drawn["m, official"]
    assert mark.x[0] == report.accuracy and "n = 500" in mark.hovertemplate
    low, high = report.interval
    assert (mark.x[0] - mark.error_x.arrayminus[0], mark.x[0] + mark.error_x.array[0]) == pytest.approx((low, high))
    if "m, leak-free" in drawn:
        assert drawn["m, leak-free"].x[0] == report.leak_free.accuracy
        assert "n = 498" in drawn["m, leak-free"].hovertemplate


def test_every_cell_of_the_confusion_matrix_has_its_sentence(report):
    (cells,) = confusion_matrix(report).data
    assert cells.x == cells.y == EMOTIONS and np.shape(cells.z) == (7, 7)
    for (row, column), sentence in np.ndenumerate(np.array(cells.customdata)):
        assert sentence == confusion_sentence(report, row, column)


@pytest.mark.parametrize(("normalisation", "axis"), [("counts", None), ("rows", 1), ("columns", 0)])
def test_cells_show_counts_or_shares_of_the_true_or_predicted_class(normalisation, axis, report):
    (cells,) = confusion_matrix(report, normalisation).data
    shown = dict(np.ndenumerate(np.array(cells.text)))
    counts = report.confusion
    values = counts if axis is None else counts / np.maximum(counts.sum(axis=axis, keepdims=True), 1)
    expected = {place: f"{value}" if axis is None else f"{value:.0%}" for place, value in np.ndenumerate(values)}
    assert shown == expected


def test_a_larger_count_is_never_lighter():
    (cells,) = confusion_matrix(CASES["mostly correct predictions"]).data
    counts = CASES["mostly correct predictions"].confusion.ravel()
    shades = np.ravel(cells.z)
    assert (np.diff(shades[np.argsort(counts)]) >= 0).all() and len(set(shades.tolist())) > 10


def test_every_emotion_that_can_be_ranked_has_a_curve(report):
    support = report.confusion.sum(axis=1)
    expected = [label for label, count in zip(EMOTIONS, support, strict=True) if 0 < count < len(report)]
    for figure in (precision_recall_curves([report]), roc_curves([report])):
        named = [trace.name.split(": ")[0] for trace in figure.data if ": " in trace.name]
        assert named == expected


def test_long_curves_are_thinned_but_keep_their_ends_and_area():
    report = make(np.tile(np.arange(7), 300))
    truth, scores = report.targets == 0, report.probabilities[:, 0]
    curve, chance = roc_curves([report], "angry").data
    assert len(curve.x) == POINTS < len(metrics.roc(truth, scores)[0]) and chance.name == "chance"
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)
    assert curve.name == f"m, single pass: area {metrics.roc_area(truth, scores):.3f}"
    (curve,) = precision_recall_curves([report], "angry").data
    assert curve.name.endswith(f"average precision {metrics.average_precision(truth, scores):.3f}")
    assert curve.x[-1] == 1 and curve.y[-1] == pytest.approx(1 / 7)


def test_models_differ_in_more_than_colour():
    reports = [replace(PLAIN, model=f"m{i}") for i in range(3)]
    for figure in (roc_curves(reports, "sad"), coverage_curves(reports)):
        lines = [trace.line for trace in figure.data if trace.name != "chance"]
        assert len({line.dash for line in lines}) == len({line.color for line in lines}) == 3


def test_more_models_than_colours_can_be_drawn():
    reports = [replace(PLAIN, model=f"m{i}") for i in range(len(palette.MODELS) + 1)]
    for figure in (precision_recall_curves(reports, "sad"), coverage_curves(reports)):
        assert [trace.name.split(",")[0] for trace in figure.data] == [report.model for report in reports]


def test_the_reliability_diagram_draws_the_bins_with_their_intervals(report):
    for part, trace in zip(
        (report, report.at_temperature(0.5)), reliability_diagram(report, 0.5).data[1:], strict=True
    ):
        bins = calibration.reliability(part.confidence, part.right)
        assert (trace.x == bins.confidence).all() and (trace.y == bins.accuracy).all()
        np.testing.assert_allclose(trace.y - trace.error_y.arrayminus, bins.low, atol=1e-12)
        np.testing.assert_allclose(trace.y + trace.error_y.array, bins.high, atol=1e-12)
        assert sum(trace.customdata) == len(report) and f"ECE {bins.expected_error:.1%}" in trace.name


def test_the_coverage_curve_ends_at_full_coverage_and_marks_the_threshold(report):
    curve, *marks = coverage_curves([report], 0.6).data
    assert (curve.x[-1], curve.y[-1]) == pytest.approx((1, report.accuracy))
    given = report.confidence >= 0.6
    assert len(marks) == given.any()
    if marks:
        assert (marks[0].x[0], marks[0].y[0]) == pytest.approx((given.mean(), report.right[given].mean()))


@pytest.mark.parametrize("figure", ["precision", "recall", "f1"])
def test_differences_are_drawn_with_their_paired_intervals(figure):
    comparison = Comparison(PLAIN, replace(CASES["mostly correct predictions"], tta=False))
    points = differences(comparison, figure).data[0]
    value, low, high = (100 * part for part in comparison.per_class(figure))
    assert list(points.y) == list(EMOTIONS) and (points.x == value).all()
    np.testing.assert_allclose(points.x - points.error_x.arrayminus, low, atol=1e-10)
    np.testing.assert_allclose(points.x + points.error_x.array, high, atol=1e-10)


def test_differences_leave_out_what_a_model_has_no_figure_for():
    sparing = CASES["a class is never predicted"]
    assert list(differences(Comparison(PLAIN, sparing), "precision").data[0].y) == list(EMOTIONS[1:])
    assert list(differences(Comparison(PLAIN, sparing), "recall").data[0].y) == list(EMOTIONS)
    apart = Comparison(make([0, 1], [0, 0]), make([0, 1], [1, 1]))
    assert not differences(apart, "precision").data[0].y


def test_each_class_has_its_own_colour_and_line():
    assert palette.colors_of(EMOTIONS) == list(palette.COLORS.values())
    assert palette.colors_of(("happy", "not happy")) == [palette.COLORS["happy"], palette.MODELS[0]]
    for labels in (("happy", "not happy", "sad"), OWN, [f"c{i}" for i in range(20)], (*EMOTIONS, "contempt")):
        lines = palette.lines_of(labels)
        assert len({tuple(line.items()) for line in lines}) == len(labels)
        assert [line["color"] for line in lines] == palette.colors_of(labels)
    assert len(set(palette.colors_of([f"c{i}" for i in range(6)]))) == 6
