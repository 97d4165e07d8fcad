"""`python -m fer tune`: a study is begun, refused, killed, resumed and shared."""

import os
import signal
import subprocess
import sys
import time

import pytest

from fer.cli.main import main
from fer.runs.store import RunStore
from fer.tuning import heartbeat, storage, study

SHORT = ("--architecture", "mini_xception", "--batch-size", "16", "--precision", "float32", "--trial-epochs", "2")


@pytest.fixture
def store(tmp_path, only_runs_in) -> RunStore:
    return only_runs_in(tmp_path / "models")


def worker(store: RunStore, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "fer", "tune", *arguments],
        env={**os.environ, "FER_MODELS": str(store.root)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_study_is_tuned_and_resumed_with_more_trials(store, small_npz, capsys):
    begin = ["tune", "--study", "first", "--data", str(small_npz), *SHORT, "--search", "mixup=0.1", "--trials", "2"]
    assert main(begin) == 0
    out = capsys.readouterr().out
    assert "small, mini_xception, trials of up to 2 epochs. What varies:\n  learning_rate=0.005..0.5" in out
    assert "trial 0, " in out and "best of all trials on the validation split" in out and "--mixup 0.1" in out
    assert main(["tune", "--study", "first", "--trials", "1"]) == 0
    assert "first: 3 finished" in capsys.readouterr().out
    assert main(["tune", "--study", "first", "--repeat-best", "1"]) == 0
    out = capsys.readouterr().out
    assert "with 1 other seed, about" in out and "first: 3 finished" in out
    assert "(n = 1), so the best of 3 trials" in out
    assert main(begin) == 1
    assert "Study 'first' already has its settings" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "needs a budget: --budget 2h, or --trials 20"),
        (["--budget", "soon"], "A budget must be a number with a unit"),
        (["--trials", "2", "--study", "../other"], "A study's name must be 1 to 64 letters"),
        (["--trials", "0"], "--trials must be at least 1"),
        (["--trials", "2", "--search", "learning_rat=1..2"], "Did you mean 'learning_rate'"),
        (["--trials", "2", "--data", "nowhere"], "nowhere"),
        (["--trials", "2", "--architecture", "nowhere"], "Unknown architecture 'nowhere'"),
        (["--trials", "2", "--trial-epochs", "99"], "between 1 and 60 epochs"),
        (
            ["--trials", "2", "--storage", "sqlite:////nowhere/at/all.db"],
            "all.db cannot be reached",
        ),
        (["--worker"], "There is no study 'first'"),
        (["--repeat-best"], "There is no study 'first'"),
    ],
)
def test_what_cannot_be_tuned_is_refused_in_one_line_and_leaves_no_study(store, capsys, arguments, told):
    data = [] if "--data" in arguments else ["--data", "synthetic"]
    assert main(["tune", "--study", "first", *data, *arguments]) == 1
    assert told in capsys.readouterr().err and storage.names(store) == []


def test_a_study_whose_worker_was_killed_goes_on_with_every_trial_accounted_for(store, small_npz):
    begun = worker(store, "--study", "first", "--data", str(small_npz), *SHORT, "--trials", "2")
    until(lambda: study.exists(store, "first") and training(store, "first"), begun)
    os.kill(begun.pid, signal.SIGKILL)
    begun.wait()
    both = [worker(store, "--study", "first") for _ in range(2)]
    assert [each.wait(timeout=300) for each in both] == [0, 0]
    trials = study.open_study(store, "first").trials
    assert all(trial.state in ("finished", "pruned", "failed") for trial in trials)
    assert len(study.counted(trials)) == 2 and all(trial.state != "failed" for trial in study.counted(trials))


def test_of_two_workers_on_a_database_one_is_killed_and_its_trial_trained_again(store, small_npz, database_url):
    shared = ("--study", "shared", "--storage", database_url)
    first = worker(store, *shared, "--data", str(small_npz), *SHORT, "--only", "--search", "mixup", "--trials", "4")
    until(lambda: study.exists(store, "shared", database_url) and training(store, "shared", database_url) == 1, first)
    second = worker(store, *shared)
    until(lambda: training(store, "shared", database_url) == 2, first, second)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert second.wait(timeout=300) == 0
    trials = study.open_study(store, "shared", database_url).trials
    lost = [trial for trial in trials if trial.state == "failed"]
    assert [trial.reason for trial in lost] == [heartbeat.LOST]
    assert [trial.params for trial in trials if trial.again_of == lost[0].number] == [lost[0].params]
    assert len(trials) == 5 and len(study.counted(trials)) == 4
    assert all(trial.state in ("finished", "pruned") for trial in study.counted(trials))


def until(holds, *workers: subprocess.Popen) -> None:
    deadline = time.monotonic() + 180
    while not holds():
        assert time.monotonic() < deadline and all(each.poll() is None for each in workers)
        time.sleep(0.1)


def training(store: RunStore, name: str, url: str = "") -> int:
    """The trials that are trained now."""
    return sum(trial.state == "training" for trial in study.open_study(store, name, url).trials)
