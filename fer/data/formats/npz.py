"""An .npz with images, labels and, optionally, usage (the splits) and classes (custom names)."""

import math
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import numpy as np
from numpy.lib.format import read_array, read_array_header_1_0, read_array_header_2_0, read_magic
from PIL import Image

from fer.data.dataset import SPLITS, USAGE_CODES, Rows
from fer.data.formats import FORMATS, Format, grey_face
from fer.data.labels import EMOTIONS, class_names, label_index
from fer.errors import FerError, unknown
from fer.faces.crop import IMAGE_SIZE
from fer.faces.image import MAX_PIXELS
from fer.system.archives import ERRORS, open_checked

ARRAYS = ("images", "labels", "usage", "classes")
MOST_ARRAYS = 100  # entries of the file, with those that are not used
MOST_BYTES = 600_000_000  # unpacked; FER2013's images are 83 million
USAGE_NAMES = USAGE_CODES | {name: code for code, name in enumerate(SPLITS)}


def read(path: Path, name: str) -> Rows:
    """Read the arrays.

    images: uint8 (N, H, W), (N, H, W, 1) or (N, H, W, 3), of any size.
    labels: whole numbers or names, one per image: of the seven emotions, or of `classes`.
    usage: whole numbers 0..2 or names of splits; without it, all images are training.
    classes: 2 to 20 names, in the order of the numbers; if all are emotions or aliases, the seven emotions are used.

    Raises:
        FerError: for a damaged file, missing arrays, or arrays of the wrong type, shape or range.
    """
    arrays = _arrays(path, name)
    try:
        images = _faces(arrays["images"])
        names, labels = _classes(arrays["labels"], arrays.get("classes"))
        usage = _codes(arrays.get("usage", np.zeros(len(labels), np.int64)), "usage", _split_code)
        return Rows.of(images, labels, usage, names)
    except FerError as error:
        raise FerError(f"{name}: {error}") from error


def _arrays(path: Path, source: str) -> dict[str, np.ndarray]:
    if not is_zipfile(path):
        raise FerError(f"{source} is damaged or not an .npz file. Save it again.")
    try:
        with open_checked(path, name=source, most_entries=MOST_ARRAYS, most_bytes=MOST_BYTES) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
            missing = [name for name in ("images", "labels") if name not in names]
            if missing:
                has = ", ".join(names) or "nothing"
                raise FerError(f"{source} has no {' and '.join(missing)}, only {has}. Save images and labels.")
            return {name: _array(archive, name, source) for name in ARRAYS if name in names}
    except (*ERRORS, AttributeError, TypeError, MemoryError, KeyError) as error:
        raise FerError(f"{source} is damaged or not an .npz file: {error}. Save it again.") from error


def _array(archive: ZipFile, name: str, source: str) -> np.ndarray:
    """One array. NumPy would allocate what its header says, whatever the file holds, so the header is checked first."""
    with archive.open(f"{name}.npy") as file:
        version = read_magic(file)
        shape, _, dtype = (read_array_header_1_0 if version == (1, 0) else read_array_header_2_0)(file)
    if dtype.hasobject:
        raise FerError(
            f"{source} contains an array of Python objects, which is not loaded because it could run code. "
            "Save numeric arrays: images uint8 (N, H, W), labels and usage int64 (N,)."
        )
    size, stored = math.prod(shape) * dtype.itemsize, archive.getinfo(f"{name}.npy").file_size
    if size > stored:
        raise FerError(f"{source}: {name} should have {size:,} bytes, but only {stored:,} are there. Save it again.")
    with archive.open(f"{name}.npy") as file:
        return read_array(file, allow_pickle=False)


def _faces(images: np.ndarray) -> np.ndarray:
    """uint8 (N, 48, 48)."""
    shape = images.shape
    if images.dtype != np.uint8 or not (images.ndim == 3 or (images.ndim == 4 and shape[3] in (1, 3))) or 0 in shape:
        raise FerError(f"images must be uint8 (N, H, W), values 0 to 255, got {images.dtype} {shape}.")
    if shape[1] * shape[2] > MAX_PIXELS:
        raise FerError(f"images are {shape[2]} × {shape[1]} pixels. Scale them to 48 × 48 first.")
    if images.ndim == 4 and shape[3] == 1:
        images = images[..., 0]
    if images.shape[1:] == (IMAGE_SIZE, IMAGE_SIZE):
        return images
    return np.stack([grey_face(Image.fromarray(image)) for image in images])


def _codes(values: np.ndarray, name: str, code_of) -> np.ndarray:
    """int64 codes from whole numbers or from names."""
    if values.dtype.kind in "US":
        names, index = np.unique(values.astype(str), return_inverse=True)
        return np.array([code_of(str(name)) for name in names], np.int64)[index.reshape(values.shape)]
    if values.dtype.kind not in "iu":
        raise FerError(f"{name} must be whole numbers or names, got {values.dtype} {values.shape}.")
    return values.astype(np.int64)


def _classes(labels: np.ndarray, written: np.ndarray | None) -> tuple[tuple[str, ...], np.ndarray]:
    """The names of the classes, and int64 (N,) positions in them."""
    if written is None:
        return EMOTIONS, _codes(labels, "labels", label_index)
    if written.dtype.kind != "U" or written.ndim != 1:
        raise FerError(f"classes must be a list of strings, got {written.dtype} {written.shape}.")
    order = written.tolist()
    names, codes = class_names(order), _codes(labels, "labels", lambda name: label_index(name, order))
    places = [label_index(name, names) for name in order]
    if twice := [order[i] for i, place in enumerate(places) if places.index(place) < i]:
        raise FerError(f"classes names one emotion twice, again as {twice[0]!r}. Merge the two, or rename one.")
    if (wrong := codes[(codes < 0) | (codes >= len(order))]).size:
        raise FerError(f"labels must be 0 to {len(order) - 1}, positions in classes, got {wrong[0]}.")
    return names, np.array(places)[codes]


def _split_code(name: str) -> int:
    if name not in USAGE_NAMES:
        raise unknown("usage", name, USAGE_NAMES)
    return USAGE_NAMES[name]


FORMATS.register(
    Format(
        name="npz",
        read=read,
        summary="an .npz with images uint8 (N, H, W), labels 0 to 6, usage 0 to 2 (train, val, test) and, "
        "optionally, classes with your own names",
        suffix=".npz",
    )
)
