"""Everything that costs or changes something goes through one gate, which stands where it happens."""

import ast
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from helpers import models_page
from streamlit.testing.v1 import AppTest

from fer.data import catalog, download
from fer.errors import FerError
from fer.evaluation import stored
from fer.runs import background_export, queue, stop
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.system import process
from fer.tuning import processes
from pages.parts.shared import access, actions
from pages.parts.shared.gate import ACTIONS
from pages.parts.tune import actions as tune_actions

ROOT = Path(__file__).parents[2]
EXPECTED = {  # the right that each needs, and whether it needs disk space
    "train": ("training", True),
    "resume": ("training", True),
    "measure": ("training", False),
    "stop_training": ("training", False),
    "cancel": ("training", False),
    "move_up": ("training", False),
    "delete": ("training", False),
    "rename": ("training", False),
    "set_default": ("training", False),
    "annotate": ("training", False),
    "keep_lesson": ("training", True),
    "export": ("training", True),
    "judge": ("training", True),
    "keep_report": ("training", True),
    "import_network": ("uploads", True),
    "keep_data": ("uploads", True),
    "confirm_folders": ("uploads", True),
    "forget_folders": ("uploads", False),
    "get_data": ("kaggle", True),
    "cancel_download": ("kaggle", False),
    "forget_download": ("kaggle", False),
    "tune": ("training", True),
    "go_on_tuning": ("training", True),
    "add_worker": ("training", True),
    "repeat_best": ("training", True),
    "extend_tuning": ("training", True),
    "stop_tuning": ("training", False),
    "delete_study": ("training", False),
}
READING = {  # functions and methods of the modules below that change nothing
    queue: {
        "queue",
        "state_of",
        "is_busy",
        "has_room",
        "measuring",
        "starting",
        "see_to",
        "is_at_work",
    },  # see_to goes on with what has been started
    stop: {"was_asked", "discard_was_asked"},
    RunStore: {"around", "new"},
    download: {"latest"},
    catalog: {"open_dataset", "open_rows", "short_name", "stamp", "ferplus_path", "find", "available"},
    stored: {"report", "reports"},
    background_export: {"is_at_work", "failure"},
    process: set(),
    processes: {"check_alone", "working", "last_error"},
}
OWN = {
    queue: {"work", "wait_for_measurement", "hold"},
    background_export: {"only_export"},
    stop: {"forget"},
    RunStore: {"making", "filling"},
    download: {"fetch"},
    catalog: {"confirm"},
    process: {"launch", "check"},
    processes: {"at_work"},
}  # of training processes and `python -m fer`
WRITABLE = {name for name, value in vars(Run).items() if isinstance(value, property) and value.fset}


def changing(owner) -> set[str]:
    """The public functions of a module, or methods of a class, that change something."""
    home = getattr(owner, "__name__", "") if not isinstance(owner, type) else owner.__module__
    found = {
        name
        for name, value in vars(owner).items()
        if not name.startswith("_")
        and (callable(value) or isinstance(value, classmethod))
        and not isinstance(value, type)
        and getattr(getattr(value, "__func__", value), "__module__", None) == home
    }
    return found - READING[owner]


CHANGING = {f"{owner.__name__.split('.')[-1]}.{name}": name for owner in READING for name in changing(owner)}

STORES = changing(RunStore)


def offences(path: Path) -> list[str]:
    """What a file of the pages changes past the gate."""
    tree, found = ast.parse(path.read_text(encoding="utf-8")), []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            text = ast.unparse(node)
            of_store = text.lower().replace("store()", "store").endswith(tuple(f"store.{name}" for name in STORES))
            if text in CHANGING or of_store or text == "evaluate.evaluate":
                found.append(f"{path.name}:{node.lineno}: {text}")
            if isinstance(node.ctx, ast.Store) and node.attr in WRITABLE:
                found.append(f"{path.name}:{node.lineno}: {text} = …")
        homes = {name.split(".")[0] for name in CHANGING}
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[-1] in homes:
            names = {alias.name for alias in node.names} & set(CHANGING.values())
            found += [f"{path.name}:{node.lineno}: {name}" for name in sorted(names)]
    return found


