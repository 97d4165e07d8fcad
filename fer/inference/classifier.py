"""Answers from a finished run, in LiteRT: a millisecond a face, and no TensorFlow in the process."""

import threading
from pathlib import Path

import numpy as np

from fer.errors import FerError
from fer.faces.crop import IMAGE_SIZE
from fer.inference.probabilities import at_temperature, softmax
from fer.inference.tta import views
from fer.runs.run import Run, card_of, no_weights

BATCH = 64  # faces an invocation; more is not faster on a CPU and needs more memory


class Classifier:
    """A run's network. Safe to call from any thread.

    Args:
        run: a run with an exported model.
        threads: processor cores that one call may use.
        path: another .tflite file of the same network than the run's `model.tflite`.

    Attributes:
        map_size: height and width of the class activation maps in cells, None where the file gives logits alone.
    """

    def __init__(self, run: Run, *, threads: int = 1, path: Path | None = None):
        from ai_edge_litert.interpreter import Interpreter

        if run.is_without_weights:
            raise no_weights(run.id)
        if not card_of(run) or not run.is_usable:  # a damaged card is told by itself
            raise FerError(
                f"Run {run.id!r} cannot answer: it is not exported yet. Finish its training (python -m fer train "
                f"--resume {run.id}), or choose another run."
            )
        self.run, self.labels = run, run.labels
        self._lock = threading.Lock()
        try:
            self._interpreter = Interpreter(str(path or run.tflite_path), num_threads=threads)
        except ValueError as error:
            raise FerError(f"{run.tflite_path} is damaged. Export it again: python -m fer export {run.id}") from error
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._logits, self._maps = outputs(self._interpreter)
        self.map_size = None
        for output in self._interpreter.get_output_details():
            if output["index"] == self._maps:
                self.map_size = tuple(output["shape"][1:3].tolist())
        self._allocate((1, IMAGE_SIZE, IMAGE_SIZE))

    def logits(self, images: np.ndarray) -> np.ndarray:
        """float32 (N, C) for grey faces uint8 (N, 48, 48)."""
        return self._answers(images, self._logits)

    def activation_maps(self, images: np.ndarray) -> np.ndarray:
        """Class activation maps, float32 (N, h, w, C), for grey faces uint8 (N, 48, 48), at the price of an answer.

        They tell what each place adds to each class: their mean over h and w is the logits.

        Raises:
            FerError: where the file has none.
        """
        if self._maps is None:
            raise FerError(
                f"{self.run.id!r} has no class activation maps: its network ends otherwise than in global average "
                f"pooling, or was exported before there were any. Export it again: python -m fer export {self.run.id}"
            )
        return self._answers(images, self._maps)

    def probabilities(self, images: np.ndarray, *, tta: bool = False, calibrated: bool = False) -> np.ndarray:
        """float32 (N, C), each row sums to 1, for grey faces uint8 (N, 48, 48).

        Args:
            tta: answer with the mean over six views of each face (test-time augmentation), at six times the price.
            calibrated: divide the logits by the run's temperature, as `Report.at_temperature` does: those of the mean,
                with `tta`. Where the run has no temperature, its answers stay as they are.
        """
        seen = views(images) if tta else [images]
        answers = np.mean([softmax(self.logits(view)) for view in seen], axis=0).astype(np.float32)
        temperature = self.run.card.temperature_of(tta=tta) if calibrated else None
        return at_temperature(answers, temperature).astype(np.float32) if temperature else answers

    def _answers(self, images: np.ndarray, output: int) -> np.ndarray:
        if images.dtype != np.uint8 or images.ndim != 3:
            raise FerError(f"faces must be uint8 (N, 48, 48), got {images.dtype} {images.shape}.")
        if not len(images):
            return self._invoke(np.zeros((1, IMAGE_SIZE, IMAGE_SIZE), np.uint8), output)[:0]
        return np.concatenate([self._invoke(images[i : i + BATCH], output) for i in range(0, len(images), BATCH)])

    def _invoke(self, images: np.ndarray, output: int) -> np.ndarray:
        with self._lock:
            if images.shape != self._shape:
                self._allocate(images.shape)
            self._interpreter.set_tensor(self._input, np.ascontiguousarray(images)[..., None])
            self._interpreter.invoke()
            return self._interpreter.get_tensor(output)

    def _allocate(self, shape: tuple[int, int, int]) -> None:
        self._shape = shape
        self._interpreter.resize_tensor_input(self._input, [*shape, 1])
        self._interpreter.allocate_tensors()


def outputs(interpreter) -> tuple[int, int | None]:
    """Tensors of a file's logits and of its class activation maps, None where it has only logits.

    LiteRT lists a file's outputs in no order that can be relied on, so the logits are known by their two dimensions.

    Args:
        interpreter: LiteRT's, of a file that this project exported or took in.
    """
    found = {len(output["shape"]): output["index"] for output in interpreter.get_output_details()}
    return (found[2], found.get(4)) if len(found) > 1 else (*found.values(), None)
