"""Classes of one's own, fewer classes, and merged ones: read, trained, judged, exported and shown like the seven."""

import io
import json
import shutil
from dataclasses import replace
from html import escape
from pathlib import Path

import numpy as np
import pytest
from helpers.made_folders import OWN, write
from PIL import Image

from fer.charts import comparison, reports
from fer.cli.main import main
from fer.data import catalog
from fer.data.catalog import open_dataset
from fer.data.class_groups import parse
from fer.data.labelled_photos import find_faces
from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.evaluation import stored
from fer.evaluation.comparison import Comparison
from fer.evaluation.evaluate import evaluate, evaluate_faces
from fer.evaluation.images import pictures_of, sides
from fer.faces.photos import Photo
from fer.inference.reader import EmotionReader
from fer.runs.data import data_for
from fer.runs.run import Run
from fer.training import averaging, networks, worker
from fer.training.export import keras_file, variants
from fer.training.loop import Training

MERGED = "happy, not happy=angry+disgust+fear+sad+surprise+neutral"
SUBSET = "sad, happy, neutral"


@pytest.fixture(scope="module")
def own_folders(small_rows, tmp_path_factory) -> Path:
    return write(tmp_path_factory.mktemp("own") / "faces", small_rows, OWN)


@pytest.fixture(scope="module")
def runs(create, own_folders) -> dict[str, Run]:
    """One run of each kind, trained to its end."""
    made = {
        "own": create(data=str(own_folders)),
        "merged": create(classes=MERGED, class_weights=True, mixup=0.2),
        "subset": create(classes=SUBSET),
    }
    assert all(worker.train(run) for run in made.values())
    return made


@pytest.fixture(params=["own", "merged", "subset"])
def run(runs, request, only_runs_in) -> Run:
    """Each of them, in the folder that the command line looks into."""
    only_runs_in(runs[request.param].path.parent)
    return runs[request.param]


@pytest.fixture
def png(small_rows) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(small_rows.images[3]).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_run_answers_in_its_own_classes_and_reports_them(run, runs):
    labels = {
        "own": tuple(sorted(OWN, key=str.casefold)),
        "merged": ("happy", "not happy"),
        "subset": ("sad", "happy", "neutral"),
    }
    wanted = labels[next(name for name, other in runs.items() if other.id == run.id)]
    assert run.labels == wanted and run.status.state == "finished" and run.is_usable
    assert run.card.data.classes == run.config.classes
    (answer,) = EmotionReader(run, detector="whole").read(np.zeros((60, 50, 3), np.uint8))
    assert answer.labels == wanted and answer.probabilities.shape == (len(wanted),)
    assert run.card.export.largest_difference <= 1e-3
    assert run.card.temperature is not None and run.card.temperature_tta is not None


def test_its_reports_are_about_the_sources_rows(run):
    name = Path(run.config.data).stem
    source, _, _ = catalog.open_rows(run.config.data)
    dataset = data_for(run, run.config.data)
    for split in ("val", "test"):
        report = stored.report(run, name, split)
        assert report.labels == run.labels and report.fingerprint == dataset.fingerprint
        assert (pictures_of(report, run).images[report.rows] == dataset.split(split).images).all()
        old = [source.names[label] for label in source.labels[report.rows]]
        new = [report.labels[target] for target in report.targets]
        assert all(b in (a, "not happy") for a, b in zip(old, new, strict=True))
    again = evaluate(run, dataset, "test")
    assert (again.probabilities == stored.report(run, name, "test").probabilities).all()


