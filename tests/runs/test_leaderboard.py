"""The leaderboard: one entry per run, in groups."""

from dataclasses import replace

import pytest
from helpers.made_runs import finished, score

from fer.charts.models import accuracy_over_time
from fer.runs import exports, leaderboard
from fer.runs.config import TrainConfig
from fer.runs.store import RunStore


def test_own_runs_come_first_and_those_without_weights_last_each_by_accuracy(models, bare):
    finished(models, "weak", scores=(score(0.2),))
    finished(models, "strong", scores=(score(0.9),))
    models.create(TrainConfig(), "new")
    (models.create(TrainConfig(), "broken").path / "card.json").write_text("{")
    found = leaderboard.entries(models, "vgg_small")
    assert [(entry.id, entry.group, entry.state) for entry in found] == [
        ("strong", "yours", "Not started"),
        ("weak", "yours", "Not started"),
        ("broken", "yours", "Damaged"),
        ("new", "yours", "Not started"),
        ("vgg_small", "included", "Ready"),
        ("mini_xception", "included", "Ready"),
        ("bare", "reference", "Ready"),
    ]
    assert [entry.id for entry in found if entry.is_default] == ["vgg_small"]


def test_a_size_is_that_of_the_file_and_nothing_where_there_is_none(models, bare):
    sizes = {entry.id: entry.bytes for entry in leaderboard.entries(models)}
    assert sizes["vgg_small"] == models["vgg_small"].tflite_path.stat().st_size and sizes["bare"] is None


def test_only_models_tested_on_the_same_images_are_compared(models, bare):
    finished(models, "elsewhere", scores=(score(0.9),), ms=1.0)
    finished(models, "untimed", scores=(score(0.9),))
    of_two = replace(models["bare"].card, labels=("happy", "not happy"), prior=(), shipped=False)
    finished(models, "merged").card = of_two
    found = leaderboard.comparable(leaderboard.entries(models))
    assert {entry.id for entry in found} == {"vgg_small", "mini_xception", "bare"}


def test_without_any_accuracy_nothing_is_compared(tmp_path):
    store = RunStore(tmp_path)
    store.create(TrainConfig(), "new")
    assert leaderboard.comparable(leaderboard.entries(store)) == []


def test_the_figure_shows_every_model_at_its_time_and_accuracy_with_its_interval(models, bare):
    found = leaderboard.comparable(leaderboard.entries(models))
    figure = accuracy_over_time(found, ("fer2013 test split", "Intel Xeon"))
    points = {
        about[-1]: (x, y, y - minus, y + plus)
        for trace in figure.data
        for about, x, y, minus, plus in zip(
            trace.customdata, trace.x, trace.y, trace.error_y.arrayminus, trace.error_y.array, strict=True
        )
    }
    card = models["vgg_small"].card
    assert points["vgg_small"] == pytest.approx((card.ms, card.test_score.accuracy, *card.test_score.interval))
    assert [trace.name for trace in figure.data] == ["reference", "included"] and len(points) == 3


def test_names_in_the_figure_are_text(models):
    (entry, other) = leaderboard.entries(models)
    figure = accuracy_over_time([replace(entry, id="<b>x"), other], "test")
    assert figure.data[0].text[0] == figure.data[0].customdata[0][-1] == "&lt;b&gt;x"


def test_names_in_the_figure_cover_neither_each_other_nor_a_point(models):
    (entry, other) = leaderboard.entries(models)
    copies = [replace(entry, id=f"copy-{number}") for number in range(8)]
    nearby = replace(entry, id="near", ms=entry.ms * 1.3)
    (included,) = accuracy_over_time([*copies, nearby, other], "test").data
    shown = {name: side for name, side in zip(included.text, included.textposition, strict=True) if name}
    assert shown["copy-0"] == "middle left" and shown["near"] == "middle right"
    beside = [shown[name] for name in shown if name.startswith("copy")]
    assert len(beside) == len(set(beside)) < 8


def test_what_an_export_needs_is_known_without_importing_it(models, monkeypatch):
    run = models["vgg_small"]
    monkeypatch.setattr(exports, "find_spec", lambda name: None if name in exports.ONNX_PACKAGES else name)
    assert exports.obstacle(run, "float16") == ""
    assert "pip install onnx tf2onnx onnxruntime" in exports.obstacle(run, "onnx")
    assert "fer2013 in data/" in exports.obstacle(run, "int8")
    run.model_path.unlink()
    assert exports.obstacle(run, "float16") == "Only models with a .keras file can be converted."
    monkeypatch.setattr(exports, "find_spec", lambda name: None)
    assert "keras, tensorflow" in exports.obstacle(run, "float16")
