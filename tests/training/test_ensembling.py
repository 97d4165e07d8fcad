"""Runs that answer with the mean of other runs' answers."""

import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from helpers.shipped import ROOT

from fer.cli.main import main
from fer.data.catalog import open_dataset
from fer.errors import FerError
from fer.evaluation import stored
from fer.evaluation.evaluate import evaluate
from fer.evaluation.together import together
from fer.inference import saliency
from fer.inference.classifier import Classifier
from fer.inference.ensemble import Ensemble, open_run
from fer.inference.reader import EmotionReader
from fer.runs.config import TrainConfig
from fer.runs.damage import damage
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.system.files import write_atomically
from fer.training.distillation import taught
from fer.training.ensembling import ensemble
from fer.training.export import keras_file

FACES = np.random.default_rng(0).integers(0, 256, (5, 48, 48), np.uint8)


@pytest.fixture(scope="module")
def template(trained_run, tmp_path_factory):
    """Two members that answer differently, and the ensemble of them."""
    folder = tmp_path_factory.mktemp("ensemble") / "models"
    for name in ("one", "two"):
        shutil.copytree(trained_run.path, folder / name)
    second = Run(folder / "two")
    shutil.copy(ROOT / "models/mini_xception/model.tflite", second.tflite_path)
    dataset = open_dataset(second.config.data)
    for split, tta in ((split, tta) for split in ("val", "test") for tta in (False, True)):
        stored.add_report(second, evaluate(second, dataset, split, tta=tta))
    ensemble(list(RunStore(folder)), "both")
    return folder


@pytest.fixture
def store(template, tmp_path) -> RunStore:
    return RunStore(shutil.copytree(template, tmp_path / "models"))


def test_its_probabilities_are_the_mean_of_its_members(store):
    members = [Classifier(store[name]) for name in ("one", "two")]
    both = open_run(store["both"])
    assert isinstance(both, Ensemble) and both.labels == members[0].labels
    for tta in (False, True):
        expected = np.mean([member.probabilities(FACES, tta=tta) for member in members], axis=0)
        np.testing.assert_allclose(both.probabilities(FACES, tta=tta), expected, atol=1e-6)
    np.testing.assert_allclose(np.exp(both.logits(FACES)), both.probabilities(FACES), atol=1e-6)
    assert both.probabilities(FACES[:0]).shape == (0, 7)


def test_it_has_its_own_temperature_and_balance(store):
    both, card = open_run(store["both"]), store["both"].card
    found = both.probabilities(FACES, calibrated=True, balance=True)
    correction = card.correction()
    assert card.temperature and correction.temperature and len(card.prior) == 7
    np.testing.assert_allclose(sum(card.prior), 1, atol=1e-5)
    means = [np.mean([store[name].card.prior[i] for name in ("one", "two")]) for i in range(7)]
    np.testing.assert_allclose(card.prior, means, atol=1e-5)
    assert not np.allclose(found, both.probabilities(FACES))


def test_its_map_is_the_mean_map_where_all_members_have_one_of_that_size(store):
    members = [Classifier(store[name]) for name in ("one", "two")]
    both = open_run(store["both"])
    assert both.map_size == members[0].map_size == (3, 3)
    expected = np.mean([member.activation_maps(FACES) for member in members], axis=0)
    np.testing.assert_allclose(both.activation_maps(FACES), expected, rtol=1e-6)
    shutil.copy(ROOT / "models/vgg_small/model.tflite", store["two"].tflite_path)
    mixed = open_run(store["both"])
    assert mixed.map_size is None
    with pytest.raises(FerError, match="both is an ensemble whose members have no class activation maps of one size"):
        mixed.activation_maps(FACES)


def test_it_explains_itself(store):
    both = open_run(store["both"])
    assert saliency.default_method(both) == "occlusion", "the members' maps are too coarse"
    for method in saliency.METHODS:
        heat = saliency.explain(both, FACES[:2], 3, method=method)
        assert heat.shape == (2, 48, 48) and 0 <= heat.min() <= heat.max() <= 1


def test_a_reader_takes_it(store):
    (answer,) = EmotionReader(store["both"], detector="whole").read(np.repeat(FACES[0][..., None], 3, axis=2))
    assert abs(answer.probabilities.sum() - 1) < 1e-5


