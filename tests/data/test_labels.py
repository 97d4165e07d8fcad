"""The seven emotions, their order and their aliases."""

import pytest

from fer.data.labels import ALIASES, EMOTIONS, class_names, find_label, label_index, tidy
from fer.errors import FerError


def test_the_order_is_that_of_fer2013():
    assert EMOTIONS == ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


@pytest.mark.parametrize("name", EMOTIONS)
def test_an_emotion_is_found_in_any_case_and_with_spaces(name):
    assert label_index(name) == label_index(name.upper()) == label_index(f"  {name.title()}\n")
    assert EMOTIONS[label_index(name)] == name


@pytest.mark.parametrize(("alias", "emotion"), ALIASES.items())
def test_an_alias_means_its_emotion(alias, emotion):
    assert EMOTIONS[label_index(alias.title())] == emotion and alias not in EMOTIONS


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
def test_an_unknown_label_is_refused_with_a_suggestion(name, message):
    with pytest.raises(FerError) as refusal:
        label_index(name)
    assert message in str(refusal.value) and "neutral" in str(refusal.value)


def test_custom_labels_are_found_in_any_case_along_with_aliases_of_emotions():
    names = ("Café", "happy", "not happy")
    assert [find_label(name, names) for name in ("CAFE\u0301", "joy", " Not Happy", "sad", "")] == [0, 1, 2, None, None]
    with pytest.raises(FerError, match=r"Unknown label 'hapy'\. Did you mean 'happy'"):
        label_index("hapy", names)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        (["Happy", "SAD"], EMOTIONS),
        (["joy", "anger", "calm"], EMOTIONS),
        (["cat", "dog"], ("cat", "dog")),
        (["happy", "unhappy"], ("happy", "unhappy")),
        (["happy", "not happy"], ("happy", "not happy")),
        (["contempt", "Joy"], ("contempt", "Joy")),
        (["<b>", "a=b+c, d", "  ü 鬼 "], ("<b>", "a=b+c, d", "ü 鬼")),
        (["0", "1"], ("0", "1")),
        ([f"c{i}" for i in range(20)], tuple(f"c{i}" for i in range(20))),
    ],
)
def test_names_become_the_seven_emotions_if_all_are_emotions_and_otherwise_stay(written, names):
    assert class_names(written) == names


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ([], "2 to 20 classes, got 0"),
        (["cat"], "2 to 20 classes, got 1: cat"),
        ([f"c{i}" for i in range(21)], "2 to 20 classes, got 21: c0, c1"),
        (["happy", "sad", "suprise"], "Unknown label 'suprise'. Did you mean 'surprise'?"),
        (["cat", "dog", "hapy"], "Did you mean 'happy'?"),
        (["Cat", "cat"], "Two classes have the same name: 'Cat' and 'cat'"),
        (["cat", "cat"], "Two classes have the same name"),
        (["cat", "  "], "must be printable text, got ''"),
        (["cat", "do\ng"], "must be printable text"),
        (["cat", "\udcff"], "must be printable text"),
    ],
)
def test_invalid_class_names_are_refused(written, message):
    with pytest.raises(FerError) as refusal:
        class_names(written)
    assert message in str(refusal.value)


def test_accents_are_normalized():
    assert tidy(" e\u0301 ") == "\u00e9"
