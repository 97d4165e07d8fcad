"""Reading many photos: results come in order, and no photo stops the others."""

import shutil
import threading
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from helpers.made_videos import RedReader, square
from PIL import Image

from fer.faces.photos import Photo, in_folder, in_zip
from fer.inference import many_photos
from fer.inference.many_photos import Answer, pictures_among, read_all, table
from fer.inference.reader import EmotionReader
from fer.runs.store import RunStore

SAMPLES = Path(__file__).parents[2] / "pages/parts/samples"


@pytest.fixture
def folder(tmp_path) -> Path:
    """Photos, a video, a text file and system files in folders."""
    root = tmp_path / "photos"
    for place in ("b/red.png", "a.PNG", ".hidden/red.png", "__MACOSX/._a.png", "b/.red.png"):
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(square(20, 30)).save(root / place, "PNG")
    (root / "b/broken.jpg").write_bytes(b"Dear all")
    for name in ("letter.txt", "video.mp4", "Thumbs.db"):
        (root / name).write_bytes(b"x")
    return root


def test_a_folder_and_a_zip_of_it_give_the_same_results(folder, tmp_path):
    images, others = pictures_among(in_folder(folder))
    answers = list(read_all(images, reader=RedReader()))
    assert [answer.name for answer in answers] == ["a.PNG", "b/broken.jpg", "b/red.png"]
    assert sorted(others) == ["letter.txt", "video.mp4"]
    with in_zip(Path(shutil.make_archive(str(tmp_path / "photos"), "zip", folder))) as inside:
        zipped, left = pictures_among(inside)
        again = list(read_all(zipped, reader=RedReader()))
    assert [answer.as_dict() for answer in again] == [answer.as_dict() for answer in answers] and left == others


def test_an_unreadable_photo_gives_a_reason_and_the_others_are_read(folder):
    first, broken, last = read_all(pictures_among(in_folder(folder))[0], reader=RedReader())
    assert broken.error.startswith("This file isn't a readable image") and (broken.width, broken.predictions) == (0, ())
    for answer in (first, last):
        assert (answer.width, answer.height, answer.error) == (160, 96, "")
        assert [prediction.face.box for prediction in answer.predictions] == [(20, 30, 44, 54)]


def test_a_file_that_unpacks_to_more_than_the_limit_is_refused_alone(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "photos.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.png", bytes(5_000_000))
        archive.write(SAMPLES / "drawn.png", "drawn.png")
    monkeypatch.setattr("fer.faces.photos.MAX_BYTES", 1_000_000)
    with in_zip(tmp_path / "photos.zip") as photos:
        bomb, drawn = read_all(photos, reader=RedReader())
    assert "the limit is 1,000,000" in bomb.error and not drawn.error


def test_results_keep_the_photos_order_even_if_some_are_slow():
    def slow(i: int) -> bytes:
        time.sleep(0.03 if i % 3 == 0 else 0)
        return b""

    photos = [Photo(str(i), lambda i=i: slow(i)) for i in range(20)]
    assert [answer.name for answer in read_all(photos, reader=RedReader())] == [photo.name for photo in photos]


def test_only_a_few_photos_are_read_ahead():
    asked = []
    photos = (Photo(str(i), lambda i=i: asked.append(i) or b"") for i in range(1000))
    answers = read_all(photos, reader=RedReader())
    next(answers)
    time.sleep(0.05)
    assert len(asked) <= 2 * many_photos.THREADS + 1
    answers.close()
    assert len(asked) <= 2 * many_photos.THREADS + 1 and threading.active_count() < 50


def test_no_photos_give_no_results():
    assert list(read_all([], reader=RedReader())) == [] and table([]).empty


def test_a_bug_is_not_blamed_on_the_photo():
    def fail() -> bytes:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(read_all([Photo("a.png", fail)], reader=RedReader()))


def test_results_match_reading_photos_one_by_one():
    reader = EmotionReader(RunStore()["mini_xception"])
    paths = [SAMPLES / name for name in ("astronaut.jpg", "hopper.jpg", "pair.jpg", "drawn.png")] * 3
    answers = read_all([Photo(path.name, path.read_bytes) for path in paths], reader=reader)
    for path, answer in zip(paths, answers, strict=True):
        expected = reader.read(path)
        assert [p.face for p in answer.predictions] == [p.face for p in expected] != []
        for ours, theirs in zip(answer.predictions, expected, strict=True):
            np.testing.assert_allclose(ours.probabilities, theirs.probabilities, atol=1e-6)


def test_the_table_has_one_row_per_face_or_per_photo_without_faces():
    answers = list(
        read_all([Photo("a.png", (SAMPLES / "drawn.png").read_bytes)], reader=RedReader(labels=("label", "b", "c")))
    )
    face = RedReader(labels=("label", "b", "c")).read(square(20, 30))
    answers.append(Answer("b.png", 160, 96, tuple(face)))
    rows = table([answer.as_dict() | {"model": "m"} for answer in answers])
    assert rows["file"].tolist() == ["a.png", "b.png"] and rows.loc[1, "label"] == "b"
    assert rows.to_csv(index=False).splitlines()[2].split(",")[4] == "1", "a whole number beside photos without a face"
    assert list(rows)[-3:] == ["label (probability)", "b", "c"] and rows.loc[1, "b"] == pytest.approx(0.7875)
