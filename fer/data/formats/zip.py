"""A .zip of any other format, unpacked into a temporary folder while it is read."""

import tempfile
from pathlib import Path

from fer.data.dataset import Rows
from fer.data.folder_classes import Mapping
from fer.data.formats import FORMATS, Format, recognise
from fer.errors import FerError
from fer.system.archives import extract


def read(path: Path, name: str, mapping: Mapping | None = None) -> Rows:
    """Unpack, read in the detected format, and clean up.

    Args:
        mapping: what numbered class folders in it mean.

    Raises:
        FerError: for a path that points outside the folder, too much content, an encrypted or damaged archive, a nested
            zip, and any errors from the format inside.
    """
    with tempfile.TemporaryDirectory(prefix="fer-") as folder:
        extract(path, folder, name=name)
        format, inner = recognise(Path(folder), name)
        inner_name = str(Path(name) / inner.relative_to(folder))
        if format.name == "zip":
            raise FerError(f"{inner_name} is a zip inside a zip. Unpack the outer one first.")
        return format.reading(mapping, inner_name)(inner, name=inner_name)


FORMATS.register(
    Format(
        name="zip",
        read=read,
        read_mapped=read,
        summary="a .zip of a csv, an .npz or folders",
        suffix=".zip",
    )
)
