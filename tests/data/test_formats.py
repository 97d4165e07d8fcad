"""Every format reads the same arrays and reports invalid input clearly."""

import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer.data import catalog, formats
from fer.data.catalog import available, find, open_dataset
from fer.data.dataset import Rows
from fer.data.formats import FORMATS, recognise, synthetic
from fer.errors import FerError
from fer.runs.store import RunStore
from fer.system import archives

FER2013 = Path(__file__).parents[3] / "shared/data/fer2013"


def read(path: Path) -> Rows:
    format, inner = recognise(path)
    return format.read(inner, str(inner))


def pack(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def in_one_order(rows: Rows) -> list:
    return sorted(
        (image.tobytes(), label, usage)
        for image, label, usage in zip(rows.images, rows.labels, rows.usage, strict=True)
    )


# every format


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_reads_the_same_arrays(name, small_rows, write_csv, write_folders, write_npz, tmp_path):
    arrays = {key: getattr(small_rows, key) for key in ("images", "labels", "usage")}
    builders = {
        "kaggle_csv": lambda: write_csv(small_rows),
        "folders": lambda: write_folders(small_rows),
        "npz": lambda: write_npz(**arrays),
        "zip": lambda: pack(tmp_path / "f.zip", {"fer2013.csv": write_csv(small_rows).read_bytes()}),
        "synthetic": lambda: Path("synthetic"),
    }
    path = builders[name]()
    assert recognise(path)[0].name == FORMATS[name].name == name
    rows = read(path)
    assert rows.images.dtype == np.uint8 and rows.images.shape == (len(rows.labels), 48, 48)
    if name == "synthetic":
        assert in_one_order(rows) == in_one_order(read(path))
    else:
        assert in_one_order(rows) == in_one_order(small_rows)


def test_the_registry_lists_one_format_per_file():
    files = {path.stem for path in Path(formats.__file__).parent.glob("*.py")}
    assert set(FORMATS) == files - {"__init__"}


def test_an_unknown_format_suggests_the_nearest():
    with pytest.raises(FerError, match=r"Did you mean 'folders'"):
        FORMATS["folder"]


# names, folders, cache


def test_a_name_is_found_in_data_along_with_its_votes(monkeypatch, tmp_path, small_rows, write_csv):
    monkeypatch.setattr(catalog, "DATA", tmp_path)
    write_csv(small_rows)
    (tmp_path / "fer2013new.csv").write_text("Usage,Image name,neutral\n")
    assert find("fer2013") == tmp_path / "fer2013.csv"
    assert available() == ["fer2013"]
    assert recognise(tmp_path) == (FORMATS["kaggle_csv"], tmp_path / "fer2013.csv")
    with pytest.raises(FerError, match=r"Unknown data set 'fer2103'. Did you mean 'fer2013'"):
        find("fer2103")


def test_the_csv_with_all_columns_is_read_from_kaggles_folder(small_rows, write_csv, tmp_path):
    path = write_csv(small_rows, "icml_face_data.csv")
    (tmp_path / "train.csv").write_text("emotion,pixels\n")
    (tmp_path / "example_submission.csv").write_text("Id,Prediction\n")
    assert recognise(tmp_path)[1] == path


def test_a_folder_with_several_data_sets_is_refused(small_rows, write_csv, tmp_path):
    write_csv(small_rows, "a.csv")
    write_csv(small_rows, "b.csv")
    with pytest.raises(FerError, match=r"contains several data sets: a.csv, b.csv. Use the path of one"):
        recognise(tmp_path)


def test_class_folders_take_precedence_over_a_stray_csv(small_rows, write_folders):
    folder = write_folders(small_rows)
    (folder / "list.csv").write_text("file,label\n")
    assert recognise(folder) == (FORMATS["folders"], folder)


def test_data_in_a_subfolder_is_found(small_rows, write_folders, tmp_path):
    folder = write_folders(small_rows, "archive/fer2013")
    (tmp_path / "archive/readme.txt").write_text("hello")
    assert recognise(tmp_path) == (FORMATS["folders"], folder)


def test_a_photo_is_not_a_data_set(tmp_path):
    path = tmp_path / "face.jpg"
    Image.new("L", (48, 48)).save(path)
    with pytest.raises(FerError, match=r"face.jpg is not a readable data set"):
        open_dataset(path)


def test_the_cache_is_memory_mapped_and_rebuilt_when_the_csv_changes(small_rows, write_csv):
    path = write_csv(small_rows)
    first = open_dataset(path)
    assert isinstance(open_dataset(path).train.images, np.memmap)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    second = open_dataset(path)
    assert len(second.test) == len(first.test) - 1 and second.fingerprint != first.fingerprint


def test_a_damaged_cache_is_rebuilt(small_rows, write_csv):
    path = write_csv(small_rows)
    fingerprint = open_dataset(path).fingerprint
    (path.parent / ".fer2013.csv.cache/rows.npy").write_bytes(b"")
    assert open_dataset(path).fingerprint == fingerprint


@pytest.mark.skipif(os.name == "nt" or getattr(os, "geteuid", int)() == 0, reason="needs a folder that is read-only")
def test_a_read_only_folder_is_read_without_a_cache(small_rows, write_csv):
    path = write_csv(small_rows)
    path.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert len(open_dataset(path).train) == 35
    path.parent.chmod(stat.S_IRWXU)


# zip


def test_a_zip_of_folders_is_read_without_macos_metadata(small_rows, write_folders, tmp_path):
    folder = write_folders(small_rows)
    entries = {f"faces/{file.relative_to(folder)}": file.read_bytes() for file in folder.rglob("*.png")}
    entries |= {"__MACOSX/faces/train/happy/._00003.png": b"mac", "faces/.DS_Store": b"mac"}
    assert in_one_order(read(pack(tmp_path / "faces.zip", entries))) == in_one_order(small_rows)


@pytest.mark.parametrize(
    "name", ["../evil.csv", "faces/../../evil.csv", "/etc/evil.csv", "..\\evil.csv", "C:\\evil.csv"]
)
def test_a_zip_with_paths_outside_its_folder_is_refused(name, tmp_path):
    with pytest.raises(FerError, match=r"evil.csv', which points outside its folder"):
        read(pack(tmp_path / "evil.zip", {name: b"x"}))
    assert not (tmp_path.parent / "evil.csv").exists()


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_BYTES", 10_000_000)
    path = pack(tmp_path / "bomb.zip", {"a.csv": bytes(6_000_000), "b.csv": bytes(6_000_000)})
    with pytest.raises(
        FerError, match=r"would unpack to 2 files and 12,000,000 bytes; the limits are .* and 10,000,000"
    ):
        read(path)


def test_a_zip_with_too_many_entries_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_ENTRIES", 2)
    with pytest.raises(FerError, match=r"would unpack to 3 files and 0 bytes; the limits are 2 files"):
        read(pack(tmp_path / "many.zip", {"a": b"", "b": b"", "c": b""}))


def test_damaged_encrypted_and_empty_zips_are_refused(tmp_path):
    path = pack(tmp_path / "f.zip", {"notes.txt": b"hello"})
    with pytest.raises(FerError, match=r"f\.zip has no images in class folders"):
        read(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:20])
    with pytest.raises(FerError, match=r"f\.zip cannot be opened"):
        read(path)
    entry = whole.index(b"PK\x01\x02")
    path.write_bytes(whole[: entry + 8] + b"\x01" + whole[entry + 9 :])
    with pytest.raises(FerError, match=r"f\.zip is encrypted or uses an unsupported compression method \(notes.txt\)"):
        read(path)


