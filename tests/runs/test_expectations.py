"""What to expect of a recipe: its time and its accuracy come from measurements and cards."""

from dataclasses import replace

import pytest
from helpers.made_runs import finished, score

from fer.runs import expectations, speed
from fer.runs.card import Machine, TrainingData
from fer.runs.config import TrainConfig
from fer.runs.run import CONFIG as CONFIG_FILE
from fer.runs.state import Epoch
from fer.runs.store import RunStore

CONFIG = TrainConfig(data="faces", epochs=10)
LIGHT = replace(CONFIG, architecture="mini_xception")
SIZES = {"train": 1000, "val": 100, "test": 100}
DATA = TrainingData("faces", "npz", "0", 1000, 100, 100)


@pytest.fixture
def store(tmp_path) -> RunStore:
    store = RunStore(tmp_path)
    machine = Machine("Linux", "A processor", 4)
    card = {"data": DATA, "epochs": 10, "machine": machine}
    finished(store, "big", training_seconds=1000.0, scores=(score(0.7),), **card)
    finished(store, "small", architecture="mini_xception", training_seconds=100.0, scores=(score(0.6),), **card)
    return store


def test_a_measured_speed_comes_first(store):
    speed.note(store, CONFIG, train=100.0, validate=200.0, judge=700.0)
    time = expectations.time(store, CONFIG, **SIZES)
    assert time.source == "measured" and time.seconds == speed.estimate(store, CONFIG, **SIZES)


def test_an_unmeasured_network_is_scaled_by_one_that_was_measured_here(store):
    speed.note(store, LIGHT, train=50.0)  # half of what the card says
    time = expectations.time(store, CONFIG, **SIZES)
    assert time.source == "scaled" and time.seconds == pytest.approx(speed.START_SECONDS + 2000)


def test_sharpness_aware_minimisation_takes_twice_what_the_card_says(store):
    plain = expectations.time(store, CONFIG, **SIZES).seconds - speed.START_SECONDS
    sharp = expectations.time(store, replace(CONFIG, sam=0.05), **SIZES).seconds - speed.START_SECONDS
    assert sharp == pytest.approx(2 * plain)


@pytest.mark.parametrize(("change", "seconds"), [({"small_first": 0.5}, 75.0), ({"sam": 0.05}, 200.0)])
def test_a_run_with_cheaper_or_dearer_epochs_also_gives_the_time_of_ordinary_ones(store, change, seconds):
    store.delete("small")
    other = replace(LIGHT, **change)
    card = {"data": DATA, "epochs": 10, "machine": Machine("Linux", "A processor", 4)}
    run = finished(store, "other", architecture="mini_xception", training_seconds=seconds, **card)
    (run.path / CONFIG_FILE).write_text(other.to_json())
    assert expectations.time(store, LIGHT, **SIZES).seconds == pytest.approx(speed.START_SECONDS + 100)
    assert expectations.time(store, other, **SIZES).seconds == pytest.approx(speed.START_SECONDS + seconds)


def test_the_fastest_epoch_gives_the_speed_because_other_work_slowed_the_others(store):
    run = store["small"]
    seconds = [1.0, 30.0, 5.0, 40.0]  # the first one frozen
    run.history = [Epoch(n, 1.0, 0.5, 1.0, 0.5, 0.01, 500.0, each) for n, each in enumerate(seconds)]
    assert expectations.time(store, LIGHT, **SIZES).seconds == pytest.approx(speed.START_SECONDS + 50)


def test_before_any_measurement_the_card_and_its_machine_speak(store):
    time = expectations.time(store, replace(CONFIG, epochs=5), **SIZES)
    assert (time.source, time.seconds) == ("elsewhere", pytest.approx(speed.START_SECONDS + 500))
    assert time.machine == "A processor, 4 cores"
    assert expectations.time(store, replace(CONFIG, architecture="vgg"), **SIZES) is None


def test_the_same_recipe_promises_its_own_accuracy_and_the_network_its_best(store):
    same = expectations.accuracy(store, replace(TrainConfig(), data="data/faces.npz", seed=5))
    assert same.is_same_recipe and (same.run, same.score.accuracy) == ("big", 0.7)
    other = expectations.accuracy(store, CONFIG)
    assert not other.is_same_recipe and other.run == "big"
    assert expectations.accuracy(store, replace(CONFIG, data="others")) is None
    assert expectations.accuracy(store, replace(CONFIG, classes="happy, sad")) is None


def test_a_damaged_run_says_nothing(store):
    (store["big"].path / "card.json").write_text("{")
    assert expectations.accuracy(store, CONFIG) is None and expectations.time(store, CONFIG, **SIZES) is None
