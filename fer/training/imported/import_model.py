"""Imports an external network as a finished run, adapted to this project's input and output."""

import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import keras
import numpy as np

from fer.data.catalog import open_dataset
from fer.data.dataset import Dataset
from fer.data.formats import synthetic
from fer.data.labels import ALIASES, EMOTIONS
from fer.errors import FerError, shortened
from fer.faces.crop import IMAGE_SIZE
from fer.inference.classifier import outputs
from fer.runs.card import Card, Imported, TrainingData
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.state import Status
from fer.runs.store import RunStore
from fer.system.files import write_atomically
from fer.system.text import now
from fer.training.export import cost, litert
from fer.training.export.keras_file import save_keras
from fer.training.imported import adapt, safe_load
from fer.training.make_card import data_of
from fer.training.scoring import score

LABELS = range(2, 21)
EXPECTED = (
    "uint8 images (N, 48, 48, 1) from 0 (black) to 255 (white), for any N, and returns float32 logits (N, labels)"
)
REFUSED = {
    ".h5": "a legacy format, in which Keras's safe mode cannot stop layers from running code",
    ".pt": "a PyTorch file, which is pickled Python code",
    ".pkl": "pickled Python code",
    ".onnx": "a format that can be exported but not imported",
}


def import_model(
    path: Path, labels: str, *, name: str | None = None, scale: str | None = None, data: str | None = None
) -> Run:
    """A new run from the network in a `.keras` or `.tflite` file.

    Args:
        labels: the classes of the network's outputs, in order, separated by commas.
        name: of the new run.
        scale: one of `adapt.SCALES`, the input range of a `.keras` network without its own scaling.
        data: the data set to evaluate the run on (val and test splits); must have the same labels.

    Raises:
        FerError: for a file that is unsafe or does not fit, with what is expected.
    """
    names = _names(labels)
    _check_file(path)
    dataset = open_dataset(data) if data else None
    if dataset and set(dataset.labels) != set(names):
        raise FerError(f"{dataset.name} has the labels {', '.join(dataset.labels)}, not {', '.join(names)}.")
    make = _from_keras if path.suffix == ".keras" else _from_tflite
    content, names, parameters = make(path, names, scale)
    run = RunStore().create(TrainConfig(data=data or "", architecture="imported"), name)
    try:
        _fill(run, content, imported_card(path, names, parameters, dataset), dataset)
    except BaseException:
        shutil.rmtree(run.path)
        raise
    run.status = Status("finished", f"Imported from {path.name}.")
    return run


def _fill(run: Run, content: keras.Model | bytes, card: Card, dataset: Dataset | None) -> None:
    if isinstance(content, bytes):
        write_atomically(run.tflite_path, content)
        run.card = card
    else:
        save_keras(content, run)
        try:
            litert.export(run)
            run.card = card
            run.card = replace(card, export=litert.check(run, _probes()))
        except FerError:
            raise
        except Exception as error:  # the converter raises all kinds of errors
            raise FerError(f"The network cannot be converted to .tflite: {shortened(error)}") from error
    run.card = cost.measured(run)
    if dataset:
        score(run, dataset)


def _names(text: str) -> tuple[str, ...]:
    """The labels, with the seven emotions under this project's names."""
    words = [word.strip() for word in text.split(",")]
    names = tuple(ALIASES.get(word.lower(), word.lower()) for word in words)
    names = tuple(name if name in EMOTIONS else word for name, word in zip(names, words, strict=True))
    if (
        len(names) not in LABELS
        or len(set(names)) < len(names)
        or not all(name.isprintable() and name for name in names)
    ):
        raise FerError(
            f"--labels must be {LABELS[0]} to {LABELS[-1]} different names, separated by commas, got {text!r}."
        )
    return names


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise FerError(f"{path} is not a file. Check the path.")
    suffix = {".hdf5": ".h5", ".pth": ".pt", ".pickle": ".pkl"}.get(path.suffix, path.suffix)
    if suffix not in (".keras", ".tflite"):
        raise FerError(
            f"{path.name} is {REFUSED.get(suffix, 'not a supported network file')}. Use a .keras or .tflite file; "
            "convert Keras files you trust with keras.saving.load_model(FILE, compile=False).save('new.keras')."
        )
    if path.stat().st_size > safe_load.MAX_BYTES:
        raise FerError(
            f"{path.name} has {path.stat().st_size / 2**20:,.0f} MB; the limit is {safe_load.MAX_BYTES >> 20} MB."
        )


