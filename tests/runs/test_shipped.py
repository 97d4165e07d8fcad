"""A user's own runs combined with the read-only shipped ones."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.made_reports import make
from helpers.made_runs import finished

from fer.errors import FerError
from fer.evaluation import stored
from fer.runs.config import TrainConfig
from fer.runs.store import FLAGSHIP, RunStore
from fer.training.distillation import teachers

ROOT = Path(__file__).parents[2]


@pytest.fixture
def shipped(tmp_path) -> RunStore:
    """The shipped folder: the flagship and another run."""
    store = RunStore(tmp_path / "package/models")
    for name in (FLAGSHIP, "light"):
        finished(store, name, shipped=True)
    return store


@pytest.fixture
def store(tmp_path, shipped, monkeypatch) -> RunStore:
    """`RunStore()` as in an installed package; the user's folder doesn't exist yet."""
    monkeypatch.setattr("fer.runs.store.BUNDLED", shipped.root)
    monkeypatch.setattr("fer.runs.store.MODELS", tmp_path / "own")
    return RunStore()


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_both_are_listed_by_name_and_new_runs_are_the_users_own(store, shipped):
    assert [run.id for run in store] == [FLAGSHIP, "light"] and store.default.id == FLAGSHIP
    assert store.create(TrainConfig(), "kept").path == store.root / "kept"
    assert [run.id for run in store] == [FLAGSHIP, "kept", "light"]
    assert [run.id for run in shipped] == [FLAGSHIP, "light"]


def test_an_explicit_folder_is_listed_alone(store):
    finished(store, "mine")
    assert [run.id for run in RunStore(store.root)] == ["mine"]
    with pytest.raises(FerError, match=r"Unknown run 'flagship'.*Valid: mine\."):
        RunStore(store.root)[FLAGSHIP]


def test_an_own_run_hides_the_shipped_one_of_its_name(store):
    finished(RunStore(store.root), "light")
    assert store["light"].path == store.root / "light" and [run.id for run in store] == [FLAGSHIP, "light"]


def test_a_new_run_cannot_take_a_shipped_runs_name(store):
    with pytest.raises(FerError, match="A run named 'light' already exists"):
        store.create(TrainConfig(), "light")
    finished(store, "mine")
    with pytest.raises(FerError, match="A run named 'flagship' already exists"):
        store.rename("mine", FLAGSHIP)


def test_the_default_is_stored_next_to_the_users_runs(store, shipped):
    before = contents(shipped.root)
    assert store.set_default("light").id == RunStore().default.id == "light"
    assert (store.root / ".default").is_file() and contents(shipped.root) == before
    assert shipped.default.id == FLAGSHIP, "of another user, who has chosen nothing"


def test_a_shipped_run_cannot_be_renamed_or_deleted(store, shipped):
    shipped["light"].card = replace(shipped["light"].card, shipped=False)
    for change in (store.delete, lambda id: store.rename(id, "new")):
        with pytest.raises(FerError, match="light ships with the app"):
            change("light")


def test_changes_to_a_shipped_run_are_written_to_a_copy_among_the_users_own(store, shipped):
    before, mine = contents(shipped.root), finished(store, "mine")
    assert store.writable(mine).path == mine.path
    stored.add_report(store.writable(store["light"]), make([0, 1]))
    assert store["light"].path == store.root / "light" and stored.reports(store["light"]) == [("d", "test", False)]
    assert store.writable(shipped["light"]).path == store["light"].path and contents(shipped.root) == before
    assert sorted(path.name for path in store.root.iterdir()) == ["light", "mine"]


def test_nothing_is_copied_in_a_checkout_where_both_share_a_folder(store, monkeypatch):
    monkeypatch.setattr("fer.runs.store.BUNDLED", store.root)
    run = finished(RunStore(), "light")
    assert RunStore().writable(run).path == run.path and [run.id for run in RunStore()] == ["light"]


def test_teachers_and_starting_runs_are_found_among_the_shipped_from_any_folder(store, tmp_path):
    for root in (store.root, tmp_path / "elsewhere"):
        run = RunStore(root).create(TrainConfig(teacher="light, own", start_from=FLAGSHIP), "student")
        finished(RunStore(root), "own")
        around = RunStore.around(run)
        found = [teacher.path for teacher in teachers(around, run.config)]
        assert found == [store.shipped / "light", root / "own"] and around[FLAGSHIP].is_usable
    assert RunStore.around(store[FLAGSHIP]).root == store.root, "what comes of a shipped run is the user's own"


def test_a_process_with_its_own_folder_sees_the_shipped_runs_too(tmp_path):
    """As the queue starts it."""
    finished(RunStore(tmp_path), "mine")
    script = "from fer.runs.store import RunStore; print(*[run.id for run in RunStore()], RunStore().default.id)"
    environment = {**os.environ, "FER_MODELS": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, cwd=ROOT, capture_output=True, text=True)
    *ids, default = done.stdout.split()
    assert {FLAGSHIP, "mini_xception", "mine"} <= set(ids) and default == FLAGSHIP, done.stderr