def test_this_list_names_every_action_with_what_it_needs():
    assert all(hasattr(actions, name) or hasattr(tune_actions, name) for name in EXPECTED)
    assert {name: (action.right, action.stores) for name, action in ACTIONS.items()} == EXPECTED


def test_whatever_changes_something_in_the_library_is_called_by_an_action_alone():
    pages = [path for path in (ROOT / "pages").rglob("*.py") if path.name != "actions.py"]
    assert [offence for path in [*pages, ROOT / "streamlit_app.py"] for offence in offences(path)] == []


def test_the_actions_call_all_that_pages_must_not_call():
    """Else the test above would look for names that no longer exist."""
    called = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "pages").rglob("actions.py"))
    library = {f"{owner.__name__.split('.')[-1]}.{name}" for owner, names in OWN.items() for name in names}
    wanted = {name.replace("RunStore.", "") for name in CHANGING.keys() - library}
    assert {name for name in wanted if f"{name}(" not in called} == set()


@pytest.fixture
def beyond(monkeypatch) -> list[str]:
    """What got past the gate: nothing behind it is done in these tests."""
    passed = []
    for name, place in (("command", process), ("start", queue), ("start", download), ("evaluate", actions.evaluate)):
        monkeypatch.setattr(place, name, lambda *_, name=name, **__: passed.append(name))
    return passed


def call(name: str) -> None:
    """Call an action as a page would, with arguments that the gate has no look at."""
    try:
        ACTIONS[name].do(*[SimpleNamespace()] * ACTIONS[name].do.__wrapped__.__code__.co_argcount)
    except (AttributeError, TypeError) as error:  # the gate let it pass
        raise AssertionError(f"{name} was not refused") from error


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_is_refused_where_it_is_switched_off(models, monkeypatch, beyond, name):
    monkeypatch.setenv(f"FER_{ACTIONS[name].right.upper()}", "off")
    with pytest.raises(FerError, match="switched off"):
        call(name)
    assert beyond == []


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_is_refused_to_a_visitor_without_the_password(models, monkeypatch, beyond, name):
    monkeypatch.setenv("FER_PASSWORD", "sesame")
    with pytest.raises(FerError, match="enter the password"):
        call(name)
    assert beyond == []


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_is_refused_on_a_public_server_without_any_lock(models, monkeypatch, beyond, name):
    monkeypatch.setenv("FER_PUBLIC", "on")
    with pytest.raises(FerError, match="neither a password nor a login"):
        call(name)
    assert beyond == []


@pytest.mark.parametrize("name", [name for name, action in ACTIONS.items() if action.stores])
def test_every_action_that_needs_disk_space_is_refused_once_it_is_used_up(models, monkeypatch, beyond, name):
    monkeypatch.setenv("FER_DISK_GB", "0.001")
    with pytest.raises(FerError, match=r"hold [\d.]+ MB of the 1\.0 MB allowed on this server. Delete runs"):
        call(name)
    assert beyond == []


def test_an_upload_that_would_not_fit_is_refused(models, monkeypatch, beyond):
    monkeypatch.setenv("FER_DISK_GB", "1")
    upload = SimpleNamespace(name="net.keras", size=2 * 10**9)
    for act in (
        lambda: actions.import_network(models, upload, "", "", ""),
        lambda: actions.keep_data("mine", "zip", upload),
    ):
        with pytest.raises(FerError, match=r"This needs 2\.00 GB more"):
            act()
    assert beyond == []


