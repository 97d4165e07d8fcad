"""Where a data set has no split of its own, evaluating on it says so."""

from dataclasses import replace

import pytest
from helpers.made_folders import write

from fer.cli.main import main
from fer.data.catalog import open_dataset
from fer.data.labels import EMOTIONS
from fer.evaluation import sentences


@pytest.fixture
def without_test(small_rows, tmp_path) -> str:
    """Kaggle's images/train and images/validation."""
    return str(write(tmp_path / "faces/images", small_rows, EMOTIONS, ("train", "validation", "validation")).parent)


def test_a_missing_test_split_is_named(without_test):
    dataset = open_dataset(without_test)
    assert sentences.carved(dataset, "test").startswith(
        "faces has no test split of its own: these images were split off"
    )
    assert sentences.carved(dataset, "all") == sentences.carved(dataset, "test")
    assert sentences.carved(dataset, "val") == sentences.carved(dataset, "train") == ""


def test_a_run_knows_the_splits_that_its_own_data_lacked(models):
    run = models["mini_xception"]
    assert sentences.warning(run, "fer2013", "test") == ""
    run.card = replace(run.card, data=replace(run.card.data, carved=("test",)))
    assert "fer2013 has no test split of its own" in sentences.warning(run, "fer2013", "test")
    assert "of its own" not in sentences.warning(run, "fer2013", "val")
    assert "of its own" not in sentences.warning(run, "other", "test")


def test_the_command_line_says_it_once(without_test, models, capsys):
    assert main(["evaluate", "--data", without_test, "--model", "mini_xception"]) == 0
    assert capsys.readouterr().out.count("faces has no test split of its own") == 1
    assert main(["evaluate", "--data", without_test, "--split", "val", "--model", "mini_xception"]) == 0
    assert "of its own" not in capsys.readouterr().out
