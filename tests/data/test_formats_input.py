"""The input variants that each format accepts, and its error messages."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer.data.catalog import open_dataset
from fer.data.dataset import Rows
from fer.data.formats import FORMATS, grey_face, recognise
from fer.data.labels import EMOTIONS
from fer.errors import FerError


def read(path: Path) -> Rows:
    format, inner = recognise(path)
    return format.read(inner, str(inner))


# kaggle_csv


@pytest.mark.parametrize("header", ["emotion, Usage, pixels", "Usage,emotion,pixels", '"emotion","pixels","Usage"'])
def test_columns_can_be_in_any_order_with_spaces_or_quotes(header, small_rows, write_csv):
    path = write_csv(small_rows, header=header.replace('"', ""))
    body = path.read_text().split("\n", 1)[1]
    path.write_text("\ufeff" + header + "\r\n" + body.replace("\n", "\r\n"), newline="")
    assert read(path).fingerprint == small_rows.fingerprint


def test_extra_spaces_and_quotes_around_pixels_are_accepted(small_rows, write_csv):
    path = write_csv(small_rows)
    lines = path.read_text().splitlines()
    emotion, pixels, usage = lines[3].split(",")
    lines[3] = f'{emotion},"  {pixels.replace(" ", "  ")} ",{usage}'
    path.write_text("\n".join([*lines, "", ""]))
    assert read(path).fingerprint == small_rows.fingerprint


def spoil(path: Path, line: int, change) -> None:
    """Change the (emotion, pixels, usage) of one line."""
    lines = path.read_text().splitlines()
    emotion, pixels, usage = lines[line - 1].split(",")
    lines[line - 1] = ",".join(change(emotion, pixels.split(" "), usage))
    path.write_text("\n".join(lines))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda e, p, u: (e, " ".join(p[1:]), u), "line 4: expected 2304 pixels .*, got 2303"),
        (lambda e, p, u: (e, "", u), "line 4: expected 2304 pixels .*, got 0"),
        (lambda e, p, u: (e, " ".join(["300", *p[1:]]), u), "line 4: pixels must be 0 to 255, got 300"),
        (lambda e, p, u: (e, " ".join([*p[1:], "-1"]), u), "line 4: pixels must be 0 to 255, got -1"),
        (lambda e, p, u: (e, " ".join([*p[1:], "9" * 9]), u), "line 4: pixels must be 0 to 255, got 999999999"),
        (
            lambda e, p, u: (e, " ".join([*p[1:], "x"]), u),
            "line 4: a pixel must be a whole number from 0 to 255, got 'x'",
        ),
        (lambda e, p, u: (e, " ".join([*p[1:], "--5"]), u), "line 4: a pixel must be a whole number .* got '--5'"),
        (lambda e, p, u: (e, " ".join([*p[1:], "0.5"]), u), "line 4: a pixel must be a whole number .* got '0.5'"),
        (lambda e, p, u: ("7", " ".join(p), u), r"line 4: Unknown emotion '7'. Valid: 0 \(angry\), 1 \(disgust\)"),
        (lambda e, p, u: (e, " ".join(p), "Trainig"), "line 4: Unknown Usage 'Trainig'. Did you mean 'Training'"),
        (lambda e, p, u: (e, u), "line 4: expected 3 fields as in the header, got 2"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_invalid_row_is_located(change, message, small_rows, write_csv):
    path = write_csv(small_rows)
    spoil(path, 4, change)
    with pytest.raises(FerError, match=message):
        read(path)


def test_a_short_row_next_to_a_long_one_is_caught(small_rows, write_csv):
    path = write_csv(small_rows)
    spoil(path, 4, lambda e, p, u: (e, " ".join(p[1:]), u))
    spoil(path, 5, lambda e, p, u: (e, " ".join([*p, "0"]), u))
    with pytest.raises(FerError, match=r"Line 4: expected 2304 pixels .* got 2303\. Line 5: .* got 2305\. Fix"):
        read(path)


def test_all_faults_of_a_csv_are_told_together(small_rows, write_csv):
    path = write_csv(small_rows)
    spoil(path, 4, lambda e, p, u: ("7", " ".join(p[1:]), u))
    spoil(path, 9, lambda e, p, u: (e, u))
    spoil(path, 20, lambda e, p, u: (e, " ".join(p), "Trainig"))
    with pytest.raises(FerError) as refusal:
        read(path)
    message = str(refusal.value)
    assert message.startswith(f"{path} has 4 faults. ") and "more" not in message
    for fault in (
        "Line 4: Unknown emotion '7'.",
        "Line 4: expected 2304 pixels (48 x 48), got 2303.",
        "Line 9: expected 3 fields as in the header, got 2.",
        "Line 20: Unknown Usage 'Trainig'. Did you mean 'Training'?",
    ):
        assert fault in message


def test_of_very_many_faults_of_a_csv_the_first_ten_are_told(tmp_path):
    (tmp_path / "bad.csv").write_text("emotion,pixels,Usage\n" + "0,1 2 3,Training\n" * 2000)
    with pytest.raises(
        FerError, match=r"bad.csv has 2,000 faults\. Line 2: .*Line 11: .* And 1,990 more\. Fix or"
    ) as refusal:
        read(tmp_path / "bad.csv")
    assert str(refusal.value).count("Line ") == 10


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"emotion,pixels,Usage\n", "has a header but no rows"),
        (b"emotion,Usage\n0,Training\n", "has no column pixels; its first line has 'emotion', 'Usage'"),
        (bytes(range(256)) * 99, "has no column emotion, pixels, Usage"),
        (b'"\x00' * 99_999, "has no column emotion"),
        (b"emotion,pixels,Usage\n" + bytes(range(256)), "has 2 faults. Line 2: expected 3 fields"),
    ],
)
def test_a_file_that_is_not_a_fer_csv_is_refused(content, message, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(FerError, match=message):
        read(path)


# folders


def save(path: Path, image: Image.Image) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


def test_split_folders_aliases_and_official_names_are_recognized(tmp_path):
    names = ["Train/Happiness/a.jpg", "validation/SAD/b.png", "test/fear/Training_1.png", "test/anger/PublicTest_2.png"]
    for name in names:
        save(tmp_path / name, Image.new("L", (60, 50), 99))
    (tmp_path / "train/._x.jpg").parent.mkdir(exist_ok=True)
    (tmp_path / "train/._x.jpg").write_bytes(b"mac")
    (tmp_path / "Train/Happiness/notes.txt").write_text("ignored")
    rows = read(tmp_path)
    found = {(EMOTIONS[label], int(usage)) for label, usage in zip(rows.labels, rows.usage, strict=True)}
    assert found == {("happy", 0), ("sad", 1), ("fear", 0), ("angry", 1)}


def test_class_folders_without_splits_are_training_and_the_other_splits_are_carved(small_rows, tmp_path):
    for row, (image, label) in enumerate(zip(small_rows.images, small_rows.labels, strict=True)):
        save(tmp_path / "faces" / EMOTIONS[label] / f"{row}.png", Image.fromarray(image))
    dataset = open_dataset(tmp_path / "faces")
    assert dataset.carved == ("val", "test")
    assert (dataset.val.counts == 1).all() and (dataset.test.counts == 1).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I", "F", "I;16"])
def test_an_image_of_any_mode_and_size_becomes_grey(mode):
    if mode in ("I", "I;16"):
        image = Image.fromarray(np.full((31, 77), 65535, np.uint16 if mode == "I;16" else np.int32))
    else:
        image = Image.new("L", (77, 31), 255).convert(mode)
    assert image.mode == mode
    face = grey_face(image)
    assert face.dtype == np.uint8 and face.shape == (48, 48) and face.min() == 255


def test_transparency_becomes_white():
    assert grey_face(Image.new("RGBA", (48, 48), (0, 0, 0, 0))).min() == 255
    assert grey_face(Image.new("LA", (48, 48), (0, 0))).min() == 255


def test_unreadable_images_are_left_out_and_listed(small_rows, write_folders):
    folder = write_folders(small_rows)
    (folder / "train/angry/00000.png").write_bytes(b"no image")
    (folder / "test/happy/00052.png").write_bytes(b"")
    for _ in range(2):  # the second time from the cache
        dataset = open_dataset(folder)
        assert [file for file, _ in dataset.unreadable] == ["test/happy/00052.png", "train/angry/00000.png"]
        assert dataset.unreadable[0].reason == "The file is empty (0 bytes). Use another file."
        assert dataset.left_out() == ["2 unreadable images left out."]
        assert [len(part) for part in (dataset.train, dataset.val, dataset.test)] == [34, 7, 13]
    kept = sorted(image.tobytes() for row, image in enumerate(small_rows.images) if row not in (0, 52))
    assert sorted(image.tobytes() for image in dataset.split("all").images) == kept


def test_a_data_set_of_mostly_unreadable_images_is_refused(small_rows, write_folders):
    folder = write_folders(small_rows)
    for file in folder.glob("train/*/*"):
        file.write_bytes(b"no image")
    with pytest.raises(
        FerError, match=r"35 images \(train/angry/00000.png, .*, …\) that cannot be read \(first error: .*\), of 56\."
    ):
        read(folder)


def test_an_unknown_class_folder_suggests_the_nearest(small_rows, write_folders):
    folder = write_folders(small_rows)
    (folder / "train/happy").rename(folder / "train/hapy")
    with pytest.raises(FerError, match=r"faces: Unknown label 'hapy'. Did you mean 'happy'"):
        read(folder)


def test_images_outside_class_folders_are_refused(small_rows, write_folders):
    folder = write_folders(small_rows)
    save(folder / "test/lost.png", Image.new("L", (48, 48)))
    with pytest.raises(FerError, match=r"1 image \(test/lost.png\) outside class folders"):
        read(folder)


def test_a_folder_without_images_is_refused(tmp_path):
    (tmp_path / "train/happy").mkdir(parents=True)
    with pytest.raises(FerError, match=r"has no images in class folders"):
        open_dataset(tmp_path)
    with pytest.raises(FerError, match=r"contains no images"):
        FORMATS["folders"].read(tmp_path, "faces")


# npz


def test_an_npz_can_have_other_sizes_names_and_no_usage(small_rows, write_npz):
    big = small_rows.images.repeat(2, axis=1).repeat(2, axis=2)[..., None]
    rows = read(write_npz(images=big, labels=np.array(EMOTIONS)[small_rows.labels]))
    assert (rows.labels == small_rows.labels).all() and (rows.usage == 0).all()
    assert np.abs(rows.images.astype(int) - small_rows.images).mean() < 8


def test_an_npz_with_split_names_is_accepted(small_rows, write_npz):
    usage = np.array(["Training", "val", "PrivateTest"])[small_rows.usage]
    rows = read(write_npz(images=small_rows.images, labels=small_rows.labels, usage=usage))
    assert rows.fingerprint == small_rows.fingerprint


FACES, LABELS = np.zeros((2, 48, 48), np.uint8), np.array([0, 1])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": FACES}, "has no labels, only images"),
        ({"x": FACES, "y": LABELS}, "has no images and labels, only x, y"),
        ({"images": FACES / 255, "labels": LABELS}, r"must be uint8 .* got float64 \(2, 48, 48\)"),
        ({"images": FACES[0], "labels": LABELS}, r"must be uint8 \(N, H, W\).* got uint8 \(48, 48\)"),
        ({"images": FACES[:0], "labels": LABELS[:0]}, "must be uint8"),
        ({"images": FACES, "labels": LABELS[:1]}, r"labels must be \(2,\), one per image, got \(1,\)"),
        ({"images": FACES, "labels": LABELS + 6}, "labels must be 0 to 6, got 7 in row 1"),
        ({"images": FACES, "labels": LABELS / 2}, "labels must be whole numbers or names, got float64"),
        ({"images": FACES, "labels": np.array(["happy", "hapy"])}, "Unknown label 'hapy'. Did you mean 'happy'"),
        ({"images": FACES, "labels": LABELS, "usage": LABELS + 2}, "usage must be 0 to 2, got 3 in row 1"),
        ({"images": FACES, "labels": LABELS, "usage": np.array(["tset", "test"])}, "Did you mean 'test'"),
        ({"images": FACES, "labels": np.array([0, None])}, "Python objects, which is not loaded"),
    ],
)
def test_an_invalid_npz_is_refused(arrays, message, write_npz):
    with pytest.raises(FerError, match=message):
        read(write_npz(**arrays))


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04 and then nothing"])
def test_a_damaged_npz_is_refused(content, tmp_path):
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(FerError, match=r"bad.npz is damaged or not an .npz"):
        read(tmp_path / "bad.npz")


def test_a_truncated_or_altered_npz_is_refused(small_rows, write_npz):
    path = write_npz(images=small_rows.images, labels=small_rows.labels)
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], whole[:5000] + b"\xff" * 9 + whole[5009:]):
        path.write_bytes(content)
        with pytest.raises(FerError, match=r"damaged or not an .npz"):
            read(path)
