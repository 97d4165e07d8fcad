"""Cards of both versions, validation errors, and caching of parsed files."""

import json
from dataclasses import FrozenInstanceError, replace

import pytest
from helpers.made_runs import CARD, finished, score

from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.runs import run as runs
from fer.runs.card import (
    VERSION,
    Card,
    Export,
    ExportCheck,
    Imported,
    Machine,
    Score,
    Source,
    TrainingData,
    score_key,
)
from fer.runs.config import TrainConfig
from fer.runs.run import Run, card_of
from fer.runs.store import RunStore
from fer.system import records

FIGURES = {
    "n": 3589,
    "accuracy": 0.75,
    "interval": [0.7, 0.8],
    "leak_free_n": 3301,
    "leak_free_accuracy": 0.7,
    "leak_free_interval": [0.65, 0.75],
    "balanced_accuracy": 0.6,
    "macro_f1": 0.5,
    "log_loss": 0.9,
    "calibration_error": 0.02,
    "recall": {"angry": 0.5, "neutral": 1.0},
    "calibrated_error": 0.01,
}
SURE = {"leak_free_n": 0, "leak_free_accuracy": None, "leak_free_interval": None, "recall": {}, "accuracy": 1}
EXPORT = {
    "bytes": 1000,
    "val_accuracy": 0.7,
    "val_n": 3589,
    "val_accuracy_change": -0.01,
    "same_answers": 0.99,
    "largest_difference": 0.001,
    "compared_on": "fer2013, val split, n = 3,589",
    "checked_with": "LiteRT 2.3.0",
}
VERSION_1 = {
    "labels": list(EMOTIONS),
    "architecture": "vgg_small",
    "started_from": {"run": "first", "epochs": 2, "config": {"data": "fer2013", "seed": 0}},
    "teachers": [{"run": "flagship", "epochs": 64, "config": {"data": "fer2013"}}],
    "parameters": 1_176_359,
    "seed": 3,
    "epochs": 96,
    "best_epoch": 80,
    "training_seconds": 1970.8,
    "precision": "float32",
    "data": {
        "name": "fer2013",
        "format": "kaggle_csv",
        "fingerprint": "fad1",
        "train": 28709,
        "val": 3589,
        "test": 3589,
        "carved": ["val"],
        "classes": "",
        "ferplus": False,
    },
    "backend": "tensorflow",
    "versions": {"python": "3.11.7", "keras": "3.15.1"},
    "machine": {},
    "finished": "2026-11-21T18:50:46Z",
    "default": True,
    "shipped": True,
    "scores": {
        "fer2013-test": FIGURES,
        "fer2013-test-tta": FIGURES | {"accuracy": 0.8},
        "my-own-tta-val": FIGURES | SURE,
    },
    "temperature": {"single pass": 1.25, "test-time augmentation": 1.5},
    "threshold": 0.6,
    "exports": {"float16": EXPORT, "onnx": EXPORT | {"val_accuracy": None, "val_accuracy_change": None, "val_n": 0}},
    "export": {"images": 256, "largest_difference": 1e-6},
    "macs": 12_000_000,
    "bytes": 240_000,
    "ms": 1.5,
    "ms_on": "AMD EPYC",
}
VERSION_1["exports"]["onnx"]["not_measured"] = "The data is not here."
KNOWN = {  # fields unchanged in version 2
    *("architecture", "parameters", "seed", "epochs", "best_epoch", "training_seconds", "precision", "backend"),
    *("versions", "finished", "shipped", "threshold", "macs", "bytes", "ms", "ms_on"),
}
WITH_EVERYTHING = Card(
    labels=EMOTIONS,
    architecture="vgg",
    parameters=10,
    data=TrainingData("d-tta", "npz", None, 1, 2, 3, carved=("val", "test"), classes="happy, ö=sad", ferplus=0.5),
    seed=0,
    epochs=3,
    best_epoch=2,
    training_seconds=1.5,
    precision="mixed_float16",
    backend="jax",
    versions={"python": "3.12"},
    machine=Machine("Linux", "AMD", None),
    finished="2026-11-21T18:50:46Z",
    started_from=Source("a", 1, {"epochs": 1, "flip": True, "rotation": 12.0}),
    teachers=(Source("b", 2, {}), Source("c", 3, {})),
    average_of=(Source("d", 4, {"data": "x"}),),
    imported=Imported("net.keras", "ab12", "2026-11-21T18:50:46Z"),
    scores=(
        score(0.1 + 0.2, dataset="d-tta", interval=(1 / 3, 2 / 3), recall={"happy": 1.0}, calibrated_error=1e-17),
        score(0.5, dataset="d-tta", tta=True, leak_free_n=50, leak_free_accuracy=0.25, leak_free_interval=(0.1, 0.5)),
    ),
    exports={"int8": Export(5, None, 0, None, 0.5, 0.25, "drawn faces", "LiteRT", "no data")},
    export=ExportCheck(256, 1e-7),
    macs=7,
    bytes=8,
    ms=9.5,
    ms_on="AMD",
    temperature=1.1,
    temperature_tta=0.9,
    threshold=0.4,
    shipped=True,
)


