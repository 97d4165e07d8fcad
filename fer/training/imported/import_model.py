"""Imports an external network as a finished run, adapted to this project's input and output."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import keras

from fer.data.catalog import open_dataset
from fer.data.dataset import Dataset
from fer.data.labels import EMOTIONS, output_names
from fer.errors import FerError, shortened
from fer.runs.card import Card, Imported, TrainingData
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.state import Status
from fer.runs.store import RunStore
from fer.system.files import write_atomically
from fer.system.text import now
from fer.training.export import cost, litert
from fer.training.export.keras_file import save_keras
from fer.training.imported import adapt, litert_file, safe_load
from fer.training.make_card import data_of
from fer.training.scoring import score

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
    names = output_names(labels)
    _check_file(path)
    dataset = open_dataset(data) if data else None
    if dataset and set(dataset.labels) != set(names):
        raise FerError(f"{dataset.name} has the labels {', '.join(dataset.labels)}, not {', '.join(names)}.")
    make = _from_keras if path.suffix == ".keras" else _from_tflite
    content, names, parameters = make(path, names, scale)
    store = RunStore()
    with store.filling(TrainConfig(data=data or "", architecture="imported"), name) as run:
        _fill(run, content, imported_card(path, names, parameters, dataset), dataset)
        run.status = Status("finished", f"Imported from {path.name}.")
    return Run(store.root / run.id)


def _fill(run: Run, content: keras.Model | bytes, card: Card, dataset: Dataset | None) -> None:
    if isinstance(content, bytes):
        write_atomically(run.tflite_path, content)
        run.card = card
    else:
        save_keras(content, run)
        try:
            litert.export(run)
            run.card = card
            run.card = replace(card, export=litert.check(run, litert_file.probes()))
        except FerError:
            raise
        except Exception as error:  # the converter raises all kinds of errors
            raise FerError(f"The network cannot be converted to .tflite: {shortened(error)}") from error
    run.card = cost.measured(run)
    if dataset:
        score(run, dataset)


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
    fitted = adapt.wrap(network, len(labels), scale, litert_file.probes())
    if set(labels) == set(EMOTIONS) and labels != EMOTIONS:
        fitted, labels = adapt.reorder(fitted, [labels.index(emotion) for emotion in EMOTIONS]), EMOTIONS
    return fitted, labels, network.count_params()


def _from_tflite(path: Path, labels: tuple[str, ...], scale: str | None) -> tuple[bytes, tuple[str, ...], int]:
    """The unchanged file, since nothing can be added to a .tflite."""
    if scale:
        raise FerError("--scale only works with .keras files. Leave it out, or import the .keras file.")
    content, parameters = litert_file.read(path, labels)
    return content, labels, parameters


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