def _from_keras(path: Path, labels: tuple[str, ...], scale: str | None) -> tuple[keras.Model, tuple[str, ...], int]:
    """The adapted network, the labels in the order of its outputs, and its number of weights."""
    network = safe_load.load(path)
    fitted = adapt.wrap(network, len(labels), scale, _probes())
    if set(labels) == set(EMOTIONS) and labels != EMOTIONS:
        fitted, labels = adapt.reorder(fitted, [labels.index(emotion) for emotion in EMOTIONS]), EMOTIONS
    return fitted, labels, network.count_params()


def _from_tflite(path: Path, labels: tuple[str, ...], scale: str | None) -> tuple[bytes, tuple[str, ...], int]:
    """The unchanged file, since nothing can be added to a .tflite."""
    if scale:
        raise FerError("--scale only works with .keras files. Leave it out, or import the .keras file.")
    content = path.read_bytes()
    if content[4:8] != b"TFL3":
        raise FerError(f"{path.name} is damaged or not a .tflite file. Export it again.")
    parameters, answers = _run_tflite(content, path.name, _probes())
    if answers.shape[1:] != (len(labels),) or answers.dtype != np.float32 or adapt.are_probabilities(answers):
        what = "probabilities" if answers.shape[1:] == (len(labels),) else f"{answers.dtype} {answers.shape}"
        raise FerError(
            f"{path.name} returns {what} for {len(labels)} labels. A .tflite must be one that takes {EXPECTED}. "
            "Import the original .keras file instead."
        )
    return content, labels, parameters


def _run_tflite(content: bytes, name: str, images: np.ndarray) -> tuple[int, np.ndarray]:
    """The network's number of weights, and its output."""
    from ai_edge_litert.interpreter import Interpreter

    try:
        interpreter = Interpreter(model_content=content)
        (details,) = interpreter.get_input_details()
        if details["dtype"] != np.uint8 or details["shape"].tolist()[1:] != [IMAGE_SIZE, IMAGE_SIZE, 1]:
            got = f"{np.dtype(details['dtype']).name} {tuple(details['shape_signature'].tolist())}"
            raise FerError(f"{name} takes {got}. A .tflite must be one that takes {EXPECTED}. Import the .keras file.")
        parameters = sum(_constants(interpreter))
        interpreter.resize_tensor_input(details["index"], [len(images), IMAGE_SIZE, IMAGE_SIZE, 1])
        interpreter.allocate_tensors()
        interpreter.set_tensor(details["index"], images[..., None])
        interpreter.invoke()
        _check_outputs(interpreter, name)
        return parameters, interpreter.get_tensor(outputs(interpreter)[0])
    except (RuntimeError, ValueError) as error:
        raise FerError(
            f"{name} does not run on a batch of {len(images)} faces in LiteRT: {shortened(error)}"
        ) from error


def _check_outputs(interpreter, name: str) -> None:
    """Refuse outputs other than logits and their class activation maps, which could be mistaken for those."""
    answers = [interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()]
    if len(answers) == 1:
        return
    answers.sort(key=np.ndim)
    if [answer.ndim for answer in answers] != [2, 4] or not (
        answers[0].shape[1] == answers[1].shape[3] and np.allclose(answers[1].mean(axis=(1, 2)), answers[0], atol=1e-3)
    ):
        shapes = ", ".join(str(answer.shape) for answer in answers)
        raise FerError(
            f"{name} returns {shapes}. Besides its logits it may only return their class activation maps (N, height, "
            "width, labels), whose mean over height and width is the logits."
        )


def _constants(interpreter):
    """Sizes of the constant tensors in a file; computed ones have no data before `allocate_tensors`."""
    for tensor in interpreter.get_tensor_details():
        try:
            yield interpreter.get_tensor(tensor["index"]).size if len(tensor["shape"]) else 0
        except ValueError:
            continue


def _probes() -> np.ndarray:
    """uint8 (21, 48, 48): synthetic faces, to probe a network's output."""
    return synthetic.draw(3, seed=0)[0]


def imported_card(path: Path, labels: tuple[str, ...], parameters: int, dataset: Dataset | None) -> Card:
    """The card of an external network, whose training is unknown.

    Args:
        path: the imported file.
        parameters: the network's number of weights.
        dataset: what it is evaluated on, if any; it may have been trained on that too.
    """
    data = TrainingData("unknown", "unknown", None, 0, 0, 0)
    if dataset:
        data = replace(data_of(dataset), train=0, carved=())
    time = now()
    file = Imported(path.name, sha256(path.read_bytes()).hexdigest(), time)
    return Card(labels, "imported", parameters, data, finished=time, imported=file)
