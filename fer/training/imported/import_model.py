"""Makes a finished run of a network that someone else trained, fitted to what this project's networks take and give."""

import shutil
from hashlib import sha256
from pathlib import Path

import keras
import numpy as np

from fer.data.catalog import open_dataset
from fer.data.dataset import Dataset
from fer.data.formats import synthetic
from fer.data.labels import ALIASES, EMOTIONS
from fer.errors import MAX_TOLD, FerError
from fer.faces.crop import IMAGE_SIZE
from fer.inference.classifier import outputs
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.system.files import write_atomically
from fer.training.card import now
from fer.training.export import cost, litert
from fer.training.export.keras_file import save_keras
from fer.training.imported import adapt, safe_load
from fer.training.scoring import score

LABELS = range(2, 21)
EXPECTED = "uint8 pictures (N, 48, 48, 1) from 0 black to 255 white, any N, and answers float32 logits (N, labels)"
REFUSED = {
    ".h5": "the old format, in which Keras's safe mode does not keep layers from running code",
    ".pt": "a PyTorch file, which is pickled Python code",
    ".pkl": "pickled Python code",
    ".onnx": "a format that this project writes but does not read",
}


def import_model(
    path: Path, labels: str, *, name: str | None = None, scale: str | None = None, data: str | None = None
) -> Run:
    """A new run that answers with the network in a `.keras` or `.tflite` file.

    Args:
        labels: what the network's outputs mean, in their order, with commas between.
        name: of the new run.
        scale: of `wrapping.SCALES`, how a `.keras` network wants its pictures where it does not say so itself.
        data: the data set whose val and test splits judge the run at once; its labels must be the run's.

    Raises:
        FerError: for a file that cannot be trusted or does not fit, and says what was expected.
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
    run.set_status("finished", f"Imported from {path.name}.")
    return run


def _fill(run: Run, content: keras.Model | bytes, card: dict, dataset: Dataset | None) -> None:
    if isinstance(content, bytes):
        write_atomically(run.tflite_path, content)
        run.set_card(card)
    else:
        save_keras(content, run)
        try:
            litert.export(run)
            run.set_card(card)
            run.set_card({**card, "export": litert.check(run, _probes())})
        except FerError:
            raise
        except Exception as error:  # the converter raises whatever another one's network leads it to
            raise FerError(f"The network cannot be made into a .tflite: {str(error)[:MAX_TOLD]}") from error
    run.set_card({**run.card, **cost.of(run)})
    if dataset:
        score(run, dataset)


def _names(text: str) -> tuple[str, ...]:
    """The labels, those of the seven emotions under this project's own names."""
    words = [word.strip() for word in text.split(",")]
    names = tuple(ALIASES.get(word.lower(), word.lower()) for word in words)
    names = tuple(name if name in EMOTIONS else word for name, word in zip(names, words, strict=True))
    if (
        len(names) not in LABELS
        or len(set(names)) < len(names)
        or not all(name.isprintable() and name for name in names)
    ):
        raise FerError(
            f"--labels must be {LABELS[0]} to {LABELS[-1]} different names with commas between, got {text!r}."
        )
    return names


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise FerError(f"{path} is no file.")
    suffix = {".hdf5": ".h5", ".pth": ".pt", ".pickle": ".pkl"}.get(path.suffix, path.suffix)
    if suffix not in (".keras", ".tflite"):
        raise FerError(
            f"{path.name} is {REFUSED.get(suffix, 'no network that can be opened')}. Give a .keras or .tflite file; "
            "of Keras's files that you trust, keras.saving.load_model(FILE, compile=False).save('new.keras') makes one."
        )
    if path.stat().st_size > safe_load.MAX_BYTES:
        raise FerError(
            f"{path.name} has {path.stat().st_size / 2**20:,.0f} MB; at most {safe_load.MAX_BYTES >> 20} MB."
        )


def _from_keras(path: Path, labels: tuple[str, ...], scale: str | None) -> tuple[keras.Model, tuple[str, ...], int]:
    """The network within layers that fit it, and the labels in the order of its answers."""
    network = safe_load.load(path)
    fitted = adapt.wrap(network, len(labels), scale, _probes())
    if set(labels) == set(EMOTIONS) and labels != EMOTIONS:
        fitted, labels = adapt.reorder(fitted, [labels.index(emotion) for emotion in EMOTIONS]), EMOTIONS
    return fitted, labels, network.count_params()


