"""A worker's trials: what they train, keep and leave out, and what becomes of those that go wrong."""

import argparse
import errno
import os
import shlex
import subprocess
import sys
import time
from dataclasses import fields, replace

import numpy as np
import pytest

from fer.cli import add_setting
from fer.errors import FerError
from fer.runs.config import TrainConfig
from fer.runs.queue import state_of
from fer.tuning import heartbeat, importance, recipes, repeats, study, worker
from fer.tuning.study import Budget, best_of
from fer.tuning.worker import Worker, data_of


def test_a_study_trains_its_recipe_first_and_then_others_on_the_validation_split_alone(begin, store, monkeypatch):
    def untestable(made):
        dataset = data_of(made)
        return replace(dataset, test=replace(dataset.test, images=np.empty((len(dataset.test), 0, 0), np.uint8)))

    monkeypatch.setattr(worker, "data_of", untestable)
    made = begin("learning_rate=0.01..0.1", "batch_size=8|16", trials=3)
    assert Worker(made).run() == 3
    trials = study.open_study(store, "first").trials
    assert trials[0].params == {"learning_rate": 0.05, "batch_size": 8}
    assert len({trial.params["learning_rate"] for trial in trials}) == 3
    for trial in trials:
        run = made.runs[trial.run]
        assert trial.state in ("finished", "pruned") and state_of(run) in ("finished", "stopped")
        assert trial.curve == tuple(epoch.val_accuracy for epoch in run.history)
        assert run.config == made.plan.trial_config(trial.params) and not run.config.read_test
        assert not run.has_checkpoint and not run.tflite_path.exists() and not (run.path / "reports").exists()
        assert run.model_path.exists() == (trial.state == "finished")
    assert best_of(trials)[0].accuracy == max(trial.accuracy for trial in trials if trial.state == "finished")
    assert list(store) == []  # no trial among the runs
    assert "images_per_second" not in trials[0].params and (store.root / ".speed.json").is_file()


def test_the_best_is_handed_on_at_full_length(begin):
    made = begin("learning_rate", "mixup", trials=1)
    Worker(made).run()
    config = recipes.full_config(made, made.trials[0])
    assert config == replace(made.plan.config, learning_rate=0.05, mixup=0.0) and config.read_test
    assert made.plan.trial_config({}).epochs == 2 < config.epochs == 3


def test_the_command_of_the_best_means_its_values_to_the_last_digit(begin):
    made = begin("ema=0.9999..0.99999", "learning_rate", trials=1)
    made.optuna.enqueue_trial({"ema": 0.99996, "learning_rate": 0.0123456789})
    trial = made.trials[-1]
    parser = argparse.ArgumentParser()
    for item in fields(TrainConfig):
        add_setting(parser, item)
    given = vars(parser.parse_args(shlex.split(recipes.as_options(made, trial))))
    assert TrainConfig(**given) == recipes.full_config(made, trial)


def test_a_failed_trial_tells_why_and_the_study_goes_on(begin):
    made = begin("optimizer=sgd|adamw", trials=2, learning_rate=10.0, start_from="nowhere")
    Worker(made).run()
    assert [trial.state for trial in made.trials] == ["failed", "failed"]
    assert "Unknown run 'nowhere'" in made.trials[0].reason
    assert state_of(made.runs["trial-0000"]) == "failed"


def test_a_study_in_which_everything_fails_ends(begin):
    made = begin(trials=50, start_from="nowhere")
    with pytest.raises(FerError, match="5 trials in a row failed, the last one because: Unknown run 'nowhere'"):
        Worker(made).run()
    assert len(made.trials) == 5


def test_other_data_is_refused_before_any_trial(begin, small_rows, tmp_path):
    copy = tmp_path / "copy.npz"
    np.savez(copy, images=small_rows.images, labels=small_rows.labels, usage=small_rows.usage)
    made = begin(data=str(copy))
    np.savez(copy, images=255 - small_rows.images, labels=small_rows.labels, usage=small_rows.usage)
    with pytest.raises(FerError, match=r"This study is about copy with fingerprint .* Copy the data set"):
        Worker(made).run()
    assert [trial.state for trial in made.trials] == ["waiting"]


