"""Small data sets on disk, built from faces that the project draws."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer.config import TrainConfig
from fer.data import SPLITS, USAGE_CODES, Rows
from fer.formats import synthetic
from fer.labels import EMOTIONS
from fer.runs import Run, RunStore


@pytest.fixture(scope="session")
def small_rows() -> Rows:
    """Eight faces of each class: five for training, one for validation, two for testing."""
    images, labels = synthetic.draw(8, seed=7)
    usage = np.repeat([0, 0, 0, 0, 0, 1, 2, 2], len(EMOTIONS))
    return Rows.of(images, labels, usage)


@pytest.fixture
def write_csv(tmp_path):
    """A function that writes rows as Kaggle does; `header` also says the order of the columns."""

    def write(rows: Rows, name: str = "fer2013.csv", header: str = "emotion,pixels,Usage") -> Path:
        lines = [header]
        for image, label, usage in zip(rows.images, rows.labels, rows.usage, strict=True):
            fields = {"emotion": str(label), "pixels": " ".join(map(str, image.ravel())), "Usage": _usage_name(usage)}
            lines.append(",".join(fields[column.strip()] for column in header.split(",")))
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


@pytest.fixture
def write_folders(tmp_path):
    """A function that writes rows as lossless images in split and class folders."""

    def write(rows: Rows, name: str = "faces") -> Path:
        for row, (image, label, usage) in enumerate(zip(rows.images, rows.labels, rows.usage, strict=True)):
            path = tmp_path / name / SPLITS[usage] / EMOTIONS[label] / f"{row:05d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(path)
        return tmp_path / name

    return write


@pytest.fixture
def write_npz(tmp_path):
    """A function that writes arrays as .npz."""

    def write(name: str = "faces.npz", **arrays) -> Path:
        np.savez(tmp_path / name, **arrays)
        return tmp_path / name

    return write


def _usage_name(code: int) -> str:
    return {code: name for name, code in USAGE_CODES.items()}[int(code)]


@pytest.fixture(scope="session")
def small_npz(small_rows, tmp_path_factory) -> Path:
    """The small rows as a file that `TrainConfig.data` can name."""
    path = tmp_path_factory.mktemp("data") / "small.npz"
    np.savez(path, images=small_rows.images, labels=small_rows.labels, usage=small_rows.usage)
    return path


@pytest.fixture(scope="session")
def trained_run(small_npz, tmp_path_factory) -> Run:
    """A finished run: mini_xception, two epochs on the small rows. Read it; do not change it."""
    from fer import worker

    recipe = {"architecture": "mini_xception", "epochs": 2, "batch_size": 16, "precision": "float32", "seed": 3}
    config = TrainConfig(data=str(small_npz), **recipe)
    run = RunStore(tmp_path_factory.mktemp("models")).create(config, "trained")
    assert worker.train(run)
    return run
