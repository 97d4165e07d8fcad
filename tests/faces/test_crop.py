"""Decoding images as they are displayed, and cropping faces."""

import io

import numpy as np
import pytest
from PIL import Image

from fer.errors import FerError
from fer.faces import crop
from fer.faces.crop import Face
from fer.faces.image import read_image
from fer.inference.prediction import Prediction


def encode(picture: Image.Image, format: str, **settings) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format, **settings)
    return buffer.getvalue()


def half_red(size=(64, 48)) -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    return picture


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "AVIF", "HEIF"])
def test_every_promised_format_is_read_as_rgb(format):
    import pillow_heif

    pillow_heif.register_heif_opener()
    image = read_image(encode(half_red(), format))
    assert image.shape == (48, 64, 3) and image.dtype == np.uint8
    assert image[24, 8, 0] > 200 > 60 > image[24, 8, 2], "left is red"
    assert image[24, 56, 2] > 200, "right is blue"


def test_a_cmyk_jpeg_is_read_in_its_colours():
    image = read_image(encode(half_red().convert("CMYK"), "JPEG"))
    assert image[24, 8, 0] > 200 and image[24, 8, 2] < 60


def test_a_16_bit_png_keeps_its_greys():
    ramp = np.linspace(0, 65535, 64).astype(np.uint16) * np.ones((48, 1), np.uint16)
    image = read_image(encode(Image.fromarray(ramp), "PNG"))
    assert image[0, 0, 0] == 0 and image[0, -1, 0] == 255 and 100 < image[0, 32, 0] < 155


def test_transparency_in_a_palette_png_becomes_white():
    picture = Image.new("P", (64, 48), 0)
    picture.putpalette([0, 0, 0, 255, 0, 0])
    picture.paste(1, (0, 0, 32, 48))
    image = read_image(encode(picture, "PNG", transparency=0))
    assert image[24, 8].tolist() == [255, 0, 0] and image[24, 56].tolist() == [255, 255, 255]


@pytest.mark.parametrize(("orientation", "left_top"), [(1, "red"), (3, "blue"), (6, "red"), (8, "blue")])
def test_a_photo_is_rotated_by_its_exif_tag(orientation, left_top):
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = read_image(encode(half_red(), "JPEG", exif=exif, quality=95))
    assert image.shape == ((64, 48, 3) if orientation in (6, 8) else (48, 64, 3))
    assert ("red" if image[2, 2, 0] > 200 else "blue") == left_top


