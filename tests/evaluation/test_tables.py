"""Tables and sentences about a report, against scikit-learn, manual counts and the report itself."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from helpers.made_reports import CASES, RANDOM, make
from helpers.made_runs import CARD, DATA
from sklearn import metrics

from fer.data.labels import EMOTIONS
from fer.evaluation import tables
from fer.evaluation.headline import Figure, headline
from fer.evaluation.images import Pictures
from fer.evaluation.numbers import interval, signed, with_interval, written
from fer.evaluation.sentences import (
    WORST,
    calibration_sentence,
    caution,
    confusion_sentence,
    coverage_sentence,
    one_in,
    sides_sentences,
    worst_confusion,
    worst_confusions,
)
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.store import RunStore

FEAR, SAD = EMOTIONS.index("fear"), EMOTIONS.index("sad")
SEVERAL = make([FEAR, SAD, FEAR, FEAR, SAD, FEAR], [SAD, SAD, FEAR, SAD, FEAR, SAD], leaked=[1])


@pytest.fixture(params=CASES.values(), ids=list(CASES))
def report(request):
    return request.param


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
def test_the_class_table_has_every_metric_within_its_interval(report):
    table = tables.classes(report)
    assert table["class"].tolist() == list(EMOTIONS) and table["support"].sum() == len(report)
    for name in ("precision", "recall", "f1"):
        known = ~table[name].isna()  # undefined for a class that neither occurs nor is predicted
        assert (table[name][known] == report.per_class[name][known]).all() and not report.per_class[name][~known].any()
        assert (table[f"{name} low"] <= table[name] + 1e-12)[known].all()
        assert (table[name] <= table[f"{name} high"] + 1e-12)[known].all()
    support, predicted = report.confusion.sum(axis=1), report.confusion.sum(axis=0)
    assert (table["recall"].isna() == (support == 0)).all() and (table["precision"].isna() == (predicted == 0)).all()
    assert (table["f1"].isna() == (support + predicted == 0)).all()
    for i, row in table.iterrows():
        truth, scores = report.targets == i, report.probabilities[:, i]
        np.testing.assert_allclose(row["ROC area"], metrics.roc_auc_score(truth, scores), atol=1e-9)
        expected = metrics.average_precision_score(truth, scores, pos_label=True) if truth.any() else np.nan
        np.testing.assert_allclose(row["average precision"], expected, atol=1e-9)


def test_every_prediction_is_a_row_in_the_requested_order():
    positions = np.array([3, 0])
    table = tables.answers(SEVERAL, positions)
    assert table.columns.tolist() == ["row", "true", "predicted", "confidence", "copy in training", *EMOTIONS]
    assert table["row"].tolist() == [103, 100]
    assert table["true"].tolist() == ["fear", "fear"] and table["predicted"].tolist() == ["sad", "sad"]
    assert (table["confidence"] == SEVERAL.confidence[positions]).all()
    assert (table[list(EMOTIONS)].to_numpy() == SEVERAL.probabilities[positions]).all()
    assert tables.answers(SEVERAL, np.arange(6))["copy in training"].tolist() == [False, True, *[False] * 4]


def test_predictions_list_files_and_votes_if_known():
    report = make([0, 1], [0, 1], rows=np.array([2, 0]))
    votes = np.zeros((3, 10), int)
    votes[0, SAD], votes[2, FEAR] = 9, 10
    table = tables.answers(report, np.arange(2), Pictures(np.empty((3, 48, 48), np.uint8), ("a", "b", "c"), votes))
    assert table["file"].tolist() == ["c", "a"] and table["FER+ votes"].tolist() == ["10 fear", "9 sad"]
    bare = tables.answers(report, np.arange(2), Pictures(np.empty((3, 48, 48), np.uint8)))
    assert not {"file", "FER+ votes"} & set(bare.columns)


def test_no_predictions_give_an_empty_table_with_all_columns():
    table = tables.answers(SEVERAL, np.arange(0))
    assert len(table) == 0 and "confidence" in table and isinstance(table, pd.DataFrame)


def test_a_cell_lists_its_images_most_confident_first():
    found = tables.cell(SEVERAL, FEAR, SAD)
    assert sorted(found) == [0, 3, 5] and (np.diff(SEVERAL.confidence[found]) <= 0).all()
    assert tables.cell(SEVERAL, 0, 1).tolist() == []


def test_cells_and_mistakes_match_the_confusion_matrix(report):
    wrong = tables.mistakes(report)
    assert len(wrong) == len(report) - np.trace(report.confusion) and not report.right[wrong].any()
    assert (np.diff(report.confidence[wrong]) <= 0).all()
    for true in range(7):
        assert [len(tables.cell(report, true, predicted)) for predicted in range(7)] == report.confusion[true].tolist()


def test_a_confusion_is_described_with_its_share_of_the_true_class():
    assert confusion_sentence(SEVERAL, FEAR, SAD) == "Fear → sad: 3 of 4 (75%)"
    assert confusion_sentence(SEVERAL, SAD, SAD) == "Sad → sad: 1 of 2 (50%)"
    assert confusion_sentence(SEVERAL, FEAR, 0) == "Fear → angry: 0 of 4 (0%)"
    assert confusion_sentence(SEVERAL, 0, SAD) == "Angry → sad: 0 of 0"


def test_the_worst_confusions_are_the_largest_off_diagonal_cells(report):
    counts = report.confusion - np.diag(np.diag(report.confusion))
    sentences = worst_confusions(report)
    assert len(sentences) == min(WORST, (counts > 0).sum())
    found = [int(sentence.split(": ")[1].split()[0]) for sentence in sentences]
    assert found == sorted(counts.ravel().tolist(), reverse=True)[: len(found)]


def test_there_are_no_confusions_if_all_predictions_are_correct():
    assert worst_confusions(CASES["all correct"]) == []
    assert worst_confusions(SEVERAL) == ["Fear → sad: 3 of 4 (75%)", "Sad → fear: 1 of 2 (50%)"]


def test_the_headline_has_every_metric_with_its_interval(report):
    first, *others = found = headline(report)
    kinds = {"Balanced accuracy": "share", "Macro F1": "number", "Log-loss": "number"}
    kinds["Expected calibration error"] = "share"
    by_name = {figure.name: figure for figure in others}
    for (name, kind), values in zip(kinds.items(), list(report.headline().values())[1:], strict=True):
        value, low, high = values
        assert by_name[name] == Figure(name, value, low, high, kind, by_name[name].why)
    assert (first.value, first.low, first.high) == (report.accuracy, *report.interval) and first.kind == "share"
    assert f"{len(report):,} images" in first.why and all(figure.why for figure in found)


def test_a_share_is_written_with_one_decimal_and_any_other_number_with_three():
    assert (written(0.71239), written(0.71239, "number")) == ("71.2%", "0.712")
    assert interval(0.697, 0.726) == "95% interval 69.7% to 72.6%"
    assert interval(0, 1.5, "number") == "95% interval 0.000 to 1.500"
    assert with_interval(0.712, 0.697, 0.726) == "71.2% (95% interval 69.7% to 72.6%)"
    assert signed(-0.64) == "−0.6" and signed(1.36) == "+1.4"


def test_the_leak_free_accuracy_follows_the_official_one_if_some_images_are_leaked():
    def names(report):
        return [figure.name for figure in headline(report)][:2]

    assert names(make([0, 1], [0, 1], leaked=[0])) == ["Accuracy, official", "Accuracy, leak-free"]
    assert names(make([0, 1], [0, 1])) == ["Accuracy", "Balanced accuracy"]
    assert names(CASES["all leaked"]) == ["Accuracy, official", "Balanced accuracy"]
    clean = headline(make([0, 1, 2], [0, 1, 3], leaked=[2]))[1]
    assert clean.value == 1.0 and "without the 1 image with" in clean.why and "n = 2" in clean.why


def test_the_agreement_of_annotators_is_reported():
    votes = np.zeros((200, 10), np.int64)
    for row, (fear, sad) in enumerate([(6, 4), (3, 5), (1, 9), (2, 2)], 100):
        votes[row, [FEAR, SAD]] = fear, sad
    report = make([FEAR, FEAR, FEAR, FEAR], [SAD, SAD, SAD, SAD])
    (sentence,) = sides_sentences(report, votes)
    assert sentence.startswith("All mistakes: FER+'s annotators agree with the model in 2 of 4, 50.0% (95% interval ")
    assert sentence.endswith("with the FER2013 label in 1, and with neither in 1.")
    assert sides_sentences(make([0], [0]), np.zeros((200, 10), np.int64)) == []


def test_few_images_give_a_caution():
    assert caution(CASES["random predictions"]) == ""
    assert "Only 1 image:" in caution(CASES["one image, correct"])


def test_coverage_is_reported_for_a_threshold(report):
    everything = coverage_sentence(report, 0.0)
    assert f"100.0% of {len(report):,} face" in everything and "have a confidence of 0% or more; " in everything
    assert f"; {report.accuracy:.1%} (95%" in everything
    threshold = float(np.median(report.confidence))
    given = report.confidence >= threshold
    assert coverage_sentence(report, threshold).startswith(f"{given.mean():.1%} of")
    assert f"; {report.right[given].mean():.1%} (95%" in coverage_sentence(report, threshold)
    assert coverage_sentence(report, 1.01).startswith(f"None of {len(report):,} face")


@pytest.fixture
def run(tmp_path) -> Run:
    run = RunStore(tmp_path).create(TrainConfig(), "x")
    run.card = replace(CARD, data=replace(DATA, name="fer2013"), temperature=2.0)
    return run


def test_calibration_is_reported_before_and_after_temperature_scaling(run):
    report = make(RANDOM[0], RANDOM[1])
    after = report.at_temperature(2.0)
    sentence = calibration_sentence(run, report)
    assert f"error from {report.calibration_error:.1%} to {after.calibration_error:.1%}" in sentence
    assert f"log-loss from {report.log_loss:.3f} to {after.log_loss:.3f}" in sentence
    assert "fitted on the validation split of fer2013" in sentence


def test_a_run_without_a_temperature_for_this_inference_mode_is_reported_as_not_calibrated(run):
    assert "Not calibrated: no temperature" in calibration_sentence(run, make([0], tta=True))


@pytest.mark.parametrize(
    ("wrong", "n", "words"),
    [
        (1034, 3589, "About 1 in 3.5 wrong"),
        (0, 9, "None of 9 images wrong"),
        (1, 2, "About 1 in 2 wrong"),
        (1, 10, "About 1 in 10 wrong"),
        (7, 100, "About 1 in 14 wrong"),
        (2, 3, "About 7 in 10 wrong"),
        (4, 4, "All wrong"),
    ],
)
def test_how_often_a_model_is_wrong_is_said_in_words(wrong, n, words):
    assert one_in(make(np.zeros(n, int), (np.arange(n) < wrong).astype(int))) == words


def test_the_most_frequent_confusion_is_that_of_the_sentences(report):
    true, predicted = worst_confusion(report)
    first = worst_confusions(report)[:1]
    assert first == ([confusion_sentence(report, true, predicted)] if first else []) and len(
        tables.cell(report, true, predicted)
    )
