"""Which runs count as damaged, and why."""

import json
import os

import pytest
from helpers.made_runs import finished
from helpers.mutated_files import complete

from fer.errors import FerError
from fer.evaluation import stored
from fer.runs.damage import damage, damages
from fer.runs.run import Run
from fer.runs.state import Progress, Status
from fer.runs.store import BUNDLED, RunStore


@pytest.fixture
def run(tmp_path) -> Run:
    made = finished(RunStore(tmp_path), "x")
    complete(made)
    return made


def test_no_shipped_run_is_damaged():
    assert damages(RunStore(BUNDLED)) == {}


def test_a_whole_run_is_not_damaged(run):
    assert damage(run) == ""


CONTENTS = {
    "config.json": ['{"data": "a\\u0000b"}', "[]", '{"seed": 99999999999999999999}', '{"epochs": "many"}'],
    "status.json": ['{"state": "asleep"}', '{"state": 3}', '{"time": -1}', '{"time": 1e999}', '{"message": "\\ud800"}'],
    "labels.json": ["{}[]", '{"labels": "happy"}', '{"labels": [1]}', '{"labels": ["a", "a"]}', '{"labels": ["a"]}'],
    "history.jsonl": ["[]", "7", '{"epoch": 0}', "{}"],
    "robustness.json": ["[]", "{}", '{"kinds": []}', '{"kinds": {}}'],
}


@pytest.mark.parametrize(("file", "content"), [(file, text) for file, texts in CONTENTS.items() for text in texts])
def test_values_that_no_page_could_show_are_damage(run, file, content):
    (run.path / "card.json").unlink()
    (run.path / file).write_text(content)
    assert damage(run).startswith(f"{run.path / file} is damaged (")


@pytest.mark.parametrize(
    "changes", [{"epoch": 5}, {"val_recall": [0.5]}, {"val_confusion": [[1]]}, {"accuracy": 1e9}, {"seconds": -1}]
)
def test_a_history_that_does_not_fit_the_run_is_damage(run, changes):
    path = run.path / "history.jsonl"
    first, second = map(json.loads, path.read_text().splitlines())
    path.write_text(f"{json.dumps(first)}\n{json.dumps(second | changes)}\n")
    assert "history.jsonl is damaged" in damage(run)


def test_a_long_label_and_a_strange_one_are_no_damage(run):
    (run.path / "card.json").unlink()
    run.labels, run.history = ("x" * 300, "`*[]<b> \u202e 😀"), []
    assert damage(run) == "" and len(run.labels[0]) == 300


def test_damage_is_seen_as_soon_as_the_file_changes(run):
    assert damage(run) == ""
    (run.path / "status.json").write_text("{")
    assert "status.json is damaged" in damage(run)
    run.status = Status("finished")
    assert damage(run) == ""


def test_progress_only_matters_during_training(run):
    (run.path / "progress.json").write_text("{")
    assert damage(run) == ""
    run.status = Status("training")
    assert "progress.json is damaged" in damage(run)


def test_a_run_whose_recipe_is_a_folder_is_listed_as_damaged(run, tmp_path):
    (run.path / "config.json").unlink()
    (run.path / "config.json").mkdir()
    assert list(damages(RunStore(tmp_path))) == ["x"] and not run.is_usable


def test_a_report_that_is_a_folder_is_reported(run):
    (run.path / "reports/d-test.json").mkdir(parents=True)
    with pytest.raises(FerError, match=r"d-test\.json is damaged"):
        stored.report(run, "d", "test")


def stall(progress: Progress, seconds: float) -> float:
    return progress.stalled_for(progress.time + seconds)


def test_a_training_without_a_sign_of_life_has_stalled():
    quick = Progress("training", epoch=1, epochs=9, batch=49, batches=100, seconds=150.0, time=1e9)  # 1 s a batch
    assert stall(quick, 170) == 0 and stall(quick, 190) == 190


def test_a_slow_training_may_be_quiet_for_longer():
    slow = Progress("training", epoch=0, epochs=9, batch=9, batches=100, seconds=600.0, time=1e9)  # a minute a batch
    assert stall(slow, 1190) == 0 and stall(slow, 1210) == 1210
    validating = Progress("training", epoch=0, epochs=9, batch=99, batches=100, seconds=600.0, time=1e9)
    assert stall(validating, 1190) == 0 and stall(validating, 1210) == 1210


def test_phases_without_batches_may_be_quiet_for_half_an_hour():
    assert stall(Progress("opening the data", time=1e9), 1790) == 0
    assert stall(Progress("opening the data", time=1e9), 1810) == 1810
    assert Progress().stalled_for(1e9) == 0  # it has not begun


def test_progress_names_its_process(run):
    run.progress = Progress("opening the data")
    assert run.progress.pid == os.getpid()
