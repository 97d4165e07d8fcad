"""A run's smaller and other files, run and compared with the original."""

import shutil
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from fer.data.catalog import open_dataset
from fer.data.dataset import Split
from fer.errors import FerError
from fer.inference.classifier import Classifier
from fer.runs.card import Export
from fer.runs.run import EXPORTS, Run, export_path, files_of
from fer.runs.store import RunStore
from fer.training.export import variants

KINDS = [
    "float16",
    "int8",
    pytest.param("onnx", marks=pytest.mark.skipif(not find_spec("onnxruntime"), reason="needs onnxruntime")),
]


@pytest.fixture(scope="module")
def run(trained_run, tmp_path_factory) -> Run:
    return Run(shutil.copytree(trained_run.path, tmp_path_factory.mktemp("models") / "trained"))


@pytest.fixture(scope="module")
def converted(run) -> dict[str, Export]:
    return {kind: variants.convert(run, kind) for kind in EXPORTS if kind != "onnx" or find_spec("onnxruntime")}


def answers(run: Run, kind: str, images: np.ndarray) -> np.ndarray:
    open_file = variants._onnxruntime if kind == "onnx" else variants._litert
    return open_file(run, export_path(run, kind))[0](images)


@pytest.mark.parametrize("kind", KINDS)
def test_the_card_reports_what_comes_out_when_the_file_is_run(run, converted, kind):
    val, record = open_dataset(run.config.data).val, run.card.exports[kind]
    wanted, got = Classifier(run).probabilities(val.images), answers(run, kind, val.images)
    accuracies = [(each.argmax(axis=1) == val.labels).mean() for each in (wanted, got)]
    assert record == converted[kind] and record.bytes == export_path(run, kind).stat().st_size
    assert (record.val_accuracy, record.val_n) == (accuracies[1], 7)
    assert record.val_accuracy_change == accuracies[1] - accuracies[0]
    assert record.same_answers == (wanted.argmax(axis=1) == got.argmax(axis=1)).mean()
    assert record.largest_difference == pytest.approx(abs(wanted - got).max(), abs=1e-6)
    assert record.compared_on == "small val" and record.not_measured == ""


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_takes_any_number_of_faces(run, converted, kind):
    images = open_dataset(run.config.data).test.images
    singles = np.concatenate([answers(run, kind, images[i : i + 1]) for i in range(5)])
    np.testing.assert_allclose(answers(run, kind, images[:5]), singles, atol=1e-5)


@pytest.mark.parametrize(("kind", "largest"), [("float16", 0.01), ("int8", 0.1), ("onnx", 1e-4)])
def test_a_conversion_answers_nearly_as_the_original(converted, kind, largest):
    if kind in converted:
        assert converted[kind].largest_difference < largest


def test_float16_is_about_half_the_size_and_int8_smaller_still(run, converted):
    whole = run.tflite_path.stat().st_size
    assert converted["float16"].bytes < 0.6 * whole and converted["int8"].bytes < 0.5 * whole


def test_int8_computes_in_integers_between_its_ends(run, converted):
    with Classifier(run, path=export_path(run, "int8"))._interpreters.lend() as interpreter:
        interpreter.allocate_tensors()
        types = [np.dtype(tensor["dtype"]).name for tensor in interpreter.get_tensor_details()]
    assert types.count("float32") == 2 and types.count("int8") > 20, "float32: the picture's cast and the logits"


def test_a_page_learns_of_every_file_that_is_there_and_listed(run, converted):
    assert files_of(run).keys() == {"keras", "float32", *converted}
    copy = Run(shutil.copytree(run.path, run.path.parent / "copy"))
    export_path(copy, "float16").unlink()
    copy.card = replace(copy.card, exports={"float16": copy.card.exports["float16"]})
    assert files_of(copy).keys() == {"keras", "float32"}, "int8 is there, but nobody knows how good it is"
    assert all(path.is_file() for path in files_of(run).values())


def test_calibration_takes_the_same_images_of_every_class_each_time():
    labels = np.repeat(np.arange(3), [500, 60, 7])
    images = np.random.default_rng(0).integers(0, 256, (567, 48, 48), np.uint8)
    images[:, 0, 0] = labels
    rows = np.arange(567)
    split = Split(images, np.eye(3, dtype=np.float32)[labels], rows, rows, rows < 0)
    chosen = variants._calibration_images(split)
    assert np.bincount(chosen[:, 0, 0]).tolist() == [50, 50, 7]
    assert (chosen == variants._calibration_images(split)).all()


def without_data(run: Run, tmp_path) -> Run:
    run = Run(shutil.copytree(run.path, tmp_path / "models" / "lonely"))
    config = (run.path / "config.json").read_text().replace(run.config.data, str(tmp_path / "gone.npz"))
    (run.path / "config.json").write_text(config)
    run.card = replace(run.card, exports={})
    return run


def test_without_the_data_float16_is_made_and_says_that_it_was_not_measured(run, converted, tmp_path, monkeypatch):
    made = export_path(run, "float16").read_bytes()  # of the same network
    monkeypatch.setattr(variants, "_float16", lambda network, path, dataset: path.write_bytes(made))
    record = variants.convert(without_data(run, tmp_path), "float16")
    assert (record.val_accuracy, record.val_n, record.val_accuracy_change) == (None, 0, None)
    assert "Unknown data set" in record.not_measured and record.compared_on == "synthetic faces"
    assert record.same_answers > 0.9


def test_without_the_data_int8_is_refused_and_leaves_nothing(run, tmp_path):
    run = without_data(run, tmp_path)
    export_path(run, "int8").unlink(missing_ok=True)
    with pytest.raises(FerError, match="int8 needs training images for calibration, but: Unknown data set"):
        variants.convert(run, "int8")
    assert not export_path(run, "int8").exists() and not run.card.exports


def test_a_conversion_that_went_wrong_is_refused_and_leaves_the_old_file(run, converted, monkeypatch):
    before, names = export_path(run, "float16").read_bytes(), sorted(path.name for path in run.path.iterdir())
    monkeypatch.setattr(variants, "_float16", lambda network, path, dataset: path.write_bytes(b"gone wrong"))
    monkeypatch.setattr(variants, "_litert", lambda run, path: (lambda images: np.eye(7)[[0] * len(images)], ""))
    with pytest.raises(FerError, match=r"float16 file of 'trained' differs from the original by up to"):
        variants.convert(run, "float16")
    assert export_path(run, "float16").read_bytes() == before
    assert sorted(path.name for path in run.path.iterdir()) == names


def test_onnx_names_the_packages_that_are_missing(run, monkeypatch):
    monkeypatch.setattr("fer.runs.exports.find_spec", lambda name: None)
    with pytest.raises(FerError, match="pip install onnx tf2onnx onnxruntime"):
        variants.convert(run, "onnx")


def test_the_card_of_an_average_does_not_list_its_members_files(run, converted, tmp_path):
    from fer.training import averaging

    for name in ("a", "b"):
        shutil.copytree(run.path, tmp_path / name)
    store = RunStore(tmp_path)
    assert not averaging.average([store["a"], store["b"]], "mean").card.exports