def test_stopping_puts_the_trial_back_and_resuming_trains_it_again(begin):
    made = begin(trials=2)
    Worker(made, on_epoch=lambda number, epoch: made.stop()).run()
    first, again = made.trials
    assert (first.state, first.reason, again.state, again.again_of) == ("stopped", study.STOPPED, "waiting", 0)
    assert list(made.runs) == [] and Worker(made).run() == 0
    made.go_on()
    Worker(made).run()
    assert [trial.state for trial in made.trials[1:]] in (["finished"] * 2, ["finished", "pruned"])
    assert made.trials[1].params == first.params


def test_one_worker_stops_without_the_others(begin):
    made = begin(trials=2)
    one = Worker(made, on_epoch=lambda number, epoch: one.ask_to_stop())
    one.run()
    assert not made.is_stopped and [trial.state for trial in made.trials] == ["stopped", "waiting"]


def test_the_best_is_repeated_with_other_seeds_on_top_of_the_budget(begin):
    made = begin("learning_rate", "mixup", trials=2)
    Worker(made).run()
    best = best_of(made.trials)[0]
    assert repeats.of(made.trials, best) is None
    repeats.ask_for(made, best)
    assert repeats.of(made.trials, best).waiting == 3 and repeats.price(best) == 3 * best.seconds
    assert repeats.price(best, workers=2) == 2 * best.seconds
    made.budget = Budget(trials=9)
    assert Worker(made, is_searching=False).run() == 3
    mine = [trial for trial in made.trials if trial.repeat_of == best.number]
    assert [trial.seed for trial in mine] == [2, 3, 4] and all(trial.params == best.params for trial in mine)
    assert [made.runs[trial.run].config.seed for trial in mine] == [2, 3, 4]
    assert all(trial.state == "finished" and len(trial.curve) == 2 for trial in mine)
    assert len(study.counted(made.trials)) == 2 and best_of(made.trials, 9)[0].repeat_of is None
    known = repeats.of(made.trials, best)
    assert known.accuracies == tuple(trial.accuracy for trial in mine)
    assert known.by == pytest.approx(best.accuracy - sum(known.accuracies) / 3)
    repeats.ask_for(made, best, 1)
    assert made.trials[-1].state == "waiting" and repeats.of(made.trials, best).waiting == 1


def test_a_repeat_whose_worker_stops_keeps_its_seed(begin):
    made = begin(trials=1)
    Worker(made).run()
    repeats.ask_for(made, made.trials[0], 1)
    Worker(made, on_epoch=lambda number, epoch: made.stop()).run()
    made.go_on()
    Worker(made).run()
    stopped, again = made.trials[1:]
    assert (stopped.state, again.state, again.again_of) == ("stopped", "finished", 1)
    assert again.seed == stopped.seed == 2 and repeats.of(made.trials, made.trials[0]).accuracies == (again.accuracy,)


@pytest.mark.parametrize(
    ("accuracies", "told"),
    [
        ((), ""),
        ((0.6, 0.61, 0.59), "(n = 3, 59.0% to 61.0%), so the best of 8 trials was optimistic by 2.0 points here."),
        ((0.63,), "reach 63.0% on average with other seeds (n = 1), so the best of 8 trials was not optimistic here."),
    ],
)
def test_how_optimistic_the_best_is_is_said_in_a_sentence(accuracies, told):
    assert repeats.in_words(repeats.Optimism(0.62, accuracies, 0), 8).endswith(told)


@pytest.mark.parametrize("number", [0, 21])
def test_too_many_or_no_repeats_are_refused(begin, number):
    made = begin(trials=1)
    with pytest.raises(FerError, match=f"can be repeated 1 to 20 times, got {number}"):
        repeats.ask_for(made, made.trials[0], number)


def test_a_full_disk_ends_the_worker_with_a_sentence_and_the_trial_is_trained_again(begin):
    made, full = begin(trials=1), [True]

    def write(number, epoch):
        if full:
            full.clear()
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(FerError, match=r"The disk is full.* The trial is trained again when the study is resumed"):
        Worker(made, on_epoch=write).run()
    assert [trial.state for trial in made.trials] == ["stopped", "waiting"]
    Worker(made).run()
    assert made.trials[1].state == "finished" and len(study.counted(made.trials)) == 1


