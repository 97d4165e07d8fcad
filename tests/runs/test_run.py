"""A run is a directory, and a store is a directory of runs."""

import os
from dataclasses import replace

import pytest
from helpers.made_reports import make
from helpers.made_runs import DATA, finished, score

from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.evaluation import stored
from fer.runs import stop
from fer.runs.config import TrainConfig
from fer.runs.data import source_of
from fer.runs.run import Run
from fer.runs.state import Epoch, Progress, Status
from fer.runs.store import RunStore
from fer.system.files import write_atomically
from fer.system.records import write_records

EPOCHS = [
    Epoch(0, 1.9, 0.2, 1.8, 0.25, 0.01, 1000.0, 2.5, (0.5, 0.0), ((1, 1), (2, 0))),
    Epoch(1, 1.5, 0.4, 1.6, 0.5, 0.02, 1100.5, 2.25),
]
GARBAGE = {"no JSON": b'{"state": ', "no text": b"\x80\x81\xff", "no object": b"[1, 2]", "empty": b""}


@pytest.fixture
def store(tmp_path) -> RunStore:
    return RunStore(tmp_path / "models")


def test_written_values_are_read_back(store):
    run = store.create(TrainConfig(), "x")
    status = Status("training", "go", place=3.5)
    progress = Progress("training", epoch=1, epochs=3, batch=2, batches=4, trace=((0, 1.5, 0.5),))
    run.labels = ("happy", "sad")
    run.status, run.progress, run.history = status, progress, EPOCHS
    assert run.status == replace(status, time=run.status.time) and run.status.time > 1.7e9
    written = replace(progress, time=run.progress.time, pid=os.getpid())
    assert run.progress == written and run.progress.time > 1.7e9
    assert run.history == EPOCHS


def test_a_stop_request_can_be_made_and_withdrawn(store):
    run = store.create(TrainConfig(), "x")
    assert not stop.was_asked(run)
    stop.ask(run)
    stop.ask(run)
    assert stop.was_asked(Run(run.path)) and not stop.discard_was_asked(run)
    stop.ask(run, discard=True)
    assert stop.was_asked(run) and stop.discard_was_asked(Run(run.path))
    stop.forget(run)
    stop.forget(run)
    assert not stop.was_asked(run) and not stop.discard_was_asked(run)


def test_reports_are_stored_by_data_set_split_and_mode(store):
    run = store.create(TrainConfig(), "x")
    stored.add_report(run, make([0, 1], [0, 1], dataset="my-data"))
    stored.add_report(run, make([0, 1], [0, 2], dataset="my-data", tta=True))
    stored.add_report(run, make([0, 1], [2, 2], dataset="a-tta", split="all"))
    assert sorted(stored.reports(run)) == [
        ("a-tta", "all", False),
        ("my-data", "test", False),
        ("my-data", "test", True),
    ]
    assert sorted(path.name for path in (run.path / "reports").iterdir()) == [
        *("a-tta-all.json", "my-data-test-tta.json", "my-data-test.json")
    ]
    plain, augmented = (stored.report(run, "my-data", "test", tta=tta) for tta in (False, True))
    assert (plain.accuracy, plain.tta) == (1, False) and (augmented.accuracy, augmented.tta) == (0.5, True)
    assert stored.report(run, "a-tta", "all").accuracy == 0
    assert stored.report(run, "a-tta", "all", tta=True) is stored.report(run, "my-data", "val") is None


@pytest.mark.parametrize(
    "name", ["notes.json", "my-notes.json", "my-data-test.json.bak", "my-data-test.txt", "x-tta.json"]
)
def test_other_files_among_the_reports_are_ignored(name, store):
    run = store.create(TrainConfig(), "x")
    write_atomically(run.path / "reports" / name, "{}")
    assert stored.reports(run) == []


@pytest.mark.parametrize("tta", [False, True])
def test_a_damaged_report_is_refused(tta, store):
    run = store.create(TrainConfig(), "x")
    write_atomically(run.report_path("my-data", "test", tta=tta), "{")
    with pytest.raises(FerError, match=r"damaged .*Evaluate again"):
        stored.report(run, "my-data", "test", tta=tta)


