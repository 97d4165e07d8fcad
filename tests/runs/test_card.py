"""Cards of both versions, validation errors, and caching of parsed files."""

import json
from dataclasses import FrozenInstanceError, replace

import pytest
from helpers.made_cards import VERSION_1, WITH_EVERYTHING
from helpers.made_runs import CARD, finished, score

from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.runs import cached
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

KNOWN = {  # fields unchanged in version 2
    *("architecture", "parameters", "seed", "epochs", "best_epoch", "training_seconds", "precision", "backend"),
    *("versions", "finished", "shipped", "threshold", "macs", "bytes", "ms", "ms_on"),
}


@pytest.fixture
def run(tmp_path) -> Run:
    return finished(RunStore(tmp_path / "models"), "x", scores=(score(0.5),))


@pytest.fixture
def parsed(monkeypatch) -> list[str]:
    """The names of the parsed files, once per parse."""
    names, read, parse = [], cached.read_record, TrainConfig.from_json
    monkeypatch.setattr(cached, "read_record", lambda path, *a, **k: (names.append(path.name), read(path, *a, **k))[1])
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