@pytest.fixture
def run(tmp_path) -> Run:
    return finished(RunStore(tmp_path / "models"), "x", scores=(score(0.5),))


@pytest.fixture
def parsed(monkeypatch) -> list[str]:
    """The names of the parsed files, once per parse."""
    names, read, parse = [], runs.read_record, TrainConfig.from_json
    monkeypatch.setattr(runs, "read_record", lambda path, *a, **k: (names.append(path.name), read(path, *a, **k))[1])
    monkeypatch.setattr(TrainConfig, "from_json", lambda text: (names.append("config.json"), parse(text))[1])
    return names


def test_a_card_of_version_1_opens_with_the_same_values(run):
    (run.path / "card.json").write_text(json.dumps(VERSION_1))
    card, data = run.card, VERSION_1["data"]
    assert {name: getattr(card, name) for name in KNOWN} == {name: VERSION_1[name] for name in KNOWN}
    assert card.labels == EMOTIONS and card.machine is None and card.version == VERSION
    assert card.data == TrainingData(**{**data, "carved": ("val",)}) and card.data.ferplus is False
    assert card.started_from == Source(**VERSION_1["started_from"])
    assert card.teachers == (Source(**VERSION_1["teachers"][0]),) and (card.average_of, card.imported) == ((), None)
    assert (card.temperature, card.temperature_tta) == (1.25, 1.5)
    assert (card.temperature_of(tta=False), card.temperature_of(tta=True)) == (1.25, 1.5)
    assert card.exports == {kind: Export(**values) for kind, values in VERSION_1["exports"].items()}
    assert card.export == ExportCheck(**VERSION_1["export"])


def test_the_scores_of_version_1_are_found_by_data_set_split_and_mode():
    card = Card.from_json(json.dumps(VERSION_1))
    places = [("fer2013", "test", False), ("fer2013", "test", True), ("my-own-tta", "val", False)]
    assert [(score.dataset, score.split, score.tta) for score in card.scores] == places
    for entry, (key, values) in zip(card.scores, VERSION_1["scores"].items(), strict=True):
        ends = {name: values[name] and tuple(values[name]) for name in ("interval", "leak_free_interval")}
        assert entry.key == key and entry == Score(entry.dataset, entry.split, entry.tta, **{**values, **ends})
    assert card.test_score is card.score("test") is card.scores[0] and card.score("test", tta=True) is card.scores[1]
    assert card.score("val") is None, "that of another data set is not its own"


def test_a_sparse_card_of_version_1_opens_with_defaults():
    few = ("labels", "architecture", "parameters", "data")
    card = Card.from_json(json.dumps({name: VERSION_1[name] for name in few}))
    assert card == Card(EMOTIONS, "vgg_small", 1_176_359, card.data)
    assert card.scores == () and card.test_score is card.temperature is card.temperature_tta is card.machine is None


