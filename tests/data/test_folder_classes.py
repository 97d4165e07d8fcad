"""Numbered class folders mean what somebody confirmed, wherever the data set is opened."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from helpers.made_folders import write

from fer.cli.main import main
from fer.data import catalog, folder_classes
from fer.data.catalog import confirm, open_dataset
from fer.data.folder_classes import AFFECTNET, MAPPINGS, RAF_DB
from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.runs.config import TrainConfig
from fer.runs.data import data_for
from fer.runs.store import RunStore


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(catalog, "DATA", tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def numbered(small_rows, tmp_path):
    """A function that writes the small rows in folders numbered as a mapping says."""

    def numbered(mapping: str, folder: Path | None = None) -> Path:
        number = {label: number for number, label in MAPPINGS[mapping].classes.items()}
        return write(folder or tmp_path / "faces", small_rows, tuple(number[emotion] for emotion in EMOTIONS))

    return numbered


def zipped(folder: Path) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in sorted(folder.rglob("*.png")):
            archive.write(file, f"DATASET/{file.relative_to(folder)}")
    buffer.seek(0)
    return buffer


def test_the_mappings_are_those_of_the_two_data_sets():
    assert MAPPINGS["raf-db"].in_words == "1 surprise, 2 fear, 3 disgust, 4 happy, 5 sad, 6 angry, 7 neutral"
    assert MAPPINGS["affectnet"].in_words == (
        "0 neutral, 1 happy, 2 sad, 3 surprise, 4 fear, 5 disgust, 6 angry, 7 contempt"
    )
    assert set(RAF_DB) == set(EMOTIONS) and set(AFFECTNET) == {*EMOTIONS, "contempt"}


def test_numbered_folders_are_refused_until_somebody_confirms_what_they_mean(numbered):
    with pytest.raises(FerError) as refusal:
        open_dataset(numbered("raf-db"))
    message = str(refusal.value)
    assert "faces has class folders named by numbers (1, 2, 3, 4, 5, 6, 7)" in message
    for name, mapping in MAPPINGS.items():
        assert f"--folder-classes {name} ({mapping.in_words})" in message


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_a_confirmed_mapping_holds_wherever_the_data_set_is_opened(mapping, numbered, small_rows):
    folder = numbered(mapping)
    confirmed = confirm(folder, mapping)
    for _ in range(2):  # the second time from the cache
        dataset = open_dataset(folder)
        assert dataset.labels == EMOTIONS and dataset.fingerprint == confirmed.fingerprint
        assert [part.counts.tolist() for part in (dataset.train, dataset.val, dataset.test)] == [
            [count] * 7 for count in (5, 1, 2)
        ]
    for label in range(7):
        of_this_class = small_rows.images[(small_rows.labels == label) & (small_rows.usage == 0)]
        assert {image.tobytes() for image in dataset.train.images[dataset.train.labels == label]} == {
            image.tobytes() for image in of_this_class
        }


def test_another_mapping_makes_another_data_set(numbered):
    folder = numbered("raf-db")
    first, before = confirm(folder, "raf-db"), catalog.stamp(folder)
    second = confirm(folder, "affectnet")
    assert first.fingerprint != second.fingerprint and catalog.stamp(folder) != before
    assert second.left_out() == ["8 images of contempt left out: not one of the classes."]
    assert confirm(folder, "raf-db").fingerprint == first.fingerprint


def test_contempt_is_left_out_and_counted(small_rows, tmp_path):
    rows = replace(small_rows, labels=np.arange(len(small_rows.labels)) % 8)
    folder = write(tmp_path / "faces", rows, tuple("01234567"))
    confirm(folder, "affectnet")
    for _ in range(2):  # the second time from the cache
        dataset = open_dataset(folder)
        assert dataset.labels == EMOTIONS and dataset.dropped == (("contempt", 7),)
        assert len(dataset.split("all")) == len(rows.labels) - 7


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        (
            "affectnet",
            r"faces has class folders 8, but affectnet has 0, 1, 2, 3, 4, 5, 6, 7\. Use --folder-cl",
        ),
        ("rafdb", r"Unknown meaning of class folders 'rafdb'\. Did you mean 'raf-db'\?"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_and_not_stored(mapping, message, small_rows, tmp_path):
    folder = write(tmp_path / "faces", small_rows, ("1", "2", "8"))
    with pytest.raises(FerError, match=message):
        confirm(folder, mapping)
    assert not folder_classes.beside(folder).exists()


def test_names_need_no_mapping_and_a_csv_has_no_folders(small_rows, write_csv, tmp_path):
    folder = write(tmp_path / "faces", small_rows, EMOTIONS)
    with pytest.raises(FerError, match=r"has class folders angry, .*, but raf-db has 1, 2, 3, 4, 5, 6, 7"):
        confirm(folder, "raf-db")
    with pytest.raises(FerError, match=r"fer2013.csv has no class folders, so --folder-classes raf-db doesn't apply"):
        confirm(write_csv(small_rows), "raf-db")


@pytest.mark.parametrize("content", ["[", "[]", '{"folder_classes": "rafdb"}', "{}"])
def test_a_damaged_confirmation_is_reported(content, numbered):
    folder = numbered("raf-db")
    folder_classes.beside(folder).write_text(content)
    with pytest.raises(FerError, match=r"--folder-classes writes it again"):
        open_dataset(folder)
    assert confirm(folder, "raf-db").labels == EMOTIONS


def test_an_upload_is_stored_with_the_mapping_confirmed_for_it(numbered, data, monkeypatch):
    content = zipped(numbered("raf-db"))
    assert list(folder_classes.fitting(content)) == ["raf-db", "affectnet"]
    with pytest.raises(FerError, match=r"raf.zip/DATASET has class folders named by numbers"):
        catalog.keep("raf", "zip", content)
    assert list(data.iterdir()) == []
    content.seek(0)
    catalog.keep("raf", "zip", content, mapping="raf-db")
    assert {path.name for path in data.iterdir()} == {
        "raf.zip",
        ".raf.zip.cache",
        "raf.zip.classes.json",
        ".keeping.lock",
    }
    assert json.loads((data / "raf.zip.classes.json").read_text()) == {"folder_classes": "raf-db"}
    monkeypatch.setattr("fer.data.formats.zip.extract", lambda *_, **__: pytest.fail("the cache was not used"))
    assert open_dataset("raf").labels == EMOTIONS and catalog.available() == ["raf"]


def test_a_confirmation_left_by_a_deleted_data_set_is_forgotten(small_rows, numbered, data, tmp_path):
    catalog.keep("faces", "zip", zipped(numbered("raf-db")), mapping="raf-db")
    (data / "faces.zip").unlink()
    catalog.keep("faces", "zip", zipped(write(tmp_path / "named", small_rows, EMOTIONS)))
    assert open_dataset("faces").labels == EMOTIONS


def test_only_zips_of_numbered_folders_have_to_be_confirmed(small_rows, numbered, tmp_path):
    assert folder_classes.fitting(zipped(write(tmp_path / "named", small_rows, EMOTIONS))) == {}
    assert folder_classes.fitting(io.BytesIO(b"emotion,pixels,Usage")) == {}
    assert list(folder_classes.fitting(zipped(numbered("affectnet")))) == ["affectnet"]
    assert list(folder_classes.fitting(zipped(write(tmp_path / "eight", small_rows, ("8", "9"))))) == list(MAPPINGS)


def test_the_command_line_confirms_once_and_says_what_is_left_out(numbered, capsys, tmp_path):
    folder = str(numbered("affectnet"))
    assert main(["data", folder]) == 1
    assert "--folder-classes" in capsys.readouterr().err
    next(Path(folder).glob("train/0/*")).write_bytes(b"no image")
    assert main(["data", folder, "--folder-classes", "affectnet"]) == 0
    shown = capsys.readouterr().out
    assert "1 unreadable image left out." in shown and "This file isn't a readable image." in shown
    assert main(["data", folder, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["dropped"] == {} and len(facts["unreadable"]) == 1
    assert facts["unreadable"][0]["file"].startswith("train/0/")


def test_a_run_opens_its_data_as_confirmed(numbered, tmp_path):
    folder = numbered("raf-db")
    run = RunStore(tmp_path / "models").create(TrainConfig(data=str(folder)), "mine")
    with pytest.raises(FerError, match="named by numbers"):
        data_for(run, run.config.data)
    confirm(folder, "raf-db")
    assert data_for(run, run.config.data).labels == EMOTIONS


def test_evaluate_and_train_confirm_too(numbered, models, monkeypatch, capsys):
    folder = str(numbered("raf-db"))
    options = ["--data", folder, "--folder-classes", "raf-db"]
    assert main(["evaluate", *options, "--model", "mini_xception"]) == 0
    folder_classes.beside(Path(folder)).unlink()

    def train(run, **_) -> bool:
        return len(data_for(run, run.config.data).train) != 35  # as if it was stopped

    monkeypatch.setattr("fer.cli.train.load_worker", lambda: SimpleNamespace(train=train))
    assert main(["train", *options, "--name", "mine"]) == 0
    assert main(["train", "--resume", "mine", "--folder-classes", "raf-db"]) == 1
    assert "no other options" in capsys.readouterr().err


def test_a_mapping_that_does_not_fit_starts_no_training(small_rows, models, tmp_path, capsys):
    folder = write(tmp_path / "faces", small_rows, EMOTIONS)
    before = [run.id for run in models]
    assert main(["train", "--data", str(folder), "--folder-classes", "raf-db"]) == 1
    assert "but raf-db has 1, 2, 3" in capsys.readouterr().err and [run.id for run in models] == before
