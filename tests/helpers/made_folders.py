"""Class folders of any names."""

from pathlib import Path

import numpy as np
from PIL import Image

from fer.data.dataset import SPLITS, Rows

OWN = ("a=b + c, d", "Ärger <b>鬼", "no smile")  # sorted whatever their case


def write(folder: Path, rows: Rows, names: tuple[str, ...], splits=SPLITS) -> Path:
    """Rows of the first classes as lossless images in folders named so; without splits, in class folders alone."""
    for row in np.flatnonzero(rows.labels < len(names)):
        path = folder / (splits[rows.usage[row]] if splits else "") / names[rows.labels[row]] / f"{row:05d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rows.images[row]).save(path)
    return folder
