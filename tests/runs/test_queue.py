"""The queue, its locks, and trainings in separate processes."""

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.made_reports import make

from fer.errors import FerError
from fer.evaluation.stored import add_report
from fer.runs import queue, stop
from fer.runs.config import TrainConfig
from fer.runs.log import log_tail
from fer.runs.state import Status
from fer.runs.store import RunStore
from fer.tuning import processes

ROOT = Path(__file__).parents[2]
RECIPE = TrainConfig(data="synthetic", architecture="mini_xception", epochs=1, precision="float32")


@pytest.fixture
def store(tmp_path, monkeypatch) -> RunStore:
    """An empty models folder where starting a supervisor does nothing."""
    monkeypatch.setattr(queue, "launch", lambda *_, **__: 0)
    monkeypatch.setattr(queue, "is_quiet", lambda: True)  # whatever else this machine does
    return RunStore(tmp_path / "models")


@pytest.fixture
def three(store) -> list:
    runs = [store.create(RECIPE, name) for name in ("c", "a", "b")]
    for run in runs:
        queue.start(run)
    return runs


def ids(store) -> list[str]:
    return [run.id for run in queue.queue(store)]


def test_runs_are_queued_in_the_order_they_were_started(store, three):
    assert ids(store) == ["c", "a", "b"]


def test_a_queued_run_can_be_moved_up_but_not_past_the_first(store, three):
    queue.move_up(store, store["b"])
    assert ids(store) == ["c", "b", "a"]
    queue.move_up(store, store["b"])
    queue.move_up(store, store["b"])
    assert ids(store) == ["b", "c", "a"]


def test_a_cancelled_queued_run_is_deleted(store, three):
    queue.cancel(store, store["a"])
    assert ids(store) == ["c", "b"] and [run.id for run in store] == ["b", "c"]


def test_a_queued_run_is_not_started_again(store, three):
    with pytest.raises(FerError, match="Run 'a' is already queued"):
        queue.start(store["a"])


def test_a_training_without_a_process_is_lost_and_can_be_started_again(store):
    run = store.create(RECIPE, "x")
    run.status = Status("training")
    assert run.state == "lost" and not run.is_held
    queue.start(run)
    assert run.state == "queued"