def test_a_zip_inside_a_zip_is_refused(tmp_path):
    inner = pack(tmp_path / "inner.zip", {"a.csv": b""}).read_bytes()
    with pytest.raises(FerError, match=r"outer\.zip/inner\.zip is a zip inside a zip"):
        read(pack(tmp_path / "outer.zip", {"inner.zip": inner}))


def test_errors_inside_a_zip_name_the_zip_not_the_temporary_folder(tmp_path):
    with pytest.raises(FerError, match=r"outer\.zip/a\.csv is empty"):
        read(pack(tmp_path / "outer.zip", {"a.csv": b""}))


# synthetic


def test_synthetic_faces_are_seeded_and_all_different():
    images, labels = synthetic.draw(10, seed=1)
    assert (images == synthetic.draw(10, seed=1)[0]).all()
    assert (images != synthetic.draw(10, seed=2)[0]).any()
    assert (np.bincount(labels) == 10).all() and len(np.unique(images, axis=0)) == 70


def test_synthetic_faces_can_be_drawn_large():
    assert synthetic.draw(1, seed=1, size=320)[0].shape == (7, 320, 320)


def test_the_synthetic_data_set_has_all_classes_in_all_splits():
    dataset = open_dataset("synthetic")
    assert dataset.carved == () and dataset.format == "synthetic"
    assert [set(part.counts) for part in (dataset.train, dataset.val, dataset.test)] == [{210}, {45}, {45}]


# the real one


@pytest.mark.skipif(not FER2013.is_dir(), reason="FER2013 is not on this machine")
def test_fer2013_has_the_known_sizes_duplicates_and_faults(tmp_path):
    subprocess.run([sys.executable, FER2013 / "unpack.py", "npz", tmp_path / "fer2013.npz"], check=True)
    dataset = open_dataset(tmp_path / "fer2013.npz")
    assert [len(dataset.train), len(dataset.val), len(dataset.test)] == [28709, 3589, 3589]
    assert dataset.fingerprint == RunStore()["vgg_small"].card.data.fingerprint
    assert dataset.faults() == {
        "surplus duplicates": 1853,
        "duplicate groups with conflicting labels": 57,
        "single-colour images": 12,
        "val images duplicated in train": 280,
        "test images duplicated in train": 288,
    }
