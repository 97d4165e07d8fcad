"""What a study varies, as text and within TrainConfig's limits."""

import pytest

from fer.errors import FerError
from fer.runs.config import TrainConfig
from fer.runs.settings import checked
from fer.tuning import space
from fer.tuning.space import SEARCHABLE, SETTINGS, Dimension


def varied(*texts: str, **options) -> dict[str, Dimension]:
    return {each.name: each for each in space.space(texts, TrainConfig(), **options)[1]}


@pytest.mark.parametrize("name", SEARCHABLE)
def test_every_suggestion_lies_within_the_declared_limits_and_is_read_back_from_its_text(name):
    dimension = space.suggested(name, TrainConfig())
    ends = dimension.choices or tuple(SETTINGS[name].type(end) for end in (dimension.low, dimension.high))
    for value in ends:
        checked(SETTINGS[name], value)
    assert varied(dimension.text, only=True)[name] == dimension and dimension.distribution()


def test_without_a_word_the_suggested_settings_vary_around_the_recipe():
    found = varied()
    assert set(found) == set(space.VARIED)
    assert all(getattr(TrainConfig(), name) in dimension for name, dimension in found.items())
    adamw = space.space([], TrainConfig(optimizer="adamw", learning_rate=0.001))[1]
    assert next(each.text for each in adamw if each.name == "learning_rate") == "learning_rate=0.0001..0.01"


def test_a_setting_is_narrowed_fixed_or_freed():
    recipe, dimensions = space.space(
        ["learning_rate=1e-3..1e-1", "mixup=0.2", "blur", "batch_size=64|96|128", "flip"], TrainConfig()
    )
    found = {each.name: each for each in dimensions}
    assert recipe.mixup == 0.2 and "mixup" not in found
    assert (found["learning_rate"].low, found["learning_rate"].high) == (0.001, 0.1)
    assert found["learning_rate"].is_logarithmic and not found["blur"].is_logarithmic
    assert found["batch_size"].choices == (64, 96, 128) and found["flip"].choices == (False, True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("learning_rat=1..2", "Did you mean 'learning_rate'"),
        ("epochs=1..9", "epochs cannot be searched"),
        ("read_test", "read_test cannot be searched"),
        ("mixup=0.4..0.1", "from a lower to a higher number, got 0.4..0.1"),
        ("mixup=0.2..0.2", "from a lower to a higher"),
        ("erase=0..2", "erase must be between 0 and 1"),
        ("erase=nan..1", "erase must be between 0 and 1"),
        ("rotation=much", "rotation must be a number, got 'much'"),
        ("batch_size=32.9..64", "batch_size must be a whole number, got '32.9'"),
        ("jpeg=30.7", "jpeg must be a whole number, got '30.7'"),
        ("batch_size=8..inf", "batch_size must be a whole number, got 'inf'"),
        ("flip=maybe", "flip must be true or false, got 'maybe'"),
        ("optimizer=sgd..adamw", "has no range"),
        ("architecture=vgg_smal|vgg", "Did you mean 'vgg_small'"),
        ("batch_size=64|64", "same choice twice"),
    ],
)
def test_what_cannot_be_searched_is_refused_with_a_reason(text, told):
    with pytest.raises(FerError, match=told):
        varied(text)


def test_a_study_of_nothing_is_refused():
    with pytest.raises(FerError, match="Nothing varies"):
        varied("mixup=0.2", only=True)
