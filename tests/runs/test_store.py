"""The folder of runs: names, order, the default, renaming and deleting."""

import json
import shutil

import pytest
from helpers.made_reports import make
from helpers.made_runs import finished

from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.evaluation import stored
from fer.runs.card import Source
from fer.runs.config import TrainConfig
from fer.runs.run import Run, card_of, files_of
from fer.runs.state import Progress, Status
from fer.runs.store import FLAGSHIP, RunStore
from fer.runs.taught import missing_source


@pytest.fixture
def store(tmp_path) -> RunStore:
    return RunStore(tmp_path / "models")


def test_a_new_run_keeps_its_recipe_and_has_nothing_else(store):
    run = store.create(TrainConfig(epochs=3), "first")
    assert run.config == TrainConfig(epochs=3) and run.id == "first" and run.path == store.root / "first"
    assert run.status.state == "created"
    assert (run.progress, card_of(run), run.history, stored.reports(run)) == (Progress(), None, [], [])
    assert not run.is_usable and stored.report(run, "d", "test") is None


@pytest.mark.parametrize("name", ["con", "NUL.1", "lpt9"])
def test_a_device_of_windows_is_no_name(store, name):
    with pytest.raises(FerError, match="not one that Windows reserves"):
        store.create(TrainConfig(), name)


def test_an_unnamed_run_is_named_after_its_architecture_and_the_time(store):
    assert store.create(TrainConfig(architecture="resnet10")).id.startswith("resnet10-20")


@pytest.mark.parametrize(
    "name",
    ["../x", "", "a b", "x" * 65, ".hidden", "-x", "a/b", "a\\b", "ü", "x\n", "..", "a\0b"],
    ids=["up", "empty", "space", "long", "hidden", "option", "slash", "backslash", "umlaut", "line", "dots", "zero"],
)
def test_a_name_that_is_not_a_plain_file_name_is_refused(store, name):
    with pytest.raises(FerError, match="name must be 1 to 64 letters"):
        store.create(TrainConfig(), name)
    assert not store.root.exists()


@pytest.mark.parametrize("name", ["a", "x" * 64, "My_run-1.2", "2"])
def test_a_plain_name_is_used_unchanged(store, name):
    assert store.create(TrainConfig(), name).id == name and store[name].id == name


def test_a_name_cannot_be_used_twice(store):
    store.create(TrainConfig(epochs=1), "x")
    with pytest.raises(FerError, match=r"A run named 'x' already exists\. Choose another name"):
        store.create(TrainConfig(epochs=2), "x")
    assert store["x"].config.epochs == 1


def test_runs_are_sorted_by_name_and_other_folders_are_ignored(store):
    assert list(store) == []
    for name in ("b", "a"):
        store.create(TrainConfig(), name)
    (store.root / "no-run").mkdir()
    (store.root / "README.md").touch()
    assert [run.id for run in store] == ["a", "b"]


@pytest.mark.parametrize("name", ["frist", "../models/first", "FIRST"])
def test_an_unknown_run_is_refused_with_the_valid_ones(store, name):
    store.create(TrainConfig(), "first")
    with pytest.raises(FerError, match=r"Unknown run .*Valid: first\."):
        store[name]


def test_a_typo_gets_a_suggestion(store):
    store.create(TrainConfig(), "first")
    with pytest.raises(FerError, match="Did you mean 'first'"):
        store["frist"]


def test_deleting_a_run_leaves_the_others(store):
    for name in ("a", "b"):
        finished(store, name)
    store.delete("a")
    assert [run.id for run in store] == ["b"] and not (store.root / "a").exists()
    with pytest.raises(FerError, match="Unknown run"):
        store.delete("../models")
    assert store["b"].is_usable


def test_the_default_is_the_chosen_run_or_the_flagship_or_the_first_usable_one(store):
    with pytest.raises(FerError, match=r"no trained model in .*Train one"):
        _ = store.default
    assert store.default_id == ""
    store.create(TrainConfig(), "a-new-one")
    for name in ("c", "b"):
        finished(store, name)
    assert store.default.id == store.default_id == "b"
    finished(store, FLAGSHIP)
    assert store.default.id == FLAGSHIP
    assert store.set_default("c").id == store.default.id == "c"
    store.set_default("b")
    assert store.default.id == RunStore(store.root).default.id == "b", "it is kept"


def test_choosing_the_default_changes_no_card_and_old_cards_are_ignored(store):
    runs = [finished(store, name) for name in ("b", "c")]
    for run in runs:  # as version 0.1 wrote them
        plain = json.loads((run.path / "card.json").read_text()) | {"default": run.id == "c"}
        (run.path / "card.json").write_text(json.dumps(plain))
    before = [(run.path / "card.json").read_bytes() for run in runs]
    assert store.default.id == "b" and store["c"].is_usable
    store.set_default("c")
    assert store.default.id == "c" and [(run.path / "card.json").read_bytes() for run in runs] == before


