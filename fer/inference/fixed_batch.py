"""A run's .tflite file with its batch fixed at one face, as LiteRT.js in the browser needs it."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from fer.errors import FerError


def with_one_face(file: Path | bytes) -> bytes:
    """The file's bytes, changed in place only where a shape leaves the batch open.

    Raises:
        FerError: for a file that isn't a LiteRT model.
    """
    from ai_edge_litert import schema_py_generated as schema

    content = bytearray(file if isinstance(file, bytes) else file.read_bytes())
    try:
        for shape in _shapes(schema.Model.GetRootAs(content, 0)):
            shape[shape < 0] = 1
    except (ValueError, TypeError, AttributeError, IndexError, OverflowError, struct.error) as error:
        name = "The file" if isinstance(file, bytes) else file
        raise FerError(f"{name} is damaged: it isn't a LiteRT model.") from error
    return bytes(content)


def _shapes(model: Any) -> Iterator[np.ndarray]:
    """The shape of every tensor that leaves a dimension open, as a view of the file's bytes."""
    if not model.SubgraphsLength():
        raise ValueError("no network in it")
    for i in range(model.SubgraphsLength()):
        graph = model.Subgraphs(i)
        for j in range(graph.TensorsLength()):
            shape = graph.Tensors(j).ShapeSignatureAsNumpy()  # 0 where it has none
            if isinstance(shape, np.ndarray):
                yield shape