def _from_tflite(path: Path, labels: tuple[str, ...], scale: str | None) -> tuple[bytes, tuple[str, ...], int]:
    """The file as it is: LiteRT alone can put nothing before or behind a network."""
    if scale:
        raise FerError("--scale is for .keras files; around a .tflite nothing can be wrapped.")
    content = path.read_bytes()
    if content[4:8] != b"TFL3":
        raise FerError(f"{path.name} is damaged or no .tflite file.")
    parameters, answers = _run_tflite(content, path.name, _probes())
    if answers.shape[1:] != (len(labels),) or answers.dtype != np.float32 or adapt.are_probabilities(answers):
        what = "probabilities" if answers.shape[1:] == (len(labels),) else f"{answers.dtype} {answers.shape}"
        raise FerError(
            f"{path.name} answers {what} for {len(labels)} labels; a .tflite must be one that takes {EXPECTED}. "
            "Import the .keras file that it was made from."
        )
    return content, labels, parameters


def _run_tflite(content: bytes, name: str, images: np.ndarray) -> tuple[int, np.ndarray]:
    """The numbers in a network's weights, and what it answers."""
    from ai_edge_litert.interpreter import Interpreter

    try:
        interpreter = Interpreter(model_content=content)
        (wanted,) = interpreter.get_input_details()
        if wanted["dtype"] != np.uint8 or wanted["shape"].tolist()[1:] != [IMAGE_SIZE, IMAGE_SIZE, 1]:
            got = f"{np.dtype(wanted['dtype']).name} {tuple(wanted['shape_signature'].tolist())}"
            raise FerError(f"{name} takes {got}; a .tflite must be one that takes {EXPECTED}. Import the .keras file.")
        parameters = sum(_constants(interpreter))
        interpreter.resize_tensor_input(wanted["index"], [len(images), IMAGE_SIZE, IMAGE_SIZE, 1])
        interpreter.allocate_tensors()
        interpreter.set_tensor(wanted["index"], images[..., None])
        interpreter.invoke()
        _check_outputs(interpreter, name)
        return parameters, interpreter.get_tensor(outputs(interpreter)[0])
    except (RuntimeError, ValueError) as error:
        told = str(error)[:MAX_TOLD]
        raise FerError(f"{name} does not run on {len(images)} faces at once in LiteRT: {told}") from error


def _check_outputs(interpreter, name: str) -> None:
    """Refuse more outputs than logits and their class activation maps: others would be taken for those."""
    answers = [interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()]
    if len(answers) == 1:
        return
    answers.sort(key=np.ndim)
    if [answer.ndim for answer in answers] != [2, 4] or not (
        answers[0].shape[1] == answers[1].shape[3] and np.allclose(answers[1].mean(axis=(1, 2)), answers[0], atol=1e-3)
    ):
        shapes = ", ".join(str(answer.shape) for answer in answers)
        raise FerError(
            f"{name} answers {shapes}; beside its logits it may answer their class activation maps (N, height, width, "
            "labels), whose mean over height and width is the logits, and nothing else."
        )


def _constants(interpreter):
    """Sizes of the tensors that a file holds; those that are computed have no data before `allocate_tensors`."""
    for tensor in interpreter.get_tensor_details():
        try:
            yield interpreter.get_tensor(tensor["index"]).size if len(tensor["shape"]) else 0
        except ValueError:
            continue


def _probes() -> np.ndarray:
    """uint8 (21, 48, 48): drawn faces, to see how a network answers."""
    return synthetic.draw(3, seed=0)[0]


def imported_card(path: Path, labels: tuple[str, ...], parameters: int, dataset: Dataset | None) -> dict:
    """The card of a network that someone else trained: the keys of `make_card`, and how it was trained unknown.

    Args:
        path: the file that it was imported from.
        parameters: the network's weights.
        dataset: what it is judged on, if on anything; whether it was trained on that is not known either.
    """
    data = {"name": dataset.name, "format": dataset.format} if dataset else {"name": "unknown", "format": "unknown"}
    fingerprint, counts = dataset.fingerprint if dataset else None, {"train": 0, "val": 0, "test": 0}
    if dataset:
        counts |= {"val": len(dataset.val), "test": len(dataset.test)}
    time = now()
    return {
        "labels": list(labels),
        "architecture": "imported",
        "started_from": None,
        "teachers": [],
        "parameters": parameters,
        "seed": None,
        "epochs": 0,
        "best_epoch": None,
        "training_seconds": 0.0,
        "precision": "unknown",
        "data": {**data, "fingerprint": fingerprint, **counts, "carved": [], "classes": "", "ferplus": False},
        "backend": "unknown",
        "versions": {},
        "machine": {},
        "finished": time,
        "scores": {},
        "exports": {},
        "imported": {"file": path.name, "sha256": sha256(path.read_bytes()).hexdigest(), "time": time},
    }