def test_a_machine_and_an_import_of_version_1_are_kept():
    machine = {"system": "Linux", "processor": "AMD EPYC", "cores": 2}
    file = {"file": "net.keras", "sha256": "ab", "time": "2026-11-21T18:50:46Z"}
    card = Card.from_json(json.dumps(VERSION_1 | {"machine": machine, "imported": file, "temperature": {}}))
    assert card.machine == Machine(**machine) and card.imported == Imported(**file)
    assert card.temperature is card.temperature_tta is None


@pytest.mark.parametrize(
    "card", [WITH_EVERYTHING, CARD, Card.from_json(json.dumps(VERSION_1))], ids=["everything", "little", "version 1"]
)
def test_a_card_survives_a_json_round_trip(card, run):
    assert Card.from_json(card.to_json()) == card and Card.from_json(card.to_json()).to_json() == card.to_json()
    run.card = card
    assert run.card == Run(run.path).card == card and json.loads(card.to_json())["version"] == VERSION


def test_unknown_fields_are_ignored():
    assert Card.from_json(json.dumps(json.loads(CARD.to_json()) | {"mood": "good"})) == CARD


@pytest.mark.parametrize("version", [VERSION + 1, 0, "2", None])
def test_a_card_of_another_version_is_refused(version, run):
    (run.path / "card.json").write_text(json.dumps(json.loads(CARD.to_json()) | {"version": version}))
    message = (
        rf"card\.json is damaged \(it has version {version}, but this program supports up to 2; update the program\)"
    )
    with pytest.raises(FerError, match=message):
        _ = run.card
    assert not run.is_usable and not run.is_shipped


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


def test_cards_and_recipes_are_parsed_once_while_their_files_are_unchanged(run, parsed):
    Run(run.path).note = "another file"
    first, recipe = run.card, run.config
    assert run.card is first and Run(run.path).card is first and run.labels == EMOTIONS and run.is_usable
    assert run.config is recipe and Run(run.path).config is recipe
    assert sorted(parsed) == ["card.json", "config.json"]


def test_rewritten_cards_and_recipes_are_reloaded(run, parsed):
    before, recipe = run.card, run.config
    run.card = replace(before, epochs=7)
    assert run.card == replace(before, epochs=7) and parsed.count("card.json") == 2
    path = run.path / "card.json"
    path.write_text(path.read_text().replace('"epochs": 7', '"epochs": 8'))  # same length and inode
    assert run.card.epochs == 8 and parsed.count("card.json") == 3
    (run.path / "config.json").write_text(replace(recipe, epochs=recipe.epochs + 1).to_json())
    assert run.config.epochs == recipe.epochs + 1 and parsed.count("config.json") == 2
    path.unlink()
    assert card_of(run) is None and not run.is_usable
    path.write_text("{")
    with pytest.raises(FerError, match=r"card\.json is damaged"):
        _ = run.card
    path.write_text(before.to_json())
    assert run.card == before, "a damage that was repaired is forgotten"


def test_a_card_is_immutable_but_can_be_replaced(run):
    with pytest.raises(FrozenInstanceError):
        run.card.shipped = True
    run.card = replace(run.card, shipped=True)
    assert run.card.shipped


def test_a_run_without_a_card_has_none(tmp_path):
    run = RunStore(tmp_path).create(TrainConfig(), "new")
    with pytest.raises(FerError, match="has no card yet"):
        _ = run.card
    assert card_of(run) is None and records.read_record(run.path / "card.json", Card) is None


@pytest.mark.parametrize(
    ("leak_free", "leaks"), [(100, False), (99, True), (1, True), (0, False)], ids=["none", "one", "most", "all"]
)
def test_a_score_has_leaks_if_some_but_not_all_images_have_duplicates(leak_free, leaks):
    assert score(0.5, n=100, leak_free_n=leak_free).has_leaks is leaks


def test_a_score_is_named_by_data_set_split_and_mode():
    assert score_key("my-own", "val", tta=False) == score(0.5, dataset="my-own", split="val").key == "my-own-val"
    assert score_key("d", "test", tta=True) == score(0.5, dataset="d", tta=True).key == "d-test-tta"
