"""Checks an untrusted `.tflite` file: what the network takes and returns. Needs LiteRT only, no Keras."""

from pathlib import Path

import numpy as np

from fer.data.formats import synthetic
from fer.errors import FerError, shortened
from fer.faces.crop import IMAGE_SIZE
from fer.inference.classifier import outputs

EXPECTED = (
    "uint8 images (N, 48, 48, 1) from 0 (black) to 255 (white), for any N, and returns float32 logits (N, labels)"
)


def read(path: Path, labels: tuple[str, ...]) -> tuple[bytes, int]:
    """The file's content, and its network's number of weights.

    Raises:
        FerError: if the network does not run, or does not take and return what this project's networks do.
    """
    content = path.read_bytes()
    if content[4:8] != b"TFL3":
        raise FerError(f"{path.name} is damaged or not a .tflite file. Export it again.")
    parameters, answers = _run(content, path.name, probes())
    if answers.ndim == 2 and answers.shape[1] != len(labels):
        raise FerError(
            f"{path.name} has {answers.shape[1]} outputs, but {len(labels)} labels were given. Give one label for "
            "each output, in their order."
        )
    if answers.shape[1:] != (len(labels),) or answers.dtype != np.float32 or are_probabilities(answers):
        what = "probabilities" if answers.shape[1:] == (len(labels),) else f"{answers.dtype} {answers.shape}"
        raise FerError(
            f"{path.name} returns {what} for {len(labels)} labels. A .tflite must be one that takes {EXPECTED}. "
            "Import the original .keras file instead."
        )
    return content, parameters


def probes() -> np.ndarray:
    """uint8 (21, 48, 48): synthetic faces, to probe a network's output."""
    return synthetic.draw(3, seed=0)[0]


def are_probabilities(answers: np.ndarray) -> bool:
    """Whether outputs are from a softmax (True) or logits (False). Raises FerError if neither."""
    if not np.isfinite(answers).all():
        raise FerError("The network returns NaN or infinity. Check its weights and --scale.")
    if answers.min() < 0 or answers.max() > 1:
        return False
    if np.allclose(answers.sum(axis=1), 1, atol=1e-3):
        return True
    raise FerError(
        "The network returns values between 0 and 1 that do not sum to 1, like a sigmoid's. Its last layer must be a "
        "softmax or have no activation."
    )


def _run(content: bytes, name: str, images: np.ndarray) -> tuple[int, np.ndarray]:
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