def test_its_stored_reports_are_what_predicting_gives(store):
    run = store["both"]
    assert {key[1:] for key in stored.reports(run)} == {
        (split, tta) for split in ("val", "test") for tta in (False, True)
    }
    dataset = open_dataset(run.config.data)
    for tta in (False, True):
        kept, fresh = stored.report(run, "small", "val", tta=tta), evaluate(run, dataset, "val", tta=tta)
        np.testing.assert_allclose(kept.probabilities, fresh.probabilities, atol=1e-6)
    assert [score.key for score in run.card.scores] == ["small-val", "small-val-tta", "small-test", "small-test-tta"]
    assert run.card.score("val").accuracy == stored.report(run, "small", "val").accuracy


def test_what_is_not_stored_is_predicted(store):
    shutil.rmtree(store["one"].path / "reports")
    run = ensemble([store["one"], store["two"]], "again")
    kept = stored.report(store["both"], "small", "test").probabilities
    np.testing.assert_allclose(stored.report(run, "small", "test").probabilities, kept, atol=1e-6)


def test_the_test_split_stays_unread_where_it_is_for_a_member(store):
    one = store["one"]
    one.card = replace(one.card, scores=tuple(score for score in one.card.scores if score.split == "val"))
    members = [store["one"], store["two"]]
    assert {split for _, split, _ in stored.reports(ensemble(members, "unread"))} == {"val"}
    assert ensemble(members, "read", read_test=True).card.test_score


def test_its_cost_is_the_sum_of_its_members(store):
    card, cards = store["both"].card, [store[name].card for name in ("one", "two")]
    for figure in ("parameters", "macs", "bytes"):
        assert getattr(card, figure) == sum(getattr(member, figure) for member in cards)
    assert card.ms == pytest.approx(sum(member.ms for member in cards), abs=1e-3)
    two = store["two"]
    two.card = replace(two.card, ms_on="another processor")
    measured = ensemble([store["one"], two], "measured").card
    assert measured.ms > 0 and measured.ms_on == store["one"].card.ms_on


def test_a_member_is_neither_deleted_nor_renamed(store):
    for change in (store.delete, lambda id: store.rename(id, "new")):
        with pytest.raises(FerError, match="one is a member of both, which cannot answer without it"):
            change("one")
    assert store.rename("both", "pair").is_usable
    store.delete("pair")
    store.delete("one")
    assert [run.id for run in store] == ["two"]


def test_a_missing_member_is_damage_that_names_it(store):
    shutil.rmtree(store["one"].path)
    run = store["both"]
    assert "both is an ensemble of one and two, but there is no run named one" in damage(run)
    assert not run.is_usable and not run.is_without_weights
    with pytest.raises(FerError, match="no run named one"):
        open_run(run)
    with pytest.raises(FerError, match="no run named one"):
        store.set_default("both")


def test_a_damaged_or_unexported_member_is_damage_that_names_it(store):
    store["two"].tflite_path.unlink()
    assert damage(store["both"]) == "both is an ensemble, and its member two is not exported yet."
    (store["two"].path / "card.json").write_text("{")
    assert "both is an ensemble, and its member two is damaged" in damage(store["both"])
    assert not store["both"].is_usable


def test_members_without_weights_give_reports_but_no_predictions(store):
    for name in ("one", "two"):
        store[name].tflite_path.unlink()
        store[name].model_path.unlink()
    run = ensemble([store["one"], store["two"]], "bare")
    assert run.is_without_weights and not run.is_usable and damage(run) == ""
    assert (
        stored.report(run, "small", "val").probabilities == stored.report(store["both"], "small", "val").probabilities
    ).all()
    with pytest.raises(FerError, match="the weights of one and two are not included"):
        open_run(run)


def test_it_is_a_teacher(store, trained_run):
    config = TrainConfig(data=trained_run.config.data, teacher="both", teacher_share=1.0)
    dataset = open_dataset(config.data)
    targets = taught(store.create(config, "student"), dataset).train.targets
    answers = [evaluate(store[name], dataset, "train", tta=True).probabilities for name in ("one", "two")]
    np.testing.assert_allclose(targets, np.mean(answers, axis=0), atol=1e-6)
    assert ("small", "train", True) in stored.reports(store["both"])


