"""A disk that is full, read-only, broken or another user's is reported as a sentence, wherever it is written to."""

import errno
import os
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fer.cli.main import main
from fer.errors import DISK_FULL, FerError, disk_error, extra
from fer.runs import queue
from fer.runs.config import TrainConfig
from fer.runs.state import Status
from fer.runs.store import RunStore

ROOT = Path(__file__).parents[1]
REFUSALS = {
    errno.ENOSPC: "The disk is full. Free some space",
    errno.EDQUOT: "The disk is full. Free some space",
    errno.EROFS: "is on a read-only disk. Set FER_MODELS and FER_DATA",
    errno.EACCES: "This program's user has no permission for",
    errno.EPERM: "This program's user has no permission for",
    errno.EIO: "The disk cannot read or write",
    errno.EISDIR: "is in the way",
}


@pytest.fixture(params=REFUSALS, ids=errno.errorcode.get)
def refusing(request, monkeypatch) -> tuple[str, object]:
    """A disk that refuses everything that is written with this error, and the sentence that is expected."""
    code = request.param

    def refuse(*args, **_):
        raise OSError(code, os.strerror(code), str(args[-1]))

    def begin():
        for name in ("replace", "mkdir"):
            monkeypatch.setattr(os, name, refuse)

    return REFUSALS[code], begin


def is_shown(app: AppTest, sentence: str) -> bool:
    return any(sentence in note.value.replace("\\", "") for note in app.error)


@pytest.mark.parametrize("code", REFUSALS)
def test_an_error_of_the_disk_becomes_a_sentence_with_the_place(code):
    refusal = disk_error(OSError(code, "", "/models/x/.card.json-abc"))
    assert REFUSALS[code] in str(refusal) and (str(refusal) == DISK_FULL or "/models/x" in str(refusal))
    assert "card.json-" not in str(refusal)


@pytest.mark.parametrize(
    ("package", "advice"), [("keras", r"Run pip install .*\[train\]"), ("jax", "Run pip install jax")]
)
def test_a_missing_package_comes_with_the_command_that_brings_it(package, advice):
    with pytest.raises(FerError, match=advice), extra("train", "Training"):
        raise ModuleNotFoundError(name=package)


def test_another_error_stays_what_it_is():
    assert disk_error(FileNotFoundError(errno.ENOENT, "")) is None


def test_a_run_that_cannot_be_created_leaves_nothing(tmp_path, refusing):
    sentence, begin = refusing
    store = RunStore(tmp_path)
    begin()
    with pytest.raises(OSError) as error:
        store.create(TrainConfig(), "x")
    assert sentence in str(disk_error(error.value)) and not list(tmp_path.iterdir())


def test_a_run_that_cannot_be_started_leaves_nothing(tmp_path, monkeypatch):
    store = RunStore(tmp_path)

    def refuse(store):
        raise PermissionError(errno.EACCES, "", str(store.root))

    monkeypatch.setattr(queue, "see_to", refuse)
    with pytest.raises(PermissionError):
        queue.create(store, TrainConfig(), "x")
    assert not list(tmp_path.iterdir())


def test_trains_start_says_it(models, monkeypatch, refusing):
    sentence, begin = refusing
    monkeypatch.setattr(queue, "see_to", lambda store: None)
    app = AppTest.from_file(str(ROOT / "pages/train.py"), default_timeout=60).run()
    app.text_input(key="train-name").set_value("mine")
    begin()
    app.button[-1].click().run()
    assert not app.exception and is_shown(app, sentence) and not (models.root / "mine").exists()


@pytest.mark.parametrize("action", ["make default", "rename", "delete", "note"])
def test_the_models_page_says_it(models, refusing, action, monkeypatch):
    sentence, begin = refusing
    monkeypatch.setattr("streamlit.page_link", lambda *_, **__: None)  # it knows no pages where one runs alone
    run = models.create(TrainConfig(), "mine")
    run.status = Status("stopped")
    app = AppTest.from_file(str(ROOT / "pages/models.py"), default_timeout=60)
    app.query_params["model"] = "mini_xception" if action == "make default" else "mine"
    app.run()
    if action == "make default":
        press = app.button(key="models-make-default").click
    else:
        if action == "rename":
            app.text_input(key="models-name-mine").set_value("other").run()
            press = app.button(key="models-rename-mine").click
        elif action == "delete":
            press = app.button(key="models-delete-mine").click
        else:
            press = lambda: app.text_area(key="models-note-mine").set_value("hello")  # noqa: E731
    begin()
    press().run()
    assert not app.exception and is_shown(app, sentence) and (models.root / "mine/config.json").is_file()


def test_the_command_line_says_it(tmp_path, monkeypatch, capsys, refusing):
    sentence, begin = refusing
    monkeypatch.setattr("fer.runs.store.MODELS", tmp_path)
    begin()
    assert main(["models", "--default", "mini_xception"]) == 1
    assert sentence in capsys.readouterr().err


def test_another_users_lock_counts_as_held_and_a_read_only_one_does_not(tmp_path, monkeypatch):
    run = RunStore(tmp_path).create(TrainConfig(), "x")
    for code, held in ((errno.EACCES, True), (errno.EROFS, False)):

        def refuse(*_, code=code, **__):
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr("filelock.FileLock.acquire", refuse)
        assert run.is_held is held


def test_a_speed_that_cannot_be_measured_here_is_no_error(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "")

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    assert queue.measure(RunStore(tmp_path), TrainConfig()) is False


def test_an_unreadable_folder_of_runs_is_reported(tmp_path, monkeypatch):
    run = RunStore(tmp_path).create(TrainConfig(), "x")
    stat = os.stat

    def refuse(path, *args, **options):
        if os.fspath(path).startswith(str(run.path) + "/"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return stat(path, *args, **options)

    monkeypatch.setattr(os, "stat", refuse)
    with pytest.raises(FerError, match="This program's user has no permission"):
        _ = run.config
