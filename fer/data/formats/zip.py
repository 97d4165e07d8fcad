"""A .zip of any other format, unpacked into a temporary folder while it is read."""

import tempfile
from pathlib import Path

from fer.data.dataset import Rows
from fer.data.formats import FORMATS, Format, recognise
from fer.errors import FerError
from fer.system.archives import extract


def read(path: Path) -> Rows:
    """Unpack, read in the detected format, and clean up.

    Raises:
        FerError: for a path that points outside the folder, too much content, an encrypted or damaged archive, a nested
            zip, and any errors from the format inside.
    """
    with tempfile.TemporaryDirectory(prefix="fer-") as folder:
        extract(path, folder)
        try:
            format, inner = recognise(Path(folder))
            if format.name == "zip":
                raise FerError(f"{inner} is a zip inside a zip. Unpack the outer one first.")
            return format.read(inner)
        except FerError as error:
            raise FerError(str(error).replace(folder, str(path))) from error


FORMATS.register(
    Format(
        name="zip",
        matches=lambda path: path.suffix.lower() == ".zip" and path.is_file(),
        read=read,
        summary="a .zip of a csv, an .npz or folders",
    )
)
