"""What decoding a picture may cost, and which formats may be decoded at all."""

import io
import threading
import time
from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from fer.errors import FerError
from fer.faces import image
from fer.faces.image import MAX_JPEG_PIXELS, MAX_PIXELS, WORKING_PIXELS, Budget, decode, read_image


def encoded(picture: Image.Image, format: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()


def grey(width: int, height: int, mode: str = "L") -> Image.Image:
    return Image.new(mode, (width, height))


def test_a_tiny_file_of_many_pixels_is_refused_before_it_is_decoded(monkeypatch):
    content = encoded(grey(8000, 8000), "PNG")
    monkeypatch.setattr(image, "_shrink", lambda *_: pytest.fail("it was decoded"))
    assert len(content) < 100_000 and MAX_PIXELS == 24_000_000
    with pytest.raises(FerError, match=r"more than 24 megapixels. Resize it first, or save it as a baseline JPEG"):
        read_image(content)


def test_a_phones_48_megapixel_jpeg_is_read_at_half_its_size():
    read = read_image(encoded(grey(8000, 6000), "JPEG"))
    assert read.shape == (3000, 4000, 3)


def test_a_jpeg_waits_for_the_room_of_all_its_pixels_and_a_large_progressive_one_is_refused(monkeypatch):
    asked = []
    monkeypatch.setattr(image, "_budget", SimpleNamespace(of=lambda pixels: asked.append(pixels) or nullcontext()))
    read_image(encoded(grey(8000, 6000), "JPEG"))
    read_image(encoded(grey(4000, 3000), "JPEG", progressive=True))
    assert asked == [48_000_000, 12_000_000]
    with pytest.raises(FerError, match=r"more than 24 megapixels.*baseline JPEG"):
        read_image(encoded(grey(8000, 6000), "JPEG", progressive=True))


def test_a_jpeg_of_more_is_refused():
    assert MAX_JPEG_PIXELS == 50_000_000
    with pytest.raises(FerError, match=r"more than 50 megapixels"):
        read_image(encoded(grey(8000, 6500), "JPEG"))


@pytest.mark.parametrize("format", ["PNG", "WEBP", "GIF", "AVIF"])
def test_a_picture_of_24_megapixels_is_scaled_down(format):
    height, width, _ = read_image(encoded(grey(6000, 4000), format)).shape
    assert height * width <= WORKING_PIXELS and width / height == pytest.approx(1.5, abs=0.001)


def test_a_turned_large_photo_is_still_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    read = read_image(encoded(grey(6000, 4000), "JPEG", exif=exif))
    assert read.shape == (3000, 2000, 3)


@pytest.mark.parametrize("format", ["EPS", "PPM", "TGA", "ICO", "PCX", "JPEG2000"])
def test_only_the_promised_formats_are_decoded_whatever_the_suffix_says(format, tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(grey(64, 64, "RGB"), format))
    with pytest.raises(FerError, match=r"isn't a readable image"):
        read_image(path)


def test_data_sets_may_also_use_portable_pixmaps():
    content = encoded(grey(64, 64), "PPM")
    assert decode(content, others=("PPM",)).size == (64, 64)
    with pytest.raises(FerError, match=r"isn't a readable image"):
        decode(content)


def test_large_pictures_wait_for_each_other_and_small_ones_do_not():
    budget, most, now, lock = Budget(10), 0, 0, threading.Lock()

    def hold(pixels: int) -> None:
        nonlocal most, now
        with budget.of(pixels):
            with lock:
                now += pixels
                most = max(most, now)
            time.sleep(0.01)
            with lock:
                now -= pixels

    threads = [threading.Thread(target=hold, args=(pixels,)) for pixels in (2, 2, 2, 2, 9, 9, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 4 <= most <= 10


def test_a_picture_beyond_the_budget_is_decoded_alone():
    budget = Budget(10)
    with budget.of(99), pytest.raises(TimeoutError):
        waiting = threading.Thread(target=lambda: budget.of(1).__enter__(), daemon=True)
        waiting.start()
        waiting.join(0.05)
        if waiting.is_alive():
            raise TimeoutError


def test_transparency_of_a_large_picture_is_put_on_white():
    read = read_image(encoded(Image.new("RGBA", (5000, 4000), (0, 0, 0, 0)), "PNG", compress_level=1))
    assert (np.unique(read) == [255]).all()


GREY = (np.add.outer(np.arange(1200), np.arange(1000)) / 2199 * 255).astype(np.uint8)  # a slope


@pytest.mark.parametrize(
    ("pixels", "mode"),
    [
        ((GREY.astype(np.uint16) * 257).astype(">u2"), "I;16B"),
        (GREY.astype(np.uint16) * 257, "I;16"),
        (GREY.astype(np.int32), "I"),
        (GREY.astype(np.int32) * 257, "I"),
        (GREY.astype(np.float32), "F"),
        (GREY.astype(np.float32) / 255, "F"),
    ],
    ids=["big-endian", "16 bits", "8 in 32 bits", "16 in 32 bits", "real numbers", "shares"],
)
def test_grey_images_of_more_than_8_bits_are_scaled_like_others(pixels, mode):
    image = Image.frombytes(mode, GREY.shape[::-1], pixels.tobytes())
    for most in (10**7, 40_000):
        wanted = np.asarray(decode(encoded(Image.fromarray(GREY), "PNG"), most_pixels=most), float)
        read = decode(encoded(image, "TIFF"), most_pixels=most)
        assert read.mode == "L" and abs(np.asarray(read) - wanted).max() <= 2


def test_palettes_and_other_colour_spaces_are_scaled_by_averaging():
    dots = Image.fromarray(np.indices((400, 400)).sum(axis=0).astype(np.uint8) % 2 * 255)
    for mode in ("P", "1", "RGB"):
        small = np.asarray(decode(encoded(dots.convert(mode), "PNG"), most_pixels=40_000).convert("L"))
        assert small.min() > 100 and small.max() < 155
    lab = Image.merge("LAB", [dots, dots, dots])
    assert decode(encoded(lab, "TIFF"), most_pixels=40_000).mode == "RGB"