def test_a_report_with_labels_in_another_order_is_refused(store):
    run = finished(store, "x")
    stored.add_report(run, make([0, 1], labels=EMOTIONS[::-1]))
    with pytest.raises(
        FerError, match=r"d-test\.json has the labels neutral, .*, but x predicts angry, .* Evaluate again"
    ):
        stored.report(run, "d", "test")
    stored.add_report(run, make([0, 1]))
    assert stored.report(run, "d", "test").labels == run.labels


def test_a_report_copied_to_another_name_is_refused(store):
    run = finished(store, "x")
    stored.add_report(run, make([0, 1]))
    run.report_path("d", "val").write_text(run.report_path("d", "test").read_text())
    with pytest.raises(FerError, match=r"d-val\.json is a report on another split"):
        stored.report(run, "d", "val")


def test_a_report_shows_the_runs_current_name(store):
    run = finished(store, "x")
    stored.add_report(run, make([0, 1]))
    run.path.rename(store.root / "y")
    assert stored.report(store["y"], "d", "test").model == "y"


def test_each_inference_mode_has_its_own_temperature(store):
    card = finished(store, "x", temperature=0.9, temperature_tta=0.8).card
    assert (card.temperature_of(tta=False), card.temperature_of(tta=True)) == (0.9, 0.8)
    assert finished(store, "never-fitted").card.temperature_of(tta=False) is None
    assert finished(store, "once", temperature=0.9).card.temperature_of(tta=True) is None


@pytest.mark.parametrize(
    ("data", "dataset", "source"),
    [
        ("/far/faces.csv", "faces", "/far/faces.csv"),
        ("/far/faces.csv", "others", "others"),
        ("/far/faces", "faces", "/far/faces"),
        ("fer2013", "fer2013", "fer2013"),
        ("fer2013", "synthetic", "synthetic"),
    ],
)
def test_a_data_set_is_opened_from_the_training_path_or_by_its_name(data, dataset, source, store):
    assert source_of(store.create(TrainConfig(data=data), "x"), dataset) == source


def test_the_test_score_is_on_the_runs_own_data_and_never_on_synthetic_faces(store):
    mine, scores = score(0.5, dataset="d"), [score(0.9, dataset="other"), score(0.6, dataset="d", tta=True)]
    scores += [score(0.7, dataset="d", split="val"), mine]
    photographed = finished(store, "a", data=replace(DATA, name="d", format="npz"), scores=tuple(scores))
    drawn = finished(store, "b", data=replace(DATA, name="d", format="synthetic"), scores=tuple(scores))
    assert photographed.card.test_score == mine and drawn.card.test_score is None


@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE)
@pytest.mark.parametrize("name", ["status", "progress", "card", "robustness"])
def test_a_damaged_file_is_reported_by_name(store, name, content):
    run = store.create(TrainConfig(), "x")
    (run.path / f"{name}.json").write_bytes(content)
    with pytest.raises(FerError, match=rf"{name}\.json is damaged .*Delete the run or restore the file"):
        getattr(run, name)


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe"], ids=["no JSON", "no text"])
def test_a_damaged_history_or_recipe_is_reported(store, content):
    run = store.create(TrainConfig(), "x")
    path = run.path / "history.jsonl"
    write_records(path, EPOCHS)
    path.write_bytes(path.read_bytes() + content)
    with pytest.raises(FerError, match=r"history\.jsonl is damaged"):
        _ = run.history
    (run.path / "config.json").write_bytes(content)
    with pytest.raises(FerError, match="training config must be valid JSON"):
        _ = run.config


@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE)
def test_a_damaged_run_does_not_affect_the_others(store, content):
    for name in ("a", "b", "c"):
        finished(store, name)
    for file in ("card.json", "status.json", "config.json", "history.jsonl"):
        (store.root / "a" / file).write_bytes(content)
    assert [run.id for run in store] == ["a", "b", "c"] and not store["a"].is_usable
    assert store.default.id == "b" and store.set_default("c").id == store.default.id == "c"
    store.delete("a")
    assert [run.id for run in store] == ["b", "c"]


@pytest.mark.parametrize("content", ["text ö", b"\x00\xff"])
def test_an_atomic_write_replaces_the_file_and_leaves_no_temporary_files(tmp_path, content):
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
