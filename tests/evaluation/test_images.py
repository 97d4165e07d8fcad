"""The images behind a report, and the votes of FER+'s annotators on them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers.made_reports import make

from fer.data import catalog
from fer.data.dataset import Rows
from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.evaluation.images import Pictures, pictures_of, sides
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.store import RunStore

COLUMNS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral", "contempt", "unknown", "NF")
FERPLUS_COLUMNS = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"


def votes(**counts) -> np.ndarray:
    """One row of votes, in the order of Pictures."""
    return np.array([counts.get(name, 0) for name in COLUMNS])


@pytest.fixture
def source(write_csv, small_rows) -> Path:
    return write_csv(small_rows)


@pytest.fixture
def run(tmp_path, source) -> Run:
    """A run whose recipe names that source."""
    return RunStore(tmp_path / "models").create(TrainConfig(data=str(source)), "x")


def report_on(rows: Rows, **changes):
    """On the test split."""
    index = np.flatnonzero(rows.usage == 2)
    common = {"dataset": "fer2013", "fingerprint": rows.fingerprint, "rows": index}
    return make(rows.labels[index], **(common | changes))


def write_votes(source: Path, usage: list[str], line: str = "1,0,0,2,7,0,0,0,0,0") -> None:
    lines = [FERPLUS_COLUMNS, *(f"{name},fer{row:07d}.png,{line}" for row, name in enumerate(usage))]
    (source.parent / "fer2013new.csv").write_text("\n".join(lines))


def usage_names(rows: Rows) -> list[str]:
    return [("Training", "PublicTest", "PrivateTest")[code] for code in rows.usage]


def test_images_are_found_by_the_rows_of_the_report(small_rows, run):
    report = report_on(small_rows)
    found = pictures_of(report, run)
    assert found.votes is None and found.names == () and found.votes_in_words(3) == ""
    expected = small_rows.images[small_rows.usage == 2]
    assert (found.images[report.rows] == expected).all() and len(expected) == len(report) == 14


def test_images_are_also_found_by_the_name_of_the_data_set(small_rows, source, tmp_path, monkeypatch):
    run = RunStore(tmp_path / "models").create(TrainConfig(data="elsewhere"), "x")
    monkeypatch.setattr(catalog, "DATA", source.parent)
    assert len(pictures_of(report_on(small_rows), run).images) == len(small_rows.images)


def test_votes_next_to_the_source_are_loaded(small_rows, run, source):
    write_votes(source, usage_names(small_rows))
    found = pictures_of(report_on(small_rows), run)
    assert found.votes is not None and found.votes.shape == (len(small_rows.images), 10)
    assert (found.votes == votes(neutral=1, sad=2, angry=7)).all()
    assert found.votes_in_words(5) == "7 angry, 2 sad, 1 neutral"


@pytest.mark.parametrize("damage", ["other order", "too few", "no columns"])
def test_votes_on_other_images_are_ignored(damage, small_rows, run, source):
    usage = usage_names(small_rows)
    write_votes(source, {"other order": usage[::-1], "too few": usage[:-1], "no columns": usage}[damage])
    if damage == "no columns":
        (source.parent / "fer2013new.csv").write_text("a,b\n1,2\n")
    assert pictures_of(report_on(small_rows), run).votes is None


def test_images_other_than_the_evaluated_ones_are_refused(small_rows, run):
    for changes in ({"fingerprint": "e" * 64}, {"rows": np.arange(14) + 10**6}):
        report = replace(report_on(small_rows), **changes)
        with pytest.raises(FerError, match=r"other images or labels than the one that was evaluated\. Evaluate again"):
            pictures_of(report, run)


def test_a_missing_data_set_is_reported(small_rows, run):
    with pytest.raises(FerError, match=r"Unknown data set 'elsewhere'.*python -m fer download"):
        pictures_of(report_on(small_rows, dataset="elsewhere"), run)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (votes(sad=6, fear=3, unknown=1), "6 sad, 3 fear, 1 unknown"),
        (votes(neutral=5, angry=5), "5 angry, 5 neutral"),
        (votes(NF=10), "10 NF"),
        (votes(), ""),
    ],
)
def test_votes_are_listed_most_frequent_first(row, words):
    assert Pictures(np.empty((1, 48, 48), np.uint8), votes=row[None]).votes_in_words(0) == words


def test_annotators_agree_with_the_model_the_label_or_neither():
    cases = [  # (label, answer, votes)
        ("sad", "fear", votes(fear=6, sad=4)),
        ("sad", "fear", votes(fear=3, sad=2, NF=2, unknown=1, neutral=1, angry=1)),
        ("sad", "fear", votes(sad=10)),
        ("sad", "fear", votes(sad=5, fear=5)),
        ("sad", "fear", votes(fear=4, happy=4, sad=2)),
        ("sad", "fear", votes(neutral=9, sad=1)),
        ("sad", "fear", votes(unknown=6, fear=4)),
        ("sad", "fear", votes()),
        ("sad", "sad", votes(fear=10)),
    ]
    targets, answers = ([EMOTIONS.index(case[i]) for case in cases] for i in (0, 1))
    cast = np.zeros((40, 10), int)
    rows = np.random.default_rng(0).permutation(40)[: len(cases)]
    cast[rows] = [case[2] for case in cases]
    assert sides(make(targets, answers, rows=rows), cast) == {"model": 2, "label": 1, "neither": 5}


def test_without_mistakes_there_is_nothing_to_agree_with():
    assert sides(make([1, 2], [1, 2], rows=np.arange(2)), np.ones((2, 10), int)) == {
        "model": 0,
        "label": 0,
        "neither": 0,
    }
