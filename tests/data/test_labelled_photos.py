"""Photos in class folders become labelled faces, or failures with a reason."""

import io
import tracemalloc
import zipfile

import numpy as np
import pytest
from helpers.made_photos import ASTRONAUT, DRAWN, HOPPER, PAIR, found_in, given, packed, png
from PIL import Image

from fer.data import labelled_photos
from fer.data.labelled_photos import find_faces
from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.faces import crop
from fer.faces.photos import Photo, in_zip


def test_samples_in_class_folders_become_labelled_faces():
    archive = packed({"sad/pair.jpg": PAIR, "neutral/hopper.jpg": HOPPER, "happy/astronaut.jpg": ASTRONAUT})
    result = found_in(archive)
    assert result.names == ("happy/astronaut.jpg", "neutral/hopper.jpg", "sad/pair.jpg")
    assert [EMOTIONS[label] for label in result.labels] == ["happy", "neutral", "sad"]
    assert result.images.shape == (3, 48, 48) and result.images.dtype == np.uint8 and result.labels.dtype == np.int64
    assert result.images.std(axis=(1, 2)).min() > 20, "a face is not one grey"
    assert result.several == ("sad/pair.jpg",) and result.failures == ()


def test_a_face_that_lies_on_its_side_is_turned_as_predict_does():
    buffer = io.BytesIO()
    Image.open(io.BytesIO(ASTRONAUT)).rotate(90, expand=True).save(buffer, "PNG")
    result = found_in(packed({"happy/upright.png": ASTRONAUT, "happy/turned.png": buffer.getvalue()}))
    assert abs(np.subtract(*result.images.astype(float))).mean() < 8


def test_the_largest_of_several_faces_is_used(monkeypatch):
    boxes = [(0, 0, 50, 20), (60, 0, 100, 40), (110, 0, 130, 60)]
    detector = type("Detector", (), {"load": lambda: lambda image: [crop.Face(box, 0.9) for box in boxes]})
    monkeypatch.setattr(labelled_photos, "DETECTORS", {"yunet": detector})
    photo = Image.new("L", (140, 60))
    photo.paste(200, (60, 0, 100, 40))
    buffer = io.BytesIO()
    photo.save(buffer, "PNG")
    result = find_faces(given({"happy/a.png": buffer.getvalue()}))
    inside = result.images[0, 2:-2, 2:-2]  # the outermost pixels blend with the background
    assert inside.min() == 200 and result.several == ("happy/a.png",)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("happy/a.png", "happy"),
        ("Happiness/a.png", "happy"),
        (" ANGER /a.png", "angry"),
        ("photos/test/scared/a.png", "fear"),
        ("sad/happy/a.png", "happy"),
        ("../surprised/a.png", "surprise"),
        ("/disgusted/a.png", "disgust"),
        ("neutral/ohne Änderung ☺.png", "neutral"),
        ("photos\\joy\\a.png", "happy"),
    ],
)
def test_the_innermost_folder_gives_the_label_by_any_of_its_names(name, label):
    with in_zip(packed({name: png(60, 60)})) as listed:
        result = find_faces(listed, detector="whole")
    assert [EMOTIONS[position] for position in result.labels] == [label]
    assert result.names == (name.replace("\\", "/"),) and not result.failures


@pytest.mark.parametrize(
    ("name", "content", "label", "reason", "undetected"),
    [
        ("happy/wall.png", png(300, 200), "happy", "No face was found.", True),
        ("happy/dot.png", png(1, 1), "happy", "No face was found.", True),
        ("misc/a.jpg", ASTRONAUT, "", "Its folder 'misc' is not a class. Move it to one of angry, disgust,", False),
        ("happy/misc/a.jpg", ASTRONAUT, "", "Its folder 'misc' is not a class.", False),
        ("a.jpg", ASTRONAUT, "", "It is not in a class folder. Move it to one of angry,", False),
        ("happy/letter.jpg", b"hello, I am a letter", "happy", "This file isn't a readable image", False),
        ("sad/notes.txt", b"hello", "sad", "This file isn't a readable image", False),
        ("labels.csv", b"a.jpg,happy", "", "This file isn't a readable image", False),
        ("fear/inner.zip", packed({"fear/a.jpg": ASTRONAUT}), "fear", "This file isn't a readable image", False),
        ("fear/cut.jpg", ASTRONAUT[:9000], "fear", "The image is damaged or incomplete", False),
        ("fear/empty.jpg", b"", "fear", "The file is empty", False),
        (
            "fear/huge.jpg",
            bytes(20 * 2**20 + 1),
            "fear",
            "The file has 20,971,521 bytes; the limit is 20,971,520",
            False,
        ),
    ],
)
def test_a_photo_without_a_labelled_face_is_a_failure_with_a_reason(name, content, label, reason, undetected):
    result = found_in(packed({name: content}))
    (failure,) = result.failures
    assert (failure.name, failure.label, failure.undetected) == (name, label, undetected)
    assert failure.reason.startswith(reason) and failure.reason.endswith((".", "!"))
    assert result.images.shape == (0, 48, 48) and result.labels.shape == (0,) and result.names == result.several == ()