def dead() -> dict:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return {**heartbeat.owner(), "pid": process.pid, "started": time.time()}


def test_the_trial_of_a_dead_worker_is_repeated_once_by_only_one_worker(begin, monkeypatch):
    made = begin(trials=1)
    distributions = {each.name: each.distribution() for each in made.plan.dimensions}
    asked = made.optuna.ask(distributions)
    heartbeat.claim(asked)
    assert heartbeat.rescue(made) == []  # this process lives
    asked.set_user_attr("owner", dead())
    other = study.open_study(made.store, "first")
    assert (heartbeat.rescue(made), heartbeat.rescue(other)) == ([0], [])
    assert not heartbeat.fail(other, 0, "too late")
    assert [trial.state for trial in made.trials] == ["failed", "waiting"]
    repeated = made.optuna.ask(distributions)
    assert repeated.params == asked.params
    heartbeat.claim(repeated)
    repeated.set_user_attr("owner", dead())
    assert heartbeat.rescue(other) == [1] and len(made.trials) == 2, "and no third time"
    assert len(study.counted(made.trials)) == 1 and made.is_used_up


def test_a_worker_elsewhere_is_dead_after_a_long_silence_only(begin):
    made = begin(trials=1)
    asked = made.optuna.ask({})
    heartbeat.claim(asked)
    asked.set_user_attr("owner", {"host": "elsewhere", "pid": os.getpid(), "started": 0.0})
    assert heartbeat.rescue(made) == []
    asked.set_user_attr("heartbeat", time.time() - heartbeat.GRACE_SECONDS - 1)
    assert heartbeat.rescue(made) == [0]


def test_a_worker_that_was_taken_for_dead_leaves_its_trial_to_the_repeat(begin):
    made = begin(trials=1)

    def lose(number, epoch):
        if number == 0 and epoch.epoch == 0:
            heartbeat.fail(made, 0, heartbeat.LOST)
            heartbeat.put_back(made, 0)

    Worker(made, on_epoch=lose).run()
    assert [trial.state for trial in made.trials] == ["failed", "finished"]
    assert [run.id for run in made.runs] == ["trial-0001"]


def test_a_trial_that_does_worse_than_most_is_pruned_and_its_weights_are_gone(begin):
    made = begin(trials=1, epochs=3)
    for _ in range(6):
        other = made.optuna.ask({})
        for step in range(3):
            other.report(1.0, step)
        made.optuna.tell(other, 1.0)
    made.budget = Budget(trials=7)
    Worker(made).run()
    trial = made.trials[-1]
    assert trial.state == "pruned" and len(trial.curve) == 2
    run = made.runs[trial.run]
    assert run.status.message == "Pruned after 2 of 3 epochs." and not run.has_checkpoint
    assert not run.model_path.exists()


def test_a_worker_keeps_what_was_important_with_the_study(begin, store, monkeypatch):
    made = begin("learning_rate", "mixup", trials=1)
    assert importance.noted(made) == {}
    monkeypatch.setattr(importance, "importance", lambda made: {"mixup": 0.25 * len(made.trials)})
    Worker(made).run()
    assert importance.noted(study.open_study(store, "first")) == {"mixup": 0.25}


def test_a_figure_that_cannot_be_computed_ends_no_worker(begin, monkeypatch):
    def fail(made):
        raise FerError("Tuning needs scikit-learn.")

    monkeypatch.setattr(importance, "importance", fail)
    made = begin("learning_rate", trials=2)
    assert Worker(made).run() == 2


def test_more_budget_lets_a_finished_study_go_on(begin):
    made = begin(trials=1)
    assert (Worker(made).run(), Worker(made).run()) == (1, 0)
    made.budget = Budget(trials=2)
    assert Worker(made).run() == 1 and made.is_used_up


def test_a_time_budget_ends_a_study(begin):
    made = begin(trials=0, seconds=0.01)
    assert Worker(made).run() == 1
