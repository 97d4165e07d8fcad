"""A .zip of any other format, unpacked into a temporary folder for the time of reading."""

import tempfile
from pathlib import Path

from fer.data.dataset import Rows
from fer.data.formats import FORMATS, Format, recognise
from fer.errors import FerError
from fer.system.archives import extract


def read(path: Path) -> Rows:
    """Unpack, read with the format recognised inside, and clean up.

    Raises:
        FerError: for a name that leads out of the folder, too much content, an encrypted or damaged archive, a zip
            in the zip, and whatever the format inside finds wrong.
    """
    with tempfile.TemporaryDirectory(prefix="fer-") as folder:
        extract(path, folder)
        try:
            format, inner = recognise(Path(folder))
            if format.name == "zip":
                raise FerError(f"{inner} is a zip in a zip. Unpack the outer one first.")
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
