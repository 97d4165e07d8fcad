"""Training settings with their defaults, help and limits."""

import json
from dataclasses import fields, replace

import pytest

from fer.errors import FerError
from fer.runs.config import GROUPS, TrainConfig
from fer.runs.settings import OWN_WORDS, words_of

SETTINGS = {item.name: item for item in fields(TrainConfig)}
OTHER = TrainConfig(data="/faces/ö", ferplus=1.0, optimizer="adamw", learning_rate=1e-3, mixup=0.25, epochs=7, seed=5)


@pytest.mark.parametrize("config", [TrainConfig(), OTHER], ids=["the default", "another"])
def test_a_recipe_survives_a_json_round_trip(config):
    assert TrainConfig.from_json(config.to_json()) == config


def test_missing_settings_take_their_defaults():
    assert TrainConfig.from_json('{"epochs": 3}') == TrainConfig(epochs=3)
    assert TrainConfig.from_json('{"ferplus": true}').ferplus == 1.0, "as runs have it that are older than shares"
    assert TrainConfig.from_json('{"seed": 5}').split_seed == 5, "one seed was for both"


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_has_a_help_text(name):
    assert len(SETTINGS[name].metadata["help"]) > 10


def test_every_setting_has_one_group_and_no_group_is_empty():
    grouped = TrainConfig.grouped()
    assert tuple(grouped) == GROUPS and all(grouped.values())
    assert sorted(item.name for items in grouped.values() for item in items) == sorted(SETTINGS)
    assert {"flip", "erase"} <= {item.name for item in grouped["augmentation"]}


@pytest.mark.parametrize("name", [name for name, item in SETTINGS.items() if item.type in (int, float)])
def test_every_number_is_accepted_at_its_limits_and_refused_beyond(name):
    limits = SETTINGS[name].metadata
    for edge, beyond in ((limits["low"], limits["low"] - 1), (limits["high"], limits["high"] + 1)):
        assert getattr(TrainConfig(**{name: edge}), name) == edge
        with pytest.raises(FerError, match=f"{name} must be between .* and .*, got {beyond}"):
            TrainConfig(**{name: beyond})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epochs": 0}, r"epochs must be between 1 and 1000, got 0\."),
        ({"epochs": 2.0}, r"epochs must be a whole number, got 2\.0\."),
        ({"epochs": True}, r"epochs must be a whole number, got True\."),
        ({"epochs": "5"}, r"epochs must be a whole number, got '5'\."),
        ({"epochs": None}, r"epochs must be a whole number, got None\."),
        ({"flip": 1}, r"flip must be true or false, got 1\."),
        ({"learning_rate": True}, r"learning_rate must be a number, got True\."),
        ({"learning_rate": float("nan")}, r"learning_rate must be between 1e-06 and 10, got nan\."),
        ({"learning_rate": float("inf")}, "learning_rate must be between"),
        ({"rotation": 10**400}, "rotation must be between 0 and 180"),
        ({"optimizer": "adam"}, r"Unknown value for optimizer 'adam'\. Did you mean 'adamw'\? Valid: adamw, sgd\."),
        ({"schedule": ""}, r"Unknown value for schedule ''\. Valid: cosine, plateau\."),
        ({"data": 3}, r"data must be text, got 3\."),
    ],
    ids=lambda value: next(f"{k}={str(v)[:8]!r}" for k, v in value.items()) if isinstance(value, dict) else "",
)
def test_an_invalid_value_is_refused(values, message):
    with pytest.raises(FerError, match=message):
        TrainConfig(**values)


def test_an_integer_is_accepted_for_a_float():
    rotation = TrainConfig(rotation=10).rotation
    assert type(rotation) is float and rotation == 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"epoch": 3}', r"Unknown training setting 'epoch'\. Did you mean 'epochs'\?"),
        ('{"lr_schedule": "cosine"}', r"Did you mean 'schedule'\?"),
        ("", "must be valid JSON"),
        ('{"epochs": 3', "must be valid JSON"),
        ("[3]", "must be a JSON object, got list"),
        ("null", "must be a JSON object, got NoneType"),
        ('{"learning_rate": NaN}', "must be valid JSON"),
        ('{"flip": "true"}', "flip must be true or false, got 'true'"),
    ],
)
def test_text_that_is_not_a_recipe_is_refused(text, message):
    with pytest.raises(FerError, match=message):
        TrainConfig.from_json(text)


def test_a_recipe_is_immutable_but_can_be_copied_with_changes():
    with pytest.raises(AttributeError):
        TrainConfig().epochs = 3
    assert replace(TrainConfig(), epochs=3).epochs == 3
    with pytest.raises(FerError, match="epochs"):
        replace(TrainConfig(), epochs=-3)


def test_the_json_is_human_readable():
    assert json.loads(TrainConfig().to_json())["architecture"] == "vgg_small"
    assert TrainConfig().to_json().count("\n") == len(SETTINGS) + 1


def test_words_are_settings_own_or_made_of_their_names():
    assert set(OWN_WORDS) <= {item.name for item in fields(TrainConfig)}
    assert (words_of("ema"), words_of("learning_rate")) == ("weight averaging (EMA)", "learning rate")
