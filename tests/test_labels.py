"""Seven emotions in one order, and what else people call them."""

import pytest

from fer.errors import FerError
from fer.labels import ALIASES, EMOTIONS, emotion_index


def test_the_order_is_that_of_fer2013():
    assert EMOTIONS == ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


@pytest.mark.parametrize("name", EMOTIONS)
def test_an_emotion_is_found_in_any_case_and_with_spaces(name):
    assert emotion_index(name) == emotion_index(name.upper()) == emotion_index(f"  {name.title()}\n")
    assert EMOTIONS[emotion_index(name)] == name


@pytest.mark.parametrize(("alias", "emotion"), ALIASES.items())
def test_an_alias_means_its_emotion(alias, emotion):
    assert EMOTIONS[emotion_index(alias.title())] == emotion and alias not in EMOTIONS


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("hapy", "Unknown label 'hapy'. Did you mean 'happy'?"),
        ("supprise", "Did you mean 'surprise'?"),
        ("contempt", "Unknown label 'contempt'."),
        ("", "Unknown label ''."),
        ("3", "Unknown label '3'."),
    ],
)
def test_another_word_is_refused_with_the_nearest(name, message):
    with pytest.raises(FerError) as refusal:
        emotion_index(name)
    assert message in str(refusal.value) and "neutral" in str(refusal.value)