def test_the_default_survives_renaming_and_is_cleared_when_deleted(store):
    for name in ("a", "b", "c"):
        finished(store, name)
    store.set_default("c")
    store.rename("b", "d")
    store.rename("c", "e")
    assert store.default.id == "e"
    store.delete("d")
    assert store.default.id == "e"
    store.delete("e")
    finished(store, "e")
    assert store.default.id == "a", "a run of the same name was never chosen"


@pytest.mark.parametrize("choice", ["", "gone\n", "not-trained\n", "../x\n", "\udcff"])
def test_an_invalid_choice_falls_back(store, choice):
    finished(store, "b")
    store.create(TrainConfig(), "not-trained")
    (store.root / ".default").write_text(choice, errors="surrogateescape")
    assert store.default.id == "b"


def test_an_unusable_run_cannot_be_the_default(store):
    store.create(TrainConfig(), "new")
    with pytest.raises(FerError, match="'new' has no exported model yet"):
        store.set_default("new")


def test_a_run_without_weights_cannot_be_the_default_but_keeps_its_card_and_reports(bare, models):
    assert bare.is_without_weights and not bare.is_usable and bare.is_shipped and files_of(bare) == {}
    assert bare.card.test_score and stored.report(bare, "fer2013", "test").model == "bare"
    assert not models["vgg_small"].is_without_weights and not models.create(TrainConfig(), "new").is_without_weights
    (models.root / ".default").write_text("bare")
    assert models.default.id == "mini_xception"
    with pytest.raises(FerError, match="The weights of 'bare' are not included"):
        models.set_default("bare")


def test_a_trained_run_can_be_moved_to_another_store(trained_run, store):
    shutil.copytree(trained_run.path, store.root / "moved")
    assert store.default.id == "moved" and store["moved"].labels == EMOTIONS


def test_a_run_is_renamed_with_its_files_and_never_onto_another(store):
    run = finished(store, "x")
    stored.add_report(run, make([0, 1]))
    run.note = "the good one"
    finished(store, "taken")
    fresh = store.rename("x", "y")
    assert fresh.id == "y" and fresh.note == "the good one" and [run.id for run in store] == ["taken", "y"]
    assert stored.report(fresh, "d", "test").model == "y"
    with pytest.raises(FerError, match="'taken' already exists"):
        store.rename("y", "taken")
    with pytest.raises(FerError, match="A run's name must be"):
        store.rename("y", "../z")


def test_a_shipped_or_training_run_cannot_be_renamed_or_deleted(store):
    finished(store, "x", shipped=True)
    working = finished(store, "w")
    exported = finished(store, "e")
    exported.status = Status("finished")
    for change in (store.delete, lambda id: store.rename(id, "new")):
        with pytest.raises(FerError, match="x ships with the app"):
            change("x")
        with working.lock, pytest.raises(FerError, match=r"w is training\. Stop it first"):
            change("w")
        with exported.lock, pytest.raises(FerError, match=r"e is being exported\. Wait"):
            change("e")
    assert [run.id for run in store] == ["e", "w", "x"]


def taught(store: RunStore, name: str, source: str) -> Run:
    """A run that looks as if it was taught on another one."""
    run = finished(store, name, started_from=Source(source, 0, {}))
    run.head_path.write_bytes(b"x")
    return run


def test_what_a_taught_run_is_made_from_stays_until_its_keras_file_is_made(store):
    source = finished(store, "source")
    mine, second = taught(store, "mine", "source"), taught(store, "second", "mine")
    assert missing_source(mine).startswith("mine was taught on source, which has no .keras file")
    source.model_path.write_bytes(b"x")
    assert missing_source(mine) == missing_source(second) == missing_source(source) == ""
    for change in (store.delete, lambda id: store.rename(id, "new")):
        with pytest.raises(
            FerError, match=r"source is needed for the Keras file of mine, taught on it\. Once that is made"
        ):
            change("source")
        with pytest.raises(FerError, match="delete second first"):
            change("mine")
    second.model_path.write_bytes(b"x")
    store.rename("mine", "ours")
    with pytest.raises(FerError, match="Keras file of ours"):
        store.delete("source")
    taught(store, "again", "source")
    with pytest.raises(FerError, match=r"Keras files of again and ours, taught on it\. Once those are made"):
        store.delete("source")
    for name in ("again", "ours"):
        store[name].model_path.write_bytes(b"x")
    store.delete("source")
    assert missing_source(store["ours"]) == ""


def test_a_source_without_anything_to_make_files_from_is_not_kept(store):
    finished(store, "source")
    taught(store, "mine", "source")
    store.delete("source")
    assert "source, which is not here" in missing_source(store["mine"])


def test_runs_that_name_each_other_as_their_source_end_in_a_sentence(store):
    for name, source in (("a", "b"), ("b", "a"), ("c", "c")):
        taught(store, name, source)
    assert "which is not here" in missing_source(store["a"]) and "c was taught on c" in missing_source(store["c"])
