"""A damaged card is reported with its file and the place of the damage, and nothing else."""

import json

import pytest
from helpers.made_cards import VERSION_1, WITH_EVERYTHING
from helpers.made_runs import finished, score

from fer.errors import FerError
from fer.runs.card import Card
from fer.runs.run import Run
from fer.runs.store import RunStore


@pytest.fixture
def run(tmp_path) -> Run:
    return finished(RunStore(tmp_path / "models"), "x", scores=(score(0.5),))


def changed(*path, to) -> str:
    """The JSON of a complete card with one value changed."""
    plain = json.loads(WITH_EVERYTHING.to_json())
    place = plain
    for step in path[:-1]:
        place = place[step]
    assert path[-1] in place or isinstance(place, list)
    place[path[-1]] = to
    return json.dumps(plain)


def old(**changes) -> str:
    return json.dumps(VERSION_1 | changes)


DAMAGED = {
    "no JSON": ("{", "Input data was truncated"),
    "empty": ("", "Input data was truncated"),
    "cut": (WITH_EVERYTHING.to_json()[:-20], "Input data was truncated"),
    "a list": ("[]", "expected a JSON object, got list"),
    "null": ("null", "expected a JSON object, got NoneType"),
    "text": ('"card"', "expected a JSON object, got str"),
    "nested without end": ("[" * 100_000, "recursion"),
    "nothing in it": ("{}", "missing required field `labels`"),
    "labels are text": (changed("labels", to="angry"), r"Expected `array`, got `str` - at `\$\.labels`"),
    "a label is a number": (changed("labels", 2, to=3), r"Expected `str`, got `int` - at `\$\.labels\[2\]`"),
    "parameters are text": (changed("parameters", to="10"), r"Expected `int`, got `str` - at `\$\.parameters`"),
    "parameters are a fraction": (changed("parameters", to=1.5), r"Expected `int`, got `float`"),
    "no parameters": (changed("parameters", to=None), r"Expected `int`, got `null`"),
    "data is a list": (changed("data", to=[]), r"Expected `object`, got `array` - at `\$\.data`"),
    "data without a name": (changed("data", to={}), r"missing required field `name` - at `\$\.data`"),
    "images are text": (changed("data", "train", to="many"), r"Expected `int`, got `str` - at `\$\.data\.train`"),
    "votes are text": (changed("data", "ferplus", to="yes"), r"at `\$\.data\.ferplus`"),
    "a score is a list": (changed("scores", 1, to=[]), r"Expected `object`, got `array` - at `\$\.scores\[1\]`"),
    "an accuracy is text": (changed("scores", 0, "accuracy", to="high"), r"at `\$\.scores\[0\]\.accuracy`"),
    "an end is text": (changed("scores", 0, "interval", 1, to="x"), r"at `\$\.scores\[0\]\.interval\[1\]`"),
    "three ends": (changed("scores", 0, "interval", to=[0, 0.5, 1]), r"Expected `array` of length 2, got 3"),
    "a recall is null": (changed("scores", 0, "recall", "happy", to=None), r"at `\$\.scores\[0\]\.recall\[\.\.\.\]`"),
    "a recipe is a list": (changed("teachers", 1, "config", to=[]), r"at `\$\.teachers\[1\]\.config`"),
    "cores are text": (changed("machine", "cores", to="two"), r"at `\$\.machine\.cores`"),
    "bytes are text": (changed("exports", "int8", "bytes", to="5"), r"at `\$\.exports\[\.\.\.\]\.bytes`"),
    "a check is a number": (changed("export", to=3), r"Expected `object \| null`, got `int` - at `\$\.export`"),
    "a temperature is text": (changed("temperature", to="warm"), r"at `\$\.temperature`"),
    "a number for a switch": (changed("shipped", to=1), r"Expected `bool`, got `int` - at `\$\.shipped`"),
    "scores of version 1 are a list": (old(scores=[1]), "has no attribute 'items'"),
    "a score of version 1 is text": (old(scores={"d-test": "good"}), "not a mapping"),
    "a score of version 1 lacks figures": (old(scores={"d-test": {}}), r"missing required field `n`"),
    "temperatures of version 1 are a list": (old(temperature=[1.0]), "has no attribute 'get'"),
    "a temperature of version 1 is text": (old(temperature={"single pass": "x"}), r"at `\$\.temperature`"),
    "a machine of version 1 is a list": (old(machine=["Linux"]), r"at `\$\.machine`"),
}


@pytest.mark.parametrize(("text", "message"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_card_is_reported_with_its_file_and_location(text, message, run):
    (run.path / "card.json").write_text(text)
    for _ in range(2):  # the same again: nothing partial is cached
        with pytest.raises(FerError) as refusal:
            _ = run.card
        assert str(refusal.value).startswith(f"{run.path / 'card.json'} is damaged (")
        assert str(refusal.value).endswith("). Delete the run or restore the file.")
    with pytest.raises(FerError, match=message):
        _ = run.card
    with pytest.raises(ValueError, match=message):
        Card.from_json(text)
    assert not run.is_usable and not run.is_without_weights and not run.is_shipped
