"""Teachers' predictions as soft targets."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from fer.data.catalog import open_dataset
from fer.errors import FerError
from fer.evaluation import stored
from fer.evaluation.evaluate import evaluate
from fer.runs import stop
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.training import scoring, worker
from fer.training.distillation import taught


@pytest.fixture
def store(trained_run, tmp_path) -> RunStore:
    """Two teachers, of which the second answers as the first."""
    for name in ("one", "two"):
        shutil.copytree(trained_run.path, tmp_path / name)
    return RunStore(tmp_path)


@pytest.fixture
def student(store, trained_run, tiny_architecture):
    """A function that makes a run of the tiny network which those teach."""

    def student(**settings) -> Run:
        common = {"architecture": "tiny", "epochs": 1, "batch_size": 16, "precision": "float32"}
        return store.create(
            TrainConfig(**({"data": trained_run.config.data, "teacher": "one, two"} | common | settings))
        )

    return student


def test_targets_are_labels_mixed_with_what_the_teachers_answer_on_average(store, student):
    run = student(teacher_share=0.25)
    dataset = open_dataset(run.config.data)
    answers = evaluate(store["one"], dataset, "train", tta=True).probabilities
    targets = taught(run, dataset).train.targets
    np.testing.assert_allclose(targets, 0.75 * dataset.train.targets + 0.25 * answers, atol=1e-6)
    assert targets.dtype == np.float32 and taught(run, dataset).val is dataset.val


def test_without_teachers_the_data_set_is_as_it_is(student):
    run = student(teacher="")
    dataset = open_dataset(run.config.data)
    assert taught(run, dataset) is dataset


def test_a_teachers_answers_are_kept_and_serve_without_its_weights(store, student):
    run = student(teacher="one")
    dataset = open_dataset(run.config.data)
    first = taught(run, dataset).train.targets
    store["one"].tflite_path.unlink()
    assert (taught(run, dataset).train.targets == first).all()
    assert ("small", "train", True) in stored.reports(store["one"])


def test_answers_to_images_of_another_carving_are_not_taken_for_those_of_this_one(student, small_rows, write_npz):
    path = str(write_npz(images=small_rows.images, labels=small_rows.labels))
    first = student(data=path, teacher="one", teacher_share=1.0)
    taught(first, open_dataset(path))
    other = open_dataset(path, seed=1)
    assert len(other.train) == len(open_dataset(path).train) and other.seed == 1
    answers = evaluate(RunStore.around(first)["one"], other, "train", tta=True).probabilities
    for run in (student(data=path, teacher="one", teacher_share=1.0, split_seed=seed) for seed in (1, 2)):
        np.testing.assert_allclose(taught(run, other).train.targets, answers, atol=1e-6)


def test_a_teacher_named_twice_counts_once():
    assert TrainConfig(teacher=" b,a,,b ").teachers == ["b", "a"]


def test_a_teacher_that_is_not_there_is_reported(student):
    run = student(teacher="nobody")
    with pytest.raises(FerError, match="Unknown run 'nobody'"):
        taught(run, open_dataset(run.config.data))


def test_a_teacher_of_other_classes_is_reported(store, student):
    run, one = student(), store["one"]
    one.card = replace(one.card, labels=tuple("abcdefg"))
    with pytest.raises(FerError, match="The teacher one predicts a, b, c, d, e, f, g, not angry"):
        taught(run, open_dataset(run.config.data))


def test_a_student_trains_and_its_card_names_its_teachers(student):
    run = student()
    assert worker.train(run)
    assert [teacher.run for teacher in run.card.teachers] == ["one", "two"]


def test_a_training_is_stopped_while_its_teachers_answer_and_goes_on(student):
    run, asked = student(), []

    def ask(teacher: Run, done: int, n: int) -> None:
        asked.append((teacher.id, run.progress.phase))
        stop.ask(run)

    assert worker.train(run, on_answer=ask) is False
    assert [id for id, _ in asked] == ["one"] and asked[0][1].startswith("predicting with teacher one: 35 of 35 faces")
    assert run.status.state == "stopped" and run.status.message == "Stopped during the teachers' predictions."
    assert worker.train(run)


def test_the_test_split_may_be_left_unread(student):
    run = student(teacher="", read_test=False)
    assert worker.train(run)
    assert {split for _, split, _ in stored.reports(run)} == {"val"} and run.card.test_score is None
    scoring.judge(run, open_dataset(run.config.data))
    assert {split for _, split, _ in stored.reports(run)} == {"val", "test"} and run.card.test_score