def test_no_more_runs_wait_than_the_queue_has_places(models, monkeypatch):
    monkeypatch.setattr(queue, "see_to", lambda store: None)
    monkeypatch.setenv("FER_QUEUE", "2")
    config = models["vgg_small"].config
    for name in ("first", "second", "third"):  # the first trains
        actions.train(models, config, name)
    with pytest.raises(FerError, match="The queue is full: at most 2 runs can wait on this server"):
        actions.train(models, config, "fourth")
    assert "fourth" not in [run.id for run in models]
    unfinished = models.create(config, "older")
    with pytest.raises(FerError, match="The queue is full"):
        actions.resume(models, unfinished)
    actions.cancel(models, models["third"])
    actions.resume(models, unfinished)
    assert unfinished.state == "queued"


ANOTHER_SERVER = """
import sys
from fer.errors import FerError
from fer.runs import queue
from fer.runs.config import TrainConfig
from fer.runs.store import RunStore
from pages.parts.shared import actions
queue.see_to = lambda store: None
print("ready", flush=True)
try:
    actions.train(RunStore(sys.argv[1]), TrainConfig(data="synthetic"), "theirs")
except FerError as error:
    print(error)
"""


def test_two_servers_do_not_both_take_the_last_place(models, monkeypatch):
    monkeypatch.setattr(queue, "see_to", lambda store: None)
    monkeypatch.setenv("FER_QUEUE", "0")
    command = [sys.executable, "-c", ANOTHER_SERVER, str(models.root)]
    with queue.starting(models):  # this server has found a free place and is about to take it
        other = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert other.stdout.readline() == "ready\n"
        time.sleep(0.5)
        queue.create(models, models["vgg_small"].config, "ours")
    assert "The queue is full: at most 0 runs can wait" in other.communicate(timeout=60)[0]
    assert [run.id for run in queue.queue(models)] == ["ours"]


def entered(page: str, password: str = "sesame") -> AppTest:
    app = AppTest.from_file(str(ROOT / f"pages/{page}.py"), default_timeout=120)
    app.session_state[access.ENTERED] = password
    return app.run()


def test_a_button_that_was_shown_before_does_nothing_once_the_right_is_gone(models, monkeypatch, no_links):
    shutil.copytree(models["mini_xception"].path, models.root / "mine")
    models["mine"].card = replace(models["mine"].card, shipped=False)
    monkeypatch.setenv("FER_PASSWORD", "sesame")
    app = models_page.opened("mine", **{access.ENTERED: "sesame"})
    monkeypatch.setenv("FER_PASSWORD", "another")
    app = app.button(key="models-delete-mine").click().run()
    assert not app.exception and "enter the password" in app.info[0].value and "mine" in [run.id for run in models]


def test_a_new_default_after_the_right_is_gone_is_refused(models, monkeypatch, no_links):
    monkeypatch.setenv("FER_PASSWORD", "sesame")
    app = models_page.opened("mini_xception", **{access.ENTERED: "sesame"})
    before = models.default_id
    monkeypatch.setenv("FER_TRAINING", "off")
    app = app.button(key="models-make-default").click().run()
    assert not app.exception and "switched off" in app.info[0].value and models.default_id == before


def test_evaluating_writes_no_report_on_a_server_with_a_password(models, monkeypatch, small_npz, tmp_path):
    (tmp_path / "data").mkdir()
    shutil.copy(small_npz, tmp_path / "data/small.npz")
    monkeypatch.setenv("FER_PASSWORD", "sesame")
    before = sorted(models.root.rglob("*"))
    app = AppTest.from_file(str(ROOT / "pages/evaluate.py"), default_timeout=120).run()
    options = next(option for option in app.selectbox if option.key == "data")
    app = options.select_index(next(i for i, text in enumerate(options.options) if text.startswith("small"))).run()
    assert not app.exception and "evaluate-now" not in [button.key for button in app.button]
    assert any("enter the password" in caption.value for caption in app.caption)
    app = entered("evaluate")
    options = next(option for option in app.selectbox if option.key == "data")
    app = options.select_index(next(i for i, text in enumerate(options.options) if text.startswith("small"))).run()
    monkeypatch.setenv("FER_PASSWORD", "another")  # the button is there, the right is not
    app = app.button(key="evaluate-now").click().run()
    assert not app.exception and sorted(models.root.rglob("*")) == before