def test_an_image_too_thin_to_be_a_face_is_a_failure_and_not_padded_to_terabytes():
    result = find_faces(given({"sad/line.png": png(1_000_000, 1), "sad/wide.png": png(3000, 1000)}), detector="whole")
    assert result.names == ("sad/wide.png",)
    assert [(failure.name, failure.undetected) for failure in result.failures] == [("sad/line.png", False)]
    assert "long and thin" in result.failures[0].reason


def test_whole_accepts_cropped_photos_in_which_yunet_finds_nothing():
    files = {"happy/tiny.png": png(40, 40), "sad/large.png": DRAWN}
    assert found_in(packed(files), detector="whole").names == ("happy/tiny.png", "sad/large.png")
    assert [failure.undetected for failure in found_in(packed({"happy/tiny.png": png(40, 40)})).failures] == [True]


def test_an_unknown_detector_is_refused():
    with pytest.raises(FerError, match=r"Unknown detector 'yunett'\. Did you mean 'yunet'\?"):
        find_faces([], detector="yunett")


CLUTTER = [
    *("__MACOSX/happy/._a.png", "happy/._a.png", "happy/.DS_Store", ".git/happy/a.png"),
    *("happy/Thumbs.db", "happy/desktop.ini"),
]


@pytest.mark.parametrize("name", CLUTTER)
def test_system_files_among_photos_are_skipped(name):
    files = {name: b"left by a system", "happy/a.png": png(9, 9)}
    with in_zip(packed(files)) as listed:
        assert [photo.name for photo in listed] == ["happy/a.png"]
    result = find_faces(given(files), detector="whole")
    assert result.names == ("happy/a.png",) and not result.failures


MIXED = {
    "sad/pair.jpg": PAIR,
    "happy/": b"",
    "happy/astronaut.jpg": ASTRONAUT,
    "happy/wall.png": png(64, 64),
    "happy/.hidden.jpg": HOPPER,
    "misc/hopper.jpg": HOPPER,
    "readme.txt": b"hello",
}


def test_faces_and_failures_add_up_to_the_photos_and_progress_counts_them():
    steps = []
    with in_zip(packed(MIXED)) as found:
        result = find_faces(found, on_progress=lambda done, total: steps.append((done, total)))
        names = [photo.name for photo in found]
    assert len(names) == 5 and names == sorted(names)
    assert sorted([*result.names, *(failure.name for failure in result.failures)]) == names
    assert len(result.images) == len(result.labels) == len(result.names) == 2
    assert steps == [(done, 5) for done in range(1, 6)]


def test_two_files_with_the_same_name_are_both_read():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("happy/a.png", png(9, 9))
        archive.writestr("happy/a.png", DRAWN)
    result = found_in(buffer.getvalue(), detector="whole")
    assert result.names == ("happy/a.png",) * 2 and result.images[0].std() == 0 < result.images[1].std()


def test_photos_can_come_from_a_generator_and_no_photos_are_fine():
    assert find_faces(iter(given({"happy/a.png": DRAWN})), detector="whole").names == ("happy/a.png",)
    assert find_faces([]).images.shape == (0, 48, 48)


def test_only_one_photo_at_a_time_is_in_memory():
    side = 1500  # 6.75 MB as RGB
    content = png(side, side)
    many = [Photo(f"happy/{number}.png", lambda: content) for number in range(12)]
    tracemalloc.start()
    try:
        find_faces(many, detector="whole")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5 * 3 * side**2


def test_the_fingerprint_depends_only_on_images_and_labels():
    same = [find_faces(given({name: DRAWN}), detector="whole") for name in ("happy/a.png", "joy/b.png")]
    other = [
        find_faces(given({"sad/a.png": DRAWN}), detector="whole"),
        find_faces(given({"happy/a.png": HOPPER}), detector="whole"),
    ]
    prints = [result.fingerprint for result in (*same, *other)]
    assert prints[0] == prints[1] and len(set(prints)) == 3
    assert all(len(text) == 64 and int(text, 16) for text in prints)