def test_a_training_held_by_another_process_is_not_lost(store):
    run = store.create(RECIPE, "x")
    run.status = Status("training")
    script = "import sys; from filelock import FileLock\nwith FileLock(sys.argv[1]): print('held', flush=True); input()"
    command = [sys.executable, "-c", script, str(run.path / "lock")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "held\n"
        assert run.is_held and run.state == "training"
        process.kill()
        process.wait()
        assert run.state == "lost", "the system frees the lock of a process that was killed"
    finally:
        process.kill()


def test_one_supervisor_trains_the_queue_and_a_second_one_exits(small_npz, tmp_path):
    store = RunStore(tmp_path / "models")
    good = store.create(replace(RECIPE, data=str(small_npz)), "good")
    bad = store.create(TrainConfig(data="nowhere", epochs=1), "bad")
    for place, run in enumerate((bad, good)):
        run.status = Status("queued", place=place)
    environment = {"FER_MODELS": str(store.root), "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "fer", "work"]
    first, second = (subprocess.Popen(command, env=environment, cwd=tmp_path) for _ in range(2))
    assert first.wait(timeout=300) == second.wait(timeout=300) == 0
    assert (bad.state, good.state) == ("failed", "finished")
    assert "Unknown data set 'nowhere'" in bad.status.message and "Unknown data set" in log_tail(bad)
    assert good.is_usable and len(good.history) == 1 and log_tail(good).count("epoch 1:") == 1
    assert good.progress.phase == "exporting and evaluating"


def test_the_order_is_that_of_the_moment_when_the_machine_is_free(store, three, monkeypatch):
    trained = []

    def wait(store):
        if not trained:
            queue.cancel(store, store["c"])
            queue.move_up(store, store["b"])

    def train(store, run):
        trained.append(run.id)
        run.status = Status("finished")

    monkeypatch.setattr(queue, "_wait_for_others", wait)
    monkeypatch.setattr(queue, "_train", train)
    assert queue.work(store) == 2 and trained == ["b", "a"]


def test_a_run_that_was_deleted_before_its_training_began_stays_deleted(store):
    from fer.training import worker

    run = store.create(RECIPE, "x")
    store.delete("x")
    with pytest.raises(FerError, match="'x' was deleted"):
        worker.train(run)
    writes = (lambda run: setattr(run, "note", "x"), lambda run: add_report(run, make([0, 1])))
    for change in (queue.start, stop.ask, *writes):  # by another visitor, whose page still shows it
        with pytest.raises(FerError, match="'x' was deleted"):
            change(run)
    assert not run.path.exists()


SERVER = """
import sys, time
from pathlib import Path
from fer.errors import FerError
from fer.runs import queue
from fer.runs.config import TrainConfig
from fer.runs.store import RunStore
store, (data, *names) = RunStore(Path(sys.argv[1])), sys.argv[2:]
config = TrainConfig(data=data, architecture="mini_xception", epochs=1, precision="float32")
for name in names:
    try:
        queue.create(store, config, name)
    except FerError as error:
        print(error)
while any(run.state != "finished" for run in store):
    queue.see_to(store)
    time.sleep(0.1)
"""


def test_two_servers_with_one_models_folder_train_every_run_once_and_one_at_a_time(small_npz, tmp_path):
    store = RunStore(tmp_path / "models")
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    command, options = [sys.executable, "-c", SERVER, str(store.root)], {"stdout": subprocess.PIPE, "text": True}
    servers = [
        subprocess.Popen([*command, str(small_npz), *names], env=environment, cwd=tmp_path, **options)
        for names in (["both", "one"], ["both"])
    ]
    most = 0
    while any(server.poll() is None for server in servers):
        most = max(most, sum(queue.state_of(run) == "training" for run in store))
    said = [server.communicate()[0] for server in servers]
    assert [server.returncode for server in servers] == [0, 0] and most == 1
    assert sorted(run.id for run in store) == ["both", "one"]
    assert [text for text in said if text] == [
        "A run named 'both' already exists. Choose another name, or delete that run.\n"
    ]
    assert all(len(run.history) == 1 and log_tail(run).count("epoch 1:") == 1 for run in store)


@pytest.mark.parametrize("free, starts", [(1_400_000_000, False), (1_600_000_000, True), (None, True)])
def test_the_speed_is_only_measured_with_enough_free_memory(free, starts, store, monkeypatch):
    monkeypatch.setattr(queue, "free_memory", lambda: free)
    monkeypatch.setattr(queue, "_measured", set())
    assert queue.measure(store, RECIPE) is starts


def test_the_speed_is_not_measured_while_a_run_waits_or_trains(store, monkeypatch):
    monkeypatch.setattr(queue, "_measured", set())
    run = store.create(RECIPE, "x")
    queue.start(run)
    assert not queue.measure(store, RECIPE)
    store.delete("x")
    assert queue.measure(store, RECIPE)


def test_the_speed_is_not_measured_beside_a_study(store, monkeypatch):
    monkeypatch.setattr(queue, "_measured", set())
    with processes.at_work(store, "night"):
        assert not queue.measure(store, RECIPE)
    assert queue.measure(store, RECIPE)


def test_the_speed_is_only_measured_while_the_machine_is_quiet(store, monkeypatch):
    monkeypatch.setattr(queue, "_measured", set())
    monkeypatch.setattr(queue, "is_quiet", lambda: False)
    assert not queue.measure(store, RECIPE)
    monkeypatch.setattr(queue, "is_quiet", lambda: True)
    assert queue.measure(store, RECIPE), "asked again later, it is measured"


def test_a_training_waits_for_the_end_of_a_measurement(store):
    store.root.mkdir()
    waiting = threading.Thread(target=queue.wait_for_measurement, args=(store,))
    with queue.measuring(store):
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
    waiting.join(5)
    assert not waiting.is_alive()
