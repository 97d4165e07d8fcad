"""Classify faces with a finished run through LiteRT: about a millisecond per face, without TensorFlow."""

from pathlib import Path

import numpy as np

from fer.errors import FerError
from fer.faces.crop import IMAGE_SIZE
from fer.inference.probabilities import at_temperature, balanced, softmax
from fer.inference.tta import views
from fer.runs.members import no_weights, require_networks
from fer.runs.run import Run, card_of
from fer.system.files import read_bytes
from fer.system.pool import CORES, Pool

BATCH = 64  # faces per call, for those who have many
AT_ONCE = 16  # faces per invocation; more are no faster on a CPU, and flagship's interpreter keeps 1.3 MB for each
MOST_WEIGHTS = 128 * 2**20  # bytes in all interpreters of a network, each of which makes its own copy


class Classifier:
    """A run's network; see `open_run` in ensemble.py, which also opens ensembles. Thread-safe: as many threads as there
    are cores predict at the same time, each with an interpreter of its own. The file is read once, so that they all
    stay the same network when it is exported again or deleted.

    Args:
        run: a run with an exported model.
        threads: processor cores used per call.
        path: another .tflite file of the same network, instead of the run's `model.tflite`.

    Attributes:
        map_size: height and width of the class activation maps in cells, None if the file only outputs logits.
    """

    def __init__(self, run: Run, *, threads: int = 1, path: Path | None = None):
        from ai_edge_litert.interpreter import Interpreter

        require_networks([run])
        if run.is_without_weights:
            raise no_weights(run)
        if not card_of(run) or not run.is_usable:  # card_of reports a damaged card
            finish = "Export it: python -m fer export" if card_of(run) else "Finish it: python -m fer train --resume"
            raise FerError(f"Run {run.id!r} is not exported yet. {finish} {run.id}, or choose another run.")
        self.run, self.labels = run, run.labels
        content = read_bytes(path or run.tflite_path) or b""
        most = max(1, min(CORES // threads, MOST_WEIGHTS // (len(content) or 1)))
        self._interpreters = Pool(lambda: Interpreter(model_content=content, num_threads=threads), most)
        try:
            with self._interpreters.lend() as interpreter:
                self._input = interpreter.get_input_details()[0]["index"]
                self._logits, self._maps = outputs(interpreter)
                shapes = {output["index"]: output["shape"].tolist() for output in interpreter.get_output_details()}
        except ValueError as error:
            raise FerError(f"{run.tflite_path} is damaged. Export it again: python -m fer export {run.id}") from error
        self.map_size = None if self._maps is None else tuple(shapes[self._maps][1:3])
        classes = shapes[self._logits][-1]
        if classes != len(self.labels):
            raise FerError(
                f"{path or run.tflite_path} has {classes} outputs, but the card of {run.id!r} names "
                f"{len(self.labels)} classes. Export it again: python -m fer export {run.id}"
            )

    def logits(self, images: np.ndarray) -> np.ndarray:
        """float32 (N, C) for grey faces uint8 (N, 48, 48)."""
        return self._outputs(images, self._logits)

    def activation_maps(self, images: np.ndarray) -> np.ndarray:
        """Class activation maps, float32 (N, h, w, C), for grey faces uint8 (N, 48, 48); as fast as `logits`.

        They show what each location contributes to each class: their mean over h and w equals the logits.

        Raises:
            FerError: if the file has none.
        """
        if self._maps is None:
            raise FerError(
                f"{self.run.id!r} has no class activation maps: its network doesn't end in global average pooling, "
                f"or it was exported by an older version. Export it again: python -m fer export {self.run.id}"
            )
        return self._outputs(images, self._maps)

    def probabilities(
        self, images: np.ndarray, *, tta: bool = False, calibrated: bool = False, balance: bool = False
    ) -> np.ndarray:
        """float32 (N, C), each row sums to 1, for grey faces uint8 (N, 48, 48).

        Args:
            tta: average the predictions over six views of each face (test-time augmentation), six times slower.
            calibrated: divide the logits (with `tta`, those of the mean) by the run's temperature, as
                `Report.at_temperature` does. Without a temperature, probabilities are unchanged.
            balance: first correct them for the class prior of the run's training data (`Card.balanced`), so that rare
                classes are not overlooked. Without a known prior, they are unchanged.
        """
        inputs = views(images) if tta else [images]
        shares = softmax(self.logits(np.concatenate(inputs)))
        means = shares.reshape(len(inputs), len(images), len(self.labels)).mean(axis=0).astype(np.float32)
        card = self.run.card
        correction = card.correction(tta=tta, balance=balance)
        if correction.exponent:
            means = balanced(means, np.array(card.prior), correction.exponent)
        if calibrated and correction.temperature:
            means = at_temperature(means, correction.temperature)
        return means.astype(np.float32)

    def _outputs(self, images: np.ndarray, output: int) -> np.ndarray:
        if images.dtype != np.uint8 or images.ndim != 3:
            raise FerError(f"faces must be uint8 (N, 48, 48), got {images.dtype} {images.shape}.")
        if not len(images):
            return self._invoke(np.zeros((1, IMAGE_SIZE, IMAGE_SIZE), np.uint8), output)[:0]
        return np.concatenate([self._invoke(images[i : i + AT_ONCE], output) for i in range(0, len(images), AT_ONCE)])

    def _invoke(self, images: np.ndarray, output: int) -> np.ndarray:
        with self._interpreters.lend() as interpreter:
            interpreter.resize_tensor_input(self._input, [*images.shape, 1])  # this and the next do nothing if it has
            interpreter.allocate_tensors()  # that shape already
            interpreter.set_tensor(self._input, np.ascontiguousarray(images)[..., None])
            interpreter.invoke()
            return interpreter.get_tensor(output)


def outputs(interpreter) -> tuple[int, int | None]:
    """Indices of the tensors of a file's logits and class activation maps, None if it has only logits.

    LiteRT doesn't list outputs in a reliable order, so the logits are identified by their two dimensions.

    Args:
        interpreter: LiteRT's, for a file exported or imported by this project.
    """
    by_rank = {len(output["shape"]): output["index"] for output in interpreter.get_output_details()}
    return (by_rank[2], by_rank.get(4)) if len(by_rank) > 1 else (*by_rank.values(), None)