def test_a_teacher_needs_no_predictions_where_its_members_have_stored_theirs(store, trained_run):
    dataset = open_dataset(trained_run.config.data)
    for name in ("one", "two"):
        stored.add_report(store[name], evaluate(store[name], dataset, "train", tta=True))
        store[name].tflite_path.unlink()
        store[name].model_path.unlink()
    config = TrainConfig(data=trained_run.config.data, teacher="both", teacher_share=1.0)
    targets = taught(store.create(config, "student"), dataset).train.targets
    expected = together([stored.report(store[name], "small", "train", tta=True) for name in ("one", "two")], "m")
    assert (targets == expected.probabilities).all()


def test_it_has_no_network_to_export_average_or_train_further(store):
    message = "both is an ensemble of one and two: it has no network and no exports of its own"
    for opens in (keras_file.load, Classifier, lambda run: ensemble([store["one"], run])):
        with pytest.raises(FerError, match=message):
            opens(store["both"])


def test_what_cannot_be_an_ensemble_is_refused(store):
    one, two = store["one"], store["two"]
    with pytest.raises(FerError, match="at least two different runs, got one, one"):
        ensemble([one, one])
    with pytest.raises(FerError, match="has no card yet"):
        ensemble([one, store.create(TrainConfig(), "new")])
    two.card = replace(two.card, data=replace(two.card.data, name="else", fingerprint="0"))
    with pytest.raises(
        FerError, match=r"one was trained on small, but two on else, .* The ensemble could be evaluated"
    ):
        ensemble([one, two])
    two.card = replace(two.card, data=replace(one.card.data, carved=("val",)))
    one.card = replace(one.card, data=two.card.data)
    write_atomically(two.path / "config.json", replace(two.config, split_seed=4).to_json())
    with pytest.raises(FerError, match=r"other validation or test images: .* with split seeds 0 and 4\. The ens"):
        ensemble([one, two])
    two.card = replace(two.card, labels=("a", "b", "c", "d", "e", "f", "g"))
    with pytest.raises(FerError, match=r"one predicts angry, .* but two predicts a, b"):
        ensemble([one, two])
    with pytest.raises(
        FerError, match=r"both is an ensemble that predicts angry, .*, but its member two predicts a, b"
    ):
        open_run(store["both"])
    assert "ensemble" not in " ".join(run.id for run in store)


def test_an_ensemble_of_an_ensemble_is_damage(store):
    two = store["two"]
    two.card = replace(two.card, members=store["both"].card.members)
    assert damage(store["both"]) == "both is an ensemble of one and two, but two is an ensemble itself."
    assert not store["both"].is_usable


def test_a_failure_leaves_no_half_made_run(store, monkeypatch):
    monkeypatch.setattr("fer.training.ensembling.judge", lambda run: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ensemble([store["one"], store["two"]], "half")
    assert "half" not in [run.id for run in store]


def test_the_commands_make_judge_and_list_it(store, only_runs_in, capsys):
    only_runs_in(store.root)
    assert main(["ensemble", "one", "two", "--name", "pair"]) == 0
    assert "small-val: " in (printed := capsys.readouterr().out) and f"Made {store.root / 'pair'}" in printed
    data = store["pair"].config.data
    assert main(["evaluate", "--data", data, "--split", "val", "--model", "pair"]) == 0
    assert "pair on small, val split, n = 7, single pass" in capsys.readouterr().out
    assert main(["models"]) == 0
    assert "ensemble of one and two" in capsys.readouterr().out
    out = store.root / "report.html"
    assert main(["report", "--model", "pair", "--split", "val", "--out", str(out)]) == 0
    assert "mean of the answers of" in (document := out.read_text(encoding="utf-8")) and "one, two" in document
    capsys.readouterr()
    assert main(["export", "pair", "--as", "int8"]) == 1
    assert "it has no network and no exports of its own" in capsys.readouterr().err


def test_making_and_opening_one_needs_no_tensorflow(store):
    script = """
import sys
from pathlib import Path
from fer.runs.store import RunStore
from fer.training.ensembling import ensemble
store = RunStore(Path(sys.argv[1]))
assert ensemble([store["one"], store["two"]], "pair").is_usable
print(sorted({"keras", "tensorflow", "jax", "torch"} & set(sys.modules)))
"""
    command = [sys.executable, "-c", script, str(store.root)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout == "[]\n", done.stderr
