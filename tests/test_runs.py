"""A run is a directory, and a store is a directory of runs."""

import os
import shutil

import numpy as np
import pytest

from fer.config import TrainConfig
from fer.errors import FerError
from fer.labels import EMOTIONS
from fer.report import Report
from fer.runs import Run, RunStore, write_atomically

GARBAGE = {"no JSON": b'{"state": ', "no text": b"\x80\x81\xff", "no object": b"[1, 2]", "empty": b""}


@pytest.fixture
def store(tmp_path) -> RunStore:
    return RunStore(tmp_path / "models")


def finished(store: RunStore, name: str, **card) -> Run:
    """A run that looks as if it could answer."""
    run = store.create(TrainConfig(), name)
    run.tflite_path.write_bytes(b"x")
    run.set_card({"labels": list(EMOTIONS), "scores": {}, **card})
    return run


def test_a_new_run_keeps_its_recipe_and_has_nothing_else(store):
    run = store.create(TrainConfig(epochs=3), "first")
    assert run.config == TrainConfig(epochs=3) and run.id == "first" and run.path == store.root / "first"
    assert run.status["state"] == "created"
    assert (run.progress, run.card, run.history, run.reports()) == ({}, {}, [], [])
    assert not run.is_usable and run.test_score is None and run.report("d", "test") is None


def test_a_run_without_a_name_is_called_by_its_architecture_and_the_time(store):
    assert store.create(TrainConfig(architecture="resnet10")).id.startswith("resnet10-20")


@pytest.mark.parametrize(
    "name",
    ["../x", "", "a b", "x" * 65, ".hidden", "-x", "a/b", "a\\b", "ü", "x\n", "..", "a\0b"],
    ids=["up", "empty", "space", "long", "hidden", "option", "slash", "backslash", "umlaut", "line", "dots", "zero"],
)
def test_a_name_that_is_no_plain_file_name_is_refused(store, name):
    with pytest.raises(FerError, match="name must be 1 to 64 letters"):
        store.create(TrainConfig(), name)
    assert not store.root.exists()


@pytest.mark.parametrize("name", ["a", "x" * 64, "My_run-1.2", "2"])
def test_a_plain_name_is_taken_as_it_is(store, name):
    assert store.create(TrainConfig(), name).id == name and store[name].id == name


def test_a_name_is_given_once(store):
    store.create(TrainConfig(epochs=1), "x")
    with pytest.raises(FerError, match=r"A run named 'x' exists already\. Choose another --name"):
        store.create(TrainConfig(epochs=2), "x")
    assert store["x"].config.epochs == 1


def test_runs_come_in_the_order_of_their_names_and_other_folders_are_none(store):
    assert list(store) == []
    for name in ("b", "a"):
        store.create(TrainConfig(), name)
    (store.root / "no-run").mkdir()
    (store.root / "README.md").touch()
    assert [run.id for run in store] == ["a", "b"]


@pytest.mark.parametrize("name", ["frist", "../models/first", "FIRST"])
def test_an_unknown_run_is_refused_with_the_nearest(store, name):
    store.create(TrainConfig(), "first")
    with pytest.raises(FerError, match=r"Unknown run .*Valid: first\."):
        store[name]


def test_a_typing_error_gets_a_suggestion(store):
    store.create(TrainConfig(), "first")
    with pytest.raises(FerError, match="Did you mean 'first'"):
        store["frist"]


def test_a_deleted_run_is_gone_and_no_other(store):
    for name in ("a", "b"):
        finished(store, name)
    store.delete("a")
    assert [run.id for run in store] == ["b"] and not (store.root / "a").exists()
    with pytest.raises(FerError, match="Unknown run"):
        store.delete("../models")
    assert store["b"].is_usable


def test_the_default_is_the_run_whose_card_says_so_or_the_first_that_can_answer(store):
    with pytest.raises(FerError, match=r"no trained model in .*Train one"):
        _ = store.default
    store.create(TrainConfig(), "a-new-one")
    for name in ("c", "b"):
        finished(store, name)
    assert store.default.id == "b"
    assert store.set_default("c").id == store.default.id == "c"
    store.set_default("b")
    assert store.default.id == "b" and not store["c"].card["default"]