def test_the_first_frame_of_an_animated_gif_is_read():
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue")]
    image = read_image(encode(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert image[10, 10].tolist() == [255, 0, 0]


def bomb() -> bytes:
    """A PNG of a few kilobytes that declares 30,000 x 30,000 pixels."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(30_001)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("case", "content", "message"),
    [
        ("a text file called .jpg", b"hello, I am a letter", "isn't a readable image"),
        ("an empty file", b"", "empty"),
        ("a truncated JPEG", encode(half_red((640, 480)), "JPEG")[:3000], "damaged or incomplete"),
        ("a JPEG of ten bytes", encode(half_red(), "JPEG")[:10], "isn't a readable image|damaged"),
        ("a truncated PNG", encode(half_red((640, 480)), "PNG")[:300], "damaged or incomplete"),
        ("a decompression bomb", bomb(), "megapixels"),
        ("more than 20 MB", b"\xff" * (20 * 2**20 + 1), "the limit is 20 MB"),
    ],
)
def test_bad_input_is_refused_with_the_reason(case, content, message):
    with pytest.raises(FerError, match=message):
        read_image(content)


def test_a_missing_path_or_a_folder_is_reported(tmp_path):
    with pytest.raises(FerError, match="does not exist"):
        read_image(tmp_path / "none.jpg")
    with pytest.raises(FerError, match="cannot be read"):
        read_image(tmp_path)


def test_the_crop_of_a_face_sized_image_is_the_image_itself():
    grey = np.random.default_rng(0).integers(0, 256, (48, 48), np.uint8)
    cropped = crop.crop(np.repeat(grey[..., None], 3, axis=2), Face((0, 0, 48, 48), 1.0))
    assert np.abs(cropped.astype(int) - grey).max() <= 1


@pytest.mark.parametrize(
    ("case", "box"),
    [
        ("inside", (20, 20, 40, 50)),
        ("over the left and upper edge", (0, 0, 10, 40)),
        ("over the right and lower edge", (90, 60, 100, 80)),
        ("a single pixel", (99, 79, 100, 80)),
        ("the whole image", (0, 0, 100, 80)),
    ],
)
def test_every_crop_is_a_grey_square(case, box):
    image = np.random.default_rng(0).integers(0, 256, (80, 100, 3), np.uint8)
    cropped = crop.crop(image, Face(box, 0.9))
    assert cropped.shape == (48, 48) and cropped.dtype == np.uint8


def test_the_crop_repeats_the_edge_outside_the_image():
    image = np.full((40, 10, 3), 200, np.uint8)
    assert (crop.crop(image, Face((0, 0, 10, 40), 1.0)) == 200).all()


EYES_NOSE_MOUTH = np.array([(15, 18.3), (33, 18.3), (24, 28.7), (16.7, 37.2), (31.6, 37.2)])  # of FER2013's 48 pixels


def turned_face(scale: float, degrees: float, middle=(320, 240)) -> Face:
    """Landmarks of a face rotated clockwise, in a square of `scale` times 48 pixels."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    points = (EYES_NOSE_MOUTH - 24) * scale @ np.array([(cosine, sine), (-sine, cosine)]) + middle
    return Face((0, 0, 640, 480), 1.0, tuple(map(tuple, points)))


@pytest.mark.parametrize(("scale", "degrees"), [(1, 0), (2, 15), (4, -30), (0.5, 90), (3, 180)])
def test_a_face_with_landmarks_is_cropped_upright_and_nearly_as_in_fer2013(scale, degrees):
    square = crop.square_of(turned_face(scale, degrees))
    assert (square.x, square.y) == pytest.approx((320, 240), abs=1.5 * scale)
    assert 0.9 < square.side / (48 * scale) < 1, "slightly tighter"
    assert np.cos(np.radians(square.turn - degrees)) == pytest.approx(1, abs=1e-3)


def blurred_noise(side: int, blur: float) -> Image.Image:
    from PIL import ImageFilter

    noise = np.random.default_rng(0).integers(0, 256, (side, side), np.uint8)
    blurred = np.asarray(Image.fromarray(noise).filter(ImageFilter.GaussianBlur(blur)), float)
    return Image.fromarray(((blurred - blurred.min()) / np.ptp(blurred) * 255).astype(np.uint8))


@pytest.mark.parametrize("degrees", [0, 10, -20, 90])
def test_a_rotated_image_gives_the_same_crop_as_the_level_one(degrees):
    picture = blurred_noise(400, 12).convert("RGB")
    level = crop.cut(np.asarray(picture), crop.Square(200, 200, 160))
    rotated = crop.cut(
        np.asarray(picture.rotate(-degrees, Image.Resampling.BICUBIC)), crop.Square(200, 200, 160, degrees)
    )
    assert np.abs(level.astype(int) - rotated).max() <= 6, "the same pixels, except for rounding"


def test_a_square_of_whole_pixels_is_cropped_unchanged():
    image = np.random.default_rng(0).integers(0, 256, (480, 640), np.uint8)
    cropped = crop.cut(np.repeat(image[..., None], 3, axis=2), crop.Square(124, 224, 48))
    assert np.abs(cropped.astype(int) - image[200:248, 100:148]).max() <= 1


@pytest.mark.parametrize("degrees", [0, 12])
def test_a_large_face_is_averaged_not_subsampled(degrees):
    stripes = np.zeros((1000, 1000, 3), np.uint8)
    stripes[:, ::2] = 255
    cropped = crop.cut(stripes, crop.Square(500, 500, 700, degrees))
    assert np.abs(cropped.astype(int) - 127).max() <= 10


@pytest.mark.parametrize("points", [[(5, 5)] * 5, [(-900, -900)] * 5, [(0, 0), (99, 0), (50, 40), (0, 79), (99, 79)]])
def test_any_landmarks_give_a_crop(points):
    image = np.random.default_rng(0).integers(0, 256, (80, 100, 3), np.uint8)
    assert crop.crop(image, Face((0, 0, 9, 9), 1.0, tuple(points)), size=96).shape == (96, 96)


def test_a_square_that_does_not_fit_in_memory_is_refused():
    with pytest.raises(FerError, match="too long and thin"):
        crop.crop(np.zeros((1, 1, 3), np.uint8), Face((0, 0, 10**6, 10), 1.0))


def test_a_prediction_gives_its_most_probable_labels():
    shares, seen = np.array([0.2, 0.5, 0.3], np.float32), np.zeros((48, 48), np.uint8)
    prediction = Prediction(Face((1, 2, 3, 4), 0.9), ("a", "b", "c"), shares, seen)
    assert "crop" not in repr(prediction)
    assert prediction.is_sure(0.5) and not prediction.is_sure(0.51) and prediction.is_sure(None)
    assert prediction.label == "b" and prediction.confidence == pytest.approx(0.5)
    assert [label for label, _ in prediction.top(2)] == ["b", "c"]
    assert prediction.as_dict() == {
        "box": [1, 2, 3, 4],
        "label": "b",
        "confidence": 0.5,
        "probabilities": {"a": 0.2, "b": 0.5, "c": 0.3},
    }
