"""Open any run for inference: one network, or an ensemble, which answers with the mean of its members' answers."""

import numpy as np

from fer.errors import FerError
from fer.inference.classifier import Classifier
from fer.inference.probabilities import log_probabilities, softmax
from fer.runs.members import is_ensemble, members, no_weights
from fer.runs.run import Run


def open_run(run: Run, *, threads: int = 1) -> Classifier:
    """The run's classifier; `threads` are the processor cores used per call."""
    return Ensemble(run, threads=threads) if is_ensemble(run) else Classifier(run, threads=threads)


class Ensemble(Classifier):
    """Several networks that answer as one. Thread-safe.

    Its probabilities are the mean of its members' as trained, before any of their own corrections; temperature,
    threshold and balance are the ensemble's, from its card.

    Attributes:
        map_size: the members', None if they differ or one has no class activation maps.
    """

    def __init__(self, run: Run, *, threads: int = 1):
        found = members(run)
        if run.is_without_weights:
            raise no_weights(run)
        for member in found:
            if member.labels != run.labels:
                raise FerError(
                    f"{run.id} is an ensemble that predicts {', '.join(run.labels)}, but its member {member.id} "
                    f"predicts {', '.join(member.labels)}. Make the ensemble again."
                )
        self.run, self.labels = run, run.labels
        self._members = [Classifier(member, threads=threads) for member in found]
        sizes = {member.map_size for member in self._members}
        self.map_size = sizes.pop() if len(sizes) == 1 else None

    def logits(self, images: np.ndarray) -> np.ndarray:
        """float32 (N, C) for grey faces uint8 (N, 48, 48): the logarithms of the mean probabilities."""
        shares = [softmax(member.logits(images)) for member in self._members]
        return log_probabilities(np.mean(shares, axis=0)).astype(np.float32)

    def activation_maps(self, images: np.ndarray) -> np.ndarray:
        """The mean of the members' class activation maps, float32 (N, h, w, C). Its mean over h and w is that of their
        logits, which need not be `logits`.

        Raises:
            FerError: if a member has none, or of another size.
        """
        if self.map_size is None:
            raise FerError(f"{self.run.id} is an ensemble whose members have no class activation maps of one size.")
        return np.mean([member.activation_maps(images) for member in self._members], axis=0)