def test_a_run_that_cannot_answer_is_no_default(store):
    store.create(TrainConfig(), "new")
    with pytest.raises(FerError, match="'new' has no exported model yet"):
        store.set_default("new")


def test_what_is_written_is_read_again(store):
    run = store.create(TrainConfig(), "x")
    run.set_status("training", "go")
    run.set_progress(epoch=1, batch=2)
    run.set_history([{"epoch": 0}, {"epoch": 1}])
    assert (run.status["state"], run.status["message"]) == ("training", "go") and run.status["time"] > 1.7e9
    assert (run.progress["epoch"], run.progress["batch"]) == (1, 2) and run.progress["time"] > 1.7e9
    assert run.history == [{"epoch": 0}, {"epoch": 1}]


def test_stopping_is_a_note_that_is_found_and_forgotten(store):
    run = store.create(TrainConfig(), "x")
    assert not run.stop_was_asked()
    run.ask_to_stop()
    run.ask_to_stop()
    assert Run(run.path).stop_was_asked()
    run.forget_stop()
    run.forget_stop()
    assert not run.stop_was_asked()


def test_a_report_is_kept_under_its_data_set_and_split(store):
    run = store.create(TrainConfig(), "x")
    probabilities, no_leak = np.eye(7, dtype=np.float32)[:2], np.zeros(2, bool)
    two = np.arange(2)
    run.add_report(Report("x", "my-data", "test", EMOTIONS, two, two, probabilities, no_leak, "f"))
    assert run.reports() == [("my-data", "test")] and run.report("my-data", "test").accuracy == 1
    (run.path / "reports/my-data-test.json").write_text("{")
    with pytest.raises(FerError, match=r"damaged .*Evaluate again"):
        run.report("my-data", "test")


def test_the_test_score_is_that_of_the_runs_own_data_and_never_of_drawn_faces(store):
    scores = {"d-test": {"accuracy": 0.5}, "other-test": {"accuracy": 0.9}}
    photographed = finished(store, "a", data={"name": "d", "format": "npz"}, scores=scores)
    drawn = finished(store, "b", data={"name": "d", "format": "synthetic"}, scores=scores)
    assert photographed.test_score == {"accuracy": 0.5} and drawn.test_score is None


@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE)
@pytest.mark.parametrize("name", ["status", "progress", "card"])
def test_a_damaged_file_is_told_by_its_name(store, name, content):
    run = store.create(TrainConfig(), "x")
    (run.path / f"{name}.json").write_bytes(content)
    with pytest.raises(FerError, match=rf"{name}\.json is damaged .*Delete the run or restore the file"):
        getattr(run, name)


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe"], ids=["no JSON", "no text"])
def test_a_damaged_history_or_recipe_is_told(store, content):
    run = store.create(TrainConfig(), "x")
    (run.path / "history.jsonl").write_bytes(b'{"epoch": 0}\n' + content)
    with pytest.raises(FerError, match=r"history\.jsonl is damaged"):
        _ = run.history
    (run.path / "config.json").write_bytes(content)
    with pytest.raises(FerError, match="training config must be JSON"):
        _ = run.config


@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE)
def test_a_damaged_run_leaves_the_others_in_peace(store, content):
    for name in ("a", "b", "c"):
        finished(store, name)
    for file in ("card.json", "status.json", "config.json", "history.jsonl"):
        (store.root / "a" / file).write_bytes(content)
    assert [run.id for run in store] == ["a", "b", "c"] and not store["a"].is_usable
    assert store.default.id == "b" and store.set_default("c").id == store.default.id == "c"
    store.delete("a")
    assert [run.id for run in store] == ["b", "c"]


@pytest.mark.parametrize("content", ["text ö", b"\x00\xff"])
def test_an_atomic_write_replaces_the_file_and_leaves_nothing_beside_it(tmp_path, content):
    path = tmp_path / "new" / "x.json"
    write_atomically(path, "old")
    write_atomically(path, content)
    assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert list(path.parent.iterdir()) == [path] and path.stat().st_mode & 0o777 == 0o644


def test_an_atomic_write_that_fails_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x.json"
    write_atomically(path, "old")

    def full(*arguments):
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, "new")
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_a_trained_run_can_be_moved_to_another_store(trained_run, store):
    shutil.copytree(trained_run.path, store.root / "moved")
    assert store.default.id == "moved" and store["moved"].labels == EMOTIONS
