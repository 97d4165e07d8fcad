"""Robustness: the changes do what they say, and results are stored, drawn and listed."""

import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fer.charts.robustness import accuracy_falls
from fer.data.formats import synthetic
from fer.evaluation import stored
from fer.evaluation.evaluate import evaluate
from fer.evaluation.metrics import wilson
from fer.evaluation.robustness import CHANGES, changed, measure, part_of, table
from fer.runs.config import TrainConfig
from fer.runs.store import RunStore

ROOT = Path(__file__).parents[2]
SHIPPED = ("flagship", "vgg_small", "mini_xception")


@pytest.fixture(scope="module")
def images():
    return synthetic.draw(2, seed=5)[0]


@pytest.fixture(scope="module")
def untouched(dataset):
    return evaluate(RunStore()["mini_xception"], dataset, "val")


@pytest.fixture(scope="module")
def measured(dataset):
    done = []
    result = measure(RunStore()["mini_xception"], dataset, on_progress=done.append)
    assert done == list(CHANGES)
    return result


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_grows_with_its_strength_and_is_deterministic(images, kind):
    change = CHANGES[kind]
    seen = [changed(images, kind, strength) for strength in change.strengths]
    assert all(one.shape == images.shape and one.dtype == np.uint8 for one in seen)
    assert np.array_equal(changed(images, kind, change.strengths[-1]), seen[-1])
    apart = np.array([np.abs(one.astype(float) - images).mean() for one in seen])
    if change.neutral is not None:
        start = change.strengths.index(change.neutral)
        assert np.array_equal(seen[start], images) and (np.diff(apart[start:]) > 0).all()
        assert (np.diff(apart[: start + 1]) < 0).all()
    else:
        assert 0 < apart[0] < apart[-1]


@pytest.mark.parametrize("kind", [kind for kind, change in CHANGES.items() if change.neutral is not None])
def test_a_nearly_neutral_strength_hardly_changes_an_image(images, kind):
    change = CHANGES[kind]
    assert change.neutral is not None
    nearly = changed(images, kind, change.neutral + 1e-4)  # not the shortcut for the neutral strength
    assert np.abs(nearly.astype(int) - images).max() <= 1


def test_a_shift_moves_every_image_by_whole_pixels_on_both_axes_and_repeats_the_edge(images):
    ways = set()
    for image, moved in zip(images, changed(images, "shift", 4), strict=True):
        wide = np.pad(image, 4, mode="edge")
        ways |= {(y, x) for y in (0, 8) for x in (0, 8) if np.array_equal(wide[y : y + 48, x : x + 48], moved)}
    assert ways == {(0, 0), (0, 8), (8, 0), (8, 8)}


def test_darkness_noise_and_scale_have_the_stated_strength():
    grey = np.full((2, 48, 48), 120, np.uint8)
    assert (changed(grey, "darkness", 0.4) == 48).all()
    assert changed(grey, "noise", 10).std() == pytest.approx(10, rel=0.05)
    grey[:, 12:36, 12:36] = 250
    assert [(changed(grey, "scale", factor)[0] > 185).sum() for factor in (0.8, 1.25)] == pytest.approx(
        [(24 * 0.8) ** 2, (24 * 1.25) ** 2], rel=0.1
    )


def test_every_strength_is_measured_against_the_unchanged_images(measured, untouched):
    assert (measured["n"], measured["judged_on"]) == (7, "small val, n = 7")
    assert measured["accuracy"] == untouched.accuracy and measured["fingerprint"] == untouched.fingerprint
    for kind, change in CHANGES.items():
        points = {point["strength"]: point for point in measured["kinds"][kind]["points"]}
        assert tuple(points) == change.strengths
        for point in points.values():
            assert point["change"] == pytest.approx(point["accuracy"] - untouched.accuracy)
            assert tuple(point["interval"]) == wilson(round(7 * point["accuracy"]), 7)
        if change.neutral is not None:
            same = points[change.neutral]
            assert (same["accuracy"], same["macro_f1"], same["change"]) == (untouched.accuracy, untouched.macro_f1, 0)


def test_a_part_of_the_data_keeps_images_and_labels_together(dataset):
    part = part_of(dataset, 3).val
    places = np.searchsorted(dataset.val.rows, part.rows)
    assert len(part) == 3 and np.array_equal(dataset.val.images[places], part.images)
    assert np.array_equal(dataset.val.labels[places], part.labels)


def test_results_are_stored_in_the_run(measured, tmp_path):
    run = RunStore(tmp_path).create(TrainConfig(), "x")
    assert run.robustness == {}
    run.robustness = measured
    assert run.robustness == measured


def test_the_figure_has_a_panel_per_kind_and_a_line_per_model(measured):
    figure = accuracy_falls({"a": measured, "<b>": measured}, "small val, n = 7, single pass")
    titles = [title.text.removeprefix("<b>").partition("</b>")[0] for title in figure.layout.annotations]
    assert titles == [f"{kind[0].upper()}{kind[1:]}" for kind in CHANGES]
    assert len(figure.data) == 2 * len(CHANGES)
    assert [trace.name for trace in figure.data if trace.showlegend] == ["a", "&lt;b&gt;"]
    for trace, (kind, change) in zip(figure.data, CHANGES.items(), strict=False):
        assert trace.x == change.strengths and f"a, {kind} %{{x}}" in trace.hovertemplate
        shares = [point["accuracy"] for point in measured["kinds"][kind]["points"]]
        assert trace.y == tuple(shares) and "n = 7" in trace.hovertemplate
    axes = [figure.layout[f"xaxis{i or ''}"].autorange for i in ("", *range(2, len(CHANGES) + 1))]
    assert axes == [None] * 5 + ["reversed"] * 2 and json.loads(figure.to_json())


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_models_were_measured_on_the_images_of_their_stored_reports(name):
    run = RunStore()[name]
    report = stored.report(run, "fer2013", "val")
    assert report
    assert run.robustness["fingerprint"] == report.fingerprint
    assert run.robustness["accuracy"] == pytest.approx(report.accuracy, abs=3 / len(report))


def test_the_table_in_the_docs_matches_the_shipped_models():
    held = table({name: RunStore()[name].robustness for name in SHIPPED})
    assert held in (ROOT / "docs/experiments.md").read_text()


def test_the_models_page_shows_the_results_of_the_chosen_models_if_there_are_any(models, monkeypatch):
    monkeypatch.setattr("streamlit.page_link", lambda *_, **__: None)  # it knows no pages where one runs alone
    app = AppTest.from_file(str(ROOT / "pages/models.py"), default_timeout=120)
    app.query_params["model"] = "vgg_small"
    app.session_state["models-part"] = "Robustness"
    app = app.run()
    assert not app.exception and lines(app) == ["vgg_small", "mini_xception"]
    assert any("PublicTest" in caption.value for caption in app.caption)
    app = app.button_group(key="models-robustness-vgg_small").set_value([]).run()
    assert not app.exception and lines(app) == ["vgg_small"]
    for run in models:
        (run.path / "robustness.json").unlink()
    app = app.run()
    assert not app.exception and "Robustness" not in [tab.label for tab in app.tabs]


def lines(app: AppTest) -> list[str]:
    figures = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    (shown,) = [
        figure for figure in figures if figure["layout"]["title"]["text"].startswith("Accuracy on changed images")
    ]
    return [trace["name"] for trace in shown["data"] if trace["showlegend"]]
