"""The table of models, built from the cards and the same everywhere."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from fer.cli.main import main
from fer.evaluation import stored
from fer.runs import overview
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.state import Status
from fer.runs.store import RunStore

ROOT = Path(__file__).parents[2]


def rows(store: RunStore) -> dict[str, dict]:
    """The table's texts by model and column."""
    return {row["model"]: row for row in overview.texts(overview.rows(store, store.default_id))}


def test_the_table_in_models_readme_matches_the_shipped_runs():
    text = (ROOT / "models/README.md").read_text(encoding="utf-8")
    before, after = text.split(overview.BEGIN)[0], text.split(overview.END)[1]
    shipped = overview.markdown(run for run in RunStore(ROOT / "models") if run.is_shipped)
    assert text == before + shipped + after, "python -m fer models --markdown prints the current table"


@pytest.mark.parametrize("name", ["vgg_small", "mini_xception"])
def test_a_row_matches_the_reports(models, name):
    single, augmented = (stored.report(models[name], "fer2013", "test", tta=tta) for tta in (False, True))
    shown = rows(models)[name]
    for column, report in {
        "accuracy": single,
        "leak-free": single.leak_free,
        "augmented": augmented,
        "augmented, leak-free": augmented.leak_free,
    }.items():
        low, high = report.interval
        assert shown[column] == f"{100 * report.accuracy:.1f}% ({100 * low:.1f} to {100 * high:.1f})"
    assert shown["macro F1"] == f"{single.macro_f1:.3f}"
    assert shown["disgust recall"] == f"{100 * single.per_class['recall'][1]:.1f}%"
    assert (shown["n"], shown["n leak-free"]) == ("3,589", "3,301")


def test_file_sizes_match_the_table(models):
    assert rows(models)["vgg_small"]["MB"] == f"{models['vgg_small'].tflite_path.stat().st_size / 1e6:.1f}"


def test_the_most_accurate_model_comes_first_and_models_without_accuracy_last(models, bare, trained_run):
    run = Run(shutil.copytree(trained_run.path, models.root / "a"))
    run.card = replace(run.card, data=replace(run.card.data, format="synthetic"))
    models.create(TrainConfig(), "new")
    assert list(overview.table(models)["model"]) == ["vgg_small", "bare", "mini_xception", "a", "new"]


def test_every_state_is_shown_and_a_damaged_run_does_not_hide_the_others(models, bare):
    models.create(TrainConfig(), "stopped").status = Status("stopped", "After 2 epochs.")
    (models.create(TrainConfig(), "broken").path / "card.json").write_text("{")
    models["mini_xception"].note = "the light one"
    shown = rows(models)
    assert {name: row["state"] for name, row in shown.items()} == {
        "vgg_small": "default",
        "mini_xception": "finished",
        "bare": "no weights",
        "stopped": "stopped",
        "broken": "damaged",
    }
    assert shown["mini_xception"]["note"] == "the light one" and shown["stopped"]["note"] == "After 2 epochs."
    assert "card.json is damaged" in shown["broken"]["note"] and shown["stopped"]["accuracy"] == ""


def test_a_run_without_weights_keeps_its_figures(models, bare):
    shown = rows(models)
    assert shown["bare"] == shown["mini_xception"] | {"model": "bare", "state": "no weights"}


def test_cells_without_a_value_are_empty(models):
    run = models["mini_xception"]
    run.card = replace(run.card, scores=(run.card.score("test"),))
    old = json.loads(run.card.to_json())
    del old["macs"], old["bytes"], old["ms"], old["ms_on"], old["scores"][0]["recall"]
    (run.path / "card.json").write_text(json.dumps(old))
    shown = rows(models)["mini_xception"]
    assert {name for name, text in shown.items() if not text} == {
        *("augmented", "augmented, leak-free", "disgust recall", "million MACs", "ms a face", "MB", "ms on", "note"),
    }


def test_custom_classes_and_votes_are_listed_with_the_data(models):
    run = models["mini_xception"]
    data = replace(run.card.data, classes="happy, other=sad", ferplus=True)
    run.card = replace(run.card, data=data, labels=("happy", "other"), teachers=(), prior=())
    assert rows(models)["mini_xception"]["data"] == "fer2013, 28,709 images, FER+ votes, 2 custom classes"


def test_the_command_shows_every_column_of_every_run_in_120_characters(models, bare, capsys):
    assert main(["models"]) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 120
    for name, row in rows(models).items():
        for column, text in row.items():
            assert column == "note" or column in printed, column
            assert any(line.startswith(name) and text in line for line in printed.splitlines()), (name, column)


def test_the_command_prints_the_readme_table_of_the_shipped_runs_only(models, capsys):
    models.create(TrainConfig(), "mine")
    assert main(["models", "--markdown"]) == 0
    assert capsys.readouterr().out == overview.markdown([models["vgg_small"], models["mini_xception"]])
