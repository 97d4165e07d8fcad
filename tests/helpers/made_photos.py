"""Photos and archives of them that tests make themselves."""

import io
import zipfile
from pathlib import Path

from PIL import Image

from fer.data.labelled_photos import LabelledFaces, find_faces
from fer.faces.photos import Photo, in_zip

SAMPLES = Path(__file__).parents[2] / "pages/parts/samples"
ASTRONAUT, HOPPER, PAIR, DRAWN = (
    (SAMPLES / name).read_bytes() for name in ("astronaut.jpg", "hopper.jpg", "pair.jpg", "drawn.png")
)


def png(*size: int) -> bytes:
    """A picture of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", size, "teal").save(buffer, "PNG")
    return buffer.getvalue()


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def given(files: dict[str, bytes]) -> list[Photo]:
    return [Photo(name, lambda content=content: content) for name, content in files.items()]


def found_in(archive: bytes, **settings) -> LabelledFaces:
    with in_zip(archive) as found:
        return find_faces(found, **settings)