def test_the_command_line_treats_it_like_any_other(run, capsys, tmp_path, png):
    photo = tmp_path / "face.png"
    photo.write_bytes(png)
    assert main(["predict", str(photo), "--model", run.id, "--detector", "whole", "--json"]) == 0
    assert tuple(json.loads(capsys.readouterr().out)["faces"][0]["probabilities"]) == run.labels
    assert main(["predict", str(photo), "--model", run.id, "--detector", "whole"]) == 0
    assert run.labels[0] in capsys.readouterr().out
    assert main(["evaluate", "--data", run.config.data, "--model", run.id, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    report = stored.report(run, Path(run.config.data).stem, "test")
    assert tuple(facts["labels"]) == run.labels and facts["confusion"] == report.confusion.tolist()
    assert main(["evaluate", "--data", run.config.data, "--model", run.id]) == 0
    printed = capsys.readouterr().out
    assert all(label in printed for label in run.labels)
    assert main(["export", run.id]) == 0 and main(["models"]) == 0
    assert main(["report", "--model", run.id, "--out", str(tmp_path / "report.html")]) == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert all(escape(label) in page for label in run.labels)


def test_data_prints_classes_of_ones_own_and_grouped_ones(own_folders, small_npz, capsys):
    assert main(["data", str(own_folders), "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["splits"]["train"]) == set(OWN)
    assert main(["data", str(small_npz), "--classes", MERGED]) == 0
    printed = capsys.readouterr().out
    assert "split  happy  not happy  all" in printed and "train      5         30   35" in printed
    assert main(["data", str(small_npz), "--classes", "happy, hapy"]) == 1
    assert "Did you mean 'happy'?" in capsys.readouterr().err


def test_a_terminal_that_lacks_a_names_letters_stops_nothing(own_folders, monkeypatch):
    printed = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(printed, encoding="cp1252", write_through=True))
    assert main(["data", str(own_folders)]) == 0
    assert "Ärger <b>\\u9b3c" in printed.getvalue().decode("cp1252")


def test_a_run_and_data_of_other_classes_are_refused(runs, own_folders, small_npz):
    own, merged = runs["own"], runs["merged"]
    with pytest.raises(FerError, match=r"predicts a=b .*, but small has angry, disgust"):
        evaluate(own, data_for(own, small_npz), "test")
    with pytest.raises(FerError, match=r"'happy, not happy=.*' don't fit this data set: Unknown label 'happy'"):
        data_for(merged, own_folders)
    with pytest.raises(FerError, match=r"FER\+ votes are for the seven emotions"):
        open_dataset(own_folders, ferplus=1.0)


def test_a_merged_run_is_evaluated_on_data_that_has_its_classes_already(runs, small_rows, tmp_path):
    rows = small_rows.grouped(parse(MERGED, EMOTIONS))
    dataset = data_for(runs["merged"], write(tmp_path / "two", rows, ("Happy", "Not happy")))
    assert dataset.labels == ("Happy", "Not happy")


def test_a_merged_run_is_exported_on_its_own_classes(runs, tmp_path):
    run = Run(shutil.copytree(runs["merged"].path, tmp_path / "merged"))
    record = variants.convert(run, "int8")
    assert record.not_measured == "" and record.val_n == 7


def test_only_runs_of_the_same_classes_are_averaged(runs, create):
    other = create(data=runs["own"].config.data, epochs=1)
    assert worker.train(other)
    mean = averaging.average([runs["own"], other], "mean")
    assert mean.labels == runs["own"].labels
    with pytest.raises(FerError, match=r"predicts a=b .*, but run-2 predicts sad, happy, neutral\."):
        averaging.average([runs["own"], runs["subset"]])


def test_a_training_may_start_from_a_run_of_other_classes_with_a_last_layer_of_its_own(runs, create):
    run = create(classes=MERGED, start_from=runs["own"].id)
    training = Training(run, open_dataset(run.config.data, classes=MERGED))
    taken, fresh = (keras_file.load(runs["own"]), networks.build(run.config, 2))
    *body, head = zip(training.plain.layers, taken.layers, fresh.layers, strict=True)
    for mine, its, _ in body:
        assert all(np.array_equal(a, b) for a, b in zip(mine.get_weights(), its.get_weights(), strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(head[0].get_weights(), head[2].get_weights(), strict=True))


# a user's photos


def test_photos_are_labelled_by_folders_named_after_the_runs_classes(runs, png):
    names = ["ärger <B>鬼/1.png", "A=B + C, D/2.png", "x/no smile/3.png", "happy/4.png"]
    faces = find_faces([Photo(name, lambda: png) for name in names], classes=runs["own"].labels, detector="whole")
    assert [faces.classes[label] for label in faces.labels] == [OWN[1], OWN[0], OWN[2]]
    assert (
        faces.failures[0].reason == f"Its folder 'happy' is not a class. Move it to one of {', '.join(faces.classes)}."
    )
    report = evaluate_faces(runs["own"], faces, "mine")
    assert report.labels == runs["own"].labels and report.fingerprint == faces.fingerprint
    with pytest.raises(FerError, match="predicts happy, not happy, but mine has"):
        evaluate_faces(runs["merged"], faces, "mine")


def test_aliases_of_emotions_count_in_a_subset_of_them(runs, png):
    given = [Photo(f"{name}/1.png", lambda: png) for name in ("joy", "Calm", "sadness", "angry")]
    faces = find_faces(given, classes=runs["subset"].labels, detector="whole")
    assert faces.labels.tolist() == [1, 2, 0] and [failure.name for failure in faces.failures] == ["angry/1.png"]
    seven = find_faces(given[:3], detector="whole")
    assert seven.fingerprint != replace(faces, labels=seven.labels).fingerprint


# FER+'s votes on merged classes


def test_votes_are_reported_for_the_runs_classes(runs, small_rows, write_csv, tmp_path, create):
    source = write_csv(small_rows)
    usage = [("Training", "PublicTest", "PrivateTest")[code] for code in small_rows.usage]
    header = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
    lines = [header, *(f"{name},{row}.png,1,3,0,2,2,0,0,1,1,0" for row, name in enumerate(usage))]
    (tmp_path / "fer2013new.csv").write_text("\n".join(lines))
    run = create(data=str(source), classes=MERGED, ferplus=1.0, ferplus_as="votes")
    assert worker.train(run)
    report = stored.report(run, "fer2013", "test")
    found = pictures_of(report, run)
    assert found.votes_in_words(0) == "5 not happy, 3 happy, 1 contempt, 1 unknown"
    wrong = int((~report.right).sum())
    counted = sides(report, found.votes)
    assert sum(counted.values()) == wrong and counted["neither"] == 0
    targets = data_for(run, str(source), voted=True).train.targets
    np.testing.assert_allclose(targets, np.tile([3 / 8, 5 / 8], (len(targets), 1)))
    subset = replace(run.config, classes="happy, sad")
    assert "2 angry" in pictures_of(_report(run, subset), _with(run, subset, tmp_path)).votes_in_words(0)


def _with(run: Run, config, folder: Path) -> Run:
    """A run of that recipe beside."""
    other = Run(folder / "other")
    other.path.mkdir()
    (other.path / "config.json").write_text(config.to_json())
    return other


def _report(run: Run, config):
    dataset = open_dataset(config.data, classes=config.classes)
    report = stored.report(run, "fer2013", "test")
    return replace(
        report.part(np.arange(2)), labels=dataset.labels, rows=dataset.test.rows[:2], fingerprint=dataset.fingerprint
    )


# figures


def test_markup_in_a_class_name_is_shown_as_it_is(runs):
    run = runs["own"]
    report = stored.report(run, "faces", "test")
    figures = [
        reports.confusion_matrix(report),
        reports.precision_recall_curves([report]),
        reports.roc_curves([report], OWN[1]),
        comparison.differences(Comparison(report, stored.report(run, "faces", "test", tta=True)), "recall"),
    ]
    for figure in figures:
        for trace in figure.data:
            trace.customdata = None  # what a click tells, not shown
        assert "&lt;b&gt;" in str(figure.to_json()).replace("\\u0026lt;", "&lt;") and "<b>" not in str(figure.to_json())
