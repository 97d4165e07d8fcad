"""A run's network in smaller or other formats, each measured against the float32 `model.tflite`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import keras
import numpy as np

from fer.data.catalog import open_dataset
from fer.data.dataset import Dataset, Split
from fer.errors import FerError
from fer.faces.crop import IMAGE_SIZE
from fer.inference.classifier import BATCH, Classifier
from fer.inference.probabilities import softmax
from fer.runs.card import Export
from fer.runs.data import data_for
from fer.runs.exports import missing_for_onnx
from fer.runs.run import EXPORTS, Run, export_path
from fer.system.files import put
from fer.system.processor import cores
from fer.training.export import keras_file, litert

CALIBRATION_IMAGES = (
    50  # per class; with 15 or 150, the accuracies of vgg_small and mini_xception stay within half a point
)
FAITHFUL = 0.05  # largest difference of a probability in float16 and ONNX; beyond it, the conversion failed

Predict = Callable[[np.ndarray], np.ndarray]  # uint8 (N, 48, 48) -> probabilities float32 (N, C)


@dataclass(frozen=True)
class Judged:
    """The images on which two files are compared, and whether accuracy on them is meaningful."""

    name: str
    split: Split
    is_validation: bool


def convert(run: Run, kind: str) -> Export:
    """Write the network in one of the EXPORTS formats, measure it, and record the result on the run's card.

    Raises:
        FerError: if the format is not available here, int8 has no training images for calibration, or float16 or ONNX
            differs from the original.
    """
    litert.need_tensorflow()
    make, answers_of = {"float16": (_float16, _litert), "int8": (_int8, _litert), "onnx": (_onnx, _onnxruntime)}[kind]
    network, original = keras_file.load(run), Classifier(run, threads=cores())
    dataset, why = _dataset(run)
    if kind == "int8" and dataset is None:
        raise FerError(f"int8 needs training images for calibration, but: {why}")
    fresh = run.path / f".fresh-{EXPORTS[kind]}"
    try:
        make(network, fresh, dataset)
        answers, program = answers_of(run, fresh)
        compared = _compare(original.probabilities, answers, _images(dataset))
        record = Export(bytes=fresh.stat().st_size, **compared, checked_with=program, not_measured=why)
        if kind != "int8" and record.largest_difference > FAITHFUL:
            off = record.largest_difference
            raise FerError(
                f"The {kind} file of {run.id!r} differs from the original by up to {off:.3f}, so it was not kept."
            )
        put(fresh, export_path(run, kind))
    finally:
        fresh.unlink(missing_ok=True)
    run.card = replace(run.card, exports={**run.card.exports, kind: record})
    return record


def _dataset(run: Run) -> tuple[Dataset | None, str]:
    """The run's training data, or the reason why it cannot be used."""
    try:
        dataset = data_for(run, run.config.data)
    except FerError as error:
        return None, str(error)
    if dataset.labels != run.labels:
        return None, f"{dataset.name} has other labels than {run.id}."
    return dataset, ""


def _images(dataset: Dataset | None) -> Judged:
    """Validation images, or synthetic faces without them, which still show whether two files agree."""
    if dataset is None:
        return Judged("synthetic faces", open_dataset("synthetic").val, False)
    return Judged(f"{dataset.name} val", dataset.val, True)


def _compare(original: Predict, converted: Predict, judged: Judged) -> dict:
    before, after = original(judged.split.images), converted(judged.split.images)
    labels, known = judged.split.labels, judged.is_validation
    accuracy, new_accuracy = (float((answers.argmax(axis=1) == labels).mean()) for answers in (before, after))
    return {
        "val_accuracy": new_accuracy if known else None,
        "val_n": len(labels) if known else 0,
        "val_accuracy_change": new_accuracy - accuracy if known else None,
        "same_answers": float((before.argmax(axis=1) == after.argmax(axis=1)).mean()),
        "largest_difference": float(np.abs(before - after).max()),
        "compared_on": judged.name,
    }


def _float16(network: keras.Model, path: Path, dataset: Dataset | None) -> None:
    """Weights in float16; computed in float32, or in float16 on GPUs that support it."""
    import tensorflow as tf

    _quantise(network, path, target_spec={"supported_types": [tf.float16]})


def _int8(network: keras.Model, path: Path, dataset: Dataset) -> None:
    """Weights and activations in int8; input stays uint8, and logits float32."""
    import tensorflow as tf

    images = _calibration_images(dataset.train)
    _quantise(
        network,
        path,
        representative_dataset=lambda: ([image[None, ..., None]] for image in images),
        target_spec={"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]},
    )


def _quantise(network: keras.Model, path: Path, **settings) -> None:
    """Uses Keras's exporter: tf.lite's converter on a bare tf.function silently drops the weights."""
    import tensorflow as tf

    network.export(path, format="litert", verbose=False, optimizations=[tf.lite.Optimize.DEFAULT], **settings)


def _calibration_images(split: Split) -> np.ndarray:
    """uint8 (N, 48, 48): up to CALIBRATION_IMAGES of every class; deterministic."""
    random, chosen = np.random.default_rng(0), []
    for label in range(split.targets.shape[1]):
        rows = np.flatnonzero(split.labels == label)
        chosen.append(random.permutation(rows)[:CALIBRATION_IMAGES])
    return split.images[np.sort(np.concatenate(chosen))]


def _onnx(network: keras.Model, path: Path, dataset: Dataset | None) -> None:
    if missing := missing_for_onnx():
        raise FerError(missing)
    faces = keras.InputSpec(dtype="uint8", shape=(None, IMAGE_SIZE, IMAGE_SIZE, 1), name="faces")
    network.export(path, format="onnx", verbose=False, input_signature=[faces])


def _litert(run: Run, path: Path) -> tuple[Predict, str]:
    classifier = Classifier(run, path=path, threads=cores())
    return classifier.probabilities, f"ai-edge-litert {version('ai-edge-litert')}"


def _onnxruntime(run: Run, path: Path) -> tuple[Predict, str]:
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def answer(images: np.ndarray) -> np.ndarray:
        batches = [images[i : i + BATCH, ..., None] for i in range(0, len(images), BATCH)]
        return softmax(np.concatenate([np.asarray(session.run(None, {"faces": batch})[0]) for batch in batches]))

    return answer, f"onnxruntime {version('onnxruntime')}"
