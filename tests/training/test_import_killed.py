"""An import that is killed in the middle leaves nothing: no run, no files, and its name free."""

import subprocess
import tempfile
import threading
import time
from types import SimpleNamespace

import pytest
from helpers.made_networks import network

from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.runs import importing
from fer.runs.config import TrainConfig
from fer.runs.store import FILLING, RunStore
from fer.system import process
from pages.parts.shared import actions

LABELS = ",".join(EMOTIONS)


@pytest.fixture
def children(monkeypatch) -> list[subprocess.Popen]:
    """The processes that `command` has started."""
    started, start = [], subprocess.Popen
    monkeypatch.setattr(process.subprocess, "Popen", lambda *a, **o: started.append(start(*a, **o)) or started[-1])
    return started


def wait_until(holds, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.005)


def test_a_killed_import_leaves_no_run_and_no_files_and_its_name_is_free(tmp_path, saved, children, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    store, path, refused = RunStore(tmp_path / "models"), saved(network()), []
    upload = SimpleNamespace(name="net.keras", size=path.stat().st_size, getvalue=path.read_bytes)

    def ask() -> None:
        with pytest.raises(FerError) as error:
            actions.import_network(store, upload, LABELS, "0-1", "mine")
        refused.append(str(error.value))

    visitor = threading.Thread(target=ask)
    visitor.start()
    wait_until(lambda: any(store.root.glob(f"{FILLING}*/mine/config.json")))
    assert [run.id for run in store] == [], "half an import is no run"
    children[0].kill()
    visitor.join(60)
    assert refused[0].startswith("`fer import` was killed (signal 9). If the server ran out of memory")
    assert [path.name for path in store.root.iterdir()] == [".importing.lock"]
    assert list((tmp_path / "temporary").iterdir()) == []
    assert store.new("mine")


def test_whatever_an_import_of_another_server_left_is_removed_by_the_next_one(tmp_path):
    store = RunStore(tmp_path / "models")
    (store.root / f"{FILLING}x/mine").mkdir(parents=True)
    with importing.only_import(store):
        assert not list(store.root.glob(f"{FILLING}*"))
        (store.root / f"{FILLING}y").mkdir()
        importing.sweep(store)
        assert list(store.root.glob(f"{FILLING}*")), "that one is still being filled"


def test_a_name_that_is_taken_while_a_run_is_filled_is_refused(tmp_path):
    store = RunStore(tmp_path / "models")
    with pytest.raises(FerError, match="A run named 'mine' already exists"), store.filling(TrainConfig(), "mine"):
        store.create(TrainConfig(epochs=7), "mine")
    assert [path.name for path in store.root.iterdir()] == ["mine"] and store["mine"].config.epochs == 7


@pytest.mark.parametrize(
    ("labels", "name", "message"),
    [
        ("", "mine", "Labels must be 2 to 20 different names, separated by commas, got ''"),
        ("a,b\0", "mine", "Labels must not contain control characters"),
        ("a,b", "mi\0ne", "A run's name must be 1 to 64 letters"),
        ("a,b", "mi\nne", "A run's name must be 1 to 64 letters"),
    ],
)
def test_labels_and_names_that_cannot_be_are_refused_before_a_process_starts(labels, name, message, tmp_path, children):
    upload = SimpleNamespace(name="net.keras", size=1, getvalue=lambda: b"x")
    with pytest.raises(FerError, match=message):
        actions.import_network(RunStore(tmp_path / "models"), upload, labels, "0-1", name)
    assert children == []
