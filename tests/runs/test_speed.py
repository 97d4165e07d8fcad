"""Time estimates from the measured speed, and the ready-made recipes."""

from dataclasses import replace

import numpy as np
import pytest
from helpers.made_runs import CARD

from fer.architectures import ARCHITECTURES
from fer.data.catalog import short_name
from fer.errors import FerError
from fer.inference.tta import views
from fer.runs import presets, speed
from fer.runs.card import Source
from fer.runs.cautions import cautions
from fer.runs.config import TrainConfig
from fer.runs.presets import PRESETS
from fer.runs.store import BUNDLED, RunStore
from fer.system.files import write_atomically

CONFIG = TrainConfig(epochs=10)
SIZES = {"train": 1000, "val": 100, "test": 100}


@pytest.fixture
def store(tmp_path) -> RunStore:
    return RunStore(tmp_path)


def test_there_is_no_estimate_before_this_machine_was_measured(store):
    assert speed.estimate(store, CONFIG, **SIZES) is None
    speed.note(store, CONFIG, train=100.0, validate=200.0)
    assert speed.estimate(store, CONFIG, **SIZES) is None, "how fast it judges is not known yet"


def test_the_estimate_adds_startup_epochs_and_evaluation(store):
    speed.note(store, CONFIG, train=100.0, validate=200.0, judge=700.0)
    expected = speed.START_SECONDS + 10 * (1000 / 100 + 100 / 200) + 7 * 200 / 700
    assert speed.estimate(store, CONFIG, **SIZES) == pytest.approx(expected)
    assert speed.estimate(store, replace(CONFIG, epochs=20), **SIZES) > expected


def test_the_estimate_counts_teachers_without_stored_answers(store):
    speed.note(store, CONFIG, train=100.0, validate=200.0, judge=700.0)
    teacher, student = store.create(CONFIG, "teacher"), replace(CONFIG, teacher="teacher")
    alone = speed.estimate(store, CONFIG, **SIZES)
    assert speed.estimate(store, student, **SIZES) - alone == pytest.approx(6 * 1000 / 700)
    write_atomically(teacher.report_path(short_name(CONFIG.data), "train", tta=True), "{}")
    assert speed.estimate(store, student, **SIZES) == alone


def test_estimates_know_how_many_views_augmentation_has():
    assert len(views(np.zeros((1, 48, 48), np.uint8))) == speed.VIEWS


def test_each_network_and_precision_has_its_own_speed(store):
    speed.note(store, CONFIG, train=100.0)
    assert speed.rates(store, replace(CONFIG, architecture="mini_xception")) == {}
    assert speed.rates(store, replace(CONFIG, precision="float32")) == {}
    assert speed.rates(store, replace(CONFIG, epochs=99)) == {"train": 100.0}


def test_sharpness_aware_minimisation_doubles_the_training_time_alone(store):
    sharp = replace(CONFIG, sam=0.05)
    speed.note(store, CONFIG, train=100.0, validate=200.0, judge=700.0)
    assert speed.rates(store, sharp) == {"train": 50.0, "validate": 200.0, "judge": 700.0}
    longer = speed.estimate(store, sharp, **SIZES) - speed.estimate(store, CONFIG, **SIZES)
    assert longer == pytest.approx(10 * 1000 / 100)
    speed.note(store, sharp, train=50.0)
    assert speed.rates(store, CONFIG)["train"] == 100.0, "as measured by a run that took twice as long"


def test_trainings_that_share_the_machine_are_no_measure_of_one_that_has_it_alone(store):
    speed.note(store, CONFIG, 2, train=30.0)
    assert speed.rates(store, CONFIG) == {} and speed.all_rates(store) == {}
    assert speed.rates(store, CONFIG, together=2) == {"train": 30.0}


def test_newer_measurements_count_more_and_a_damaged_file_is_measured_again(store):
    speed.note(store, CONFIG, train=100.0)
    speed.note(store, CONFIG, train=200.0)
    assert speed.rates(store, CONFIG) == {"train": 150.0}
    (store.root / ".speed.json").write_text("{")
    assert speed.rates(store, CONFIG) == {}
    speed.note(store, CONFIG, train=50.0)
    assert speed.rates(store, CONFIG) == {"train": 50.0}


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_a_preset_is_a_complete_recipe_without_warnings(preset):
    config = preset.config("fer2013")
    assert config.architecture in ARCHITECTURES and cautions(config, 28_709) == []


def test_the_flagships_recipe_is_the_shipped_runs_and_states_its_accuracy():
    run = RunStore(BUNDLED)[presets.FLAGSHIP]
    preset = presets.find("flagship")
    assert preset is presets.find(run.id) is PRESETS["Flagship"]
    assert f"{100 * run.card.test_score.accuracy:.1f}% test accuracy" in preset.summary
    assert not run.config.read_test and preset.recipe == replace(run.config, read_test=True)


def test_on_other_data_a_recipe_has_no_votes_and_no_teachers():
    own = presets.find("flagship").config("data/fer2013.csv")
    assert own.ferplus and own.teacher
    other = presets.find("flagship").config("synthetic")
    assert other == replace(own, data="synthetic", ferplus=0.0, teacher="")


def test_an_averaged_run_has_no_recipe(store, monkeypatch):
    monkeypatch.setattr(presets, "BUNDLED", store.root)
    run = store.create(CONFIG, "mean")
    run.card = replace(CARD, shipped=True, average_of=(Source("a", 1, {}), Source("b", 1, {})))
    with pytest.raises(FerError, match=r"mean has no recipe of its own: it is the mean of the weights of a and b\."):
        presets.find("mean")
    with pytest.raises(FerError, match=r"Unknown recipe 'x'\. Valid: balanced, flagship, quick-look\."):
        presets.find("x")


def test_an_unknown_recipe_is_refused_with_the_valid_ones():
    with pytest.raises(FerError, match=r"Unknown recipe 'flagshop'\. Did you mean 'flagship'\?.*quick-look"):
        presets.find("flagshop")


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"class_weights": True, "mixup": 0.2}, "mixup"),
        ({"class_weights": True, "cutmix": 1.0}, "cutmix"),
        ({"class_weights": True, "oversample": 0.5}, "rare classes"),
        ({"oversample": 1.0, "logit_adjustment": 1.0}, "rare classes"),
        ({"small_first": 0.5, "patience": 5}, "While images are shrunk"),
        ({"small_first": 0.5, "architecture": "resnet50"}, "ImageNet backbone"),
        ({"batch_size": 512}, "larger than the training split"),
        ({"ferplus": 0.5}, "already soft"),
        ({"epochs": 2}, "warm-up"),
        ({"patience": 60}, "never stops early"),
        ({"optimizer": "adamw"}, "AdamW"),
        ({"learning_rate": 1e-4}, "slowly"),
        ({"rotation": 90}, "45 degrees"),
    ],
)
def test_unwise_combinations_give_a_warning(settings, word):
    (sentence,) = cautions(TrainConfig(**settings), 300)
    assert word in sentence
