"""A manifest gives a user's photos their labels and groups, and nothing is dropped silently."""

import pytest
from helpers.made_photos import ASTRONAUT, HOPPER, PAIR, given, packed, png

from fer.data.labelled_photos import find_faces
from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.evaluation.own_photos import Line, OwnPhotos, parse, read_photos
from fer.faces.photos import in_zip

HEAD = "file,label,group\n"


def read(files: dict[str, bytes], **settings) -> OwnPhotos:
    with in_zip(packed(files)) as photos:
        return read_photos(photos, **({"detector": "whole"} | settings))


def labels(found: OwnPhotos) -> dict[str, str]:
    return dict(zip(found.faces.names, (EMOTIONS[place] for place in found.faces.labels), strict=True))


def test_without_a_manifest_photos_are_read_as_before():
    files = {"happy/a.jpg": ASTRONAUT, "misc/b.jpg": HOPPER}
    found, before = read(files), find_faces(given(files), detector="whole")
    assert (found.faces.names, found.faces.failures) == (before.names, before.failures)
    assert found.groups == {} and found.of_faces == [""]


@pytest.mark.parametrize("folder", ["", "mine/", "mine/deep/"])
def test_a_manifest_gives_labels_and_groups_to_the_photos_beside_it(folder):
    text = HEAD + "a.jpg,happy,women\nsub/b.jpg,Joy,men\nsad/c.jpg,,\nfear/d.jpg,,men\n"
    photos = {"a.jpg": ASTRONAUT, "sub/b.jpg": HOPPER, "sad/c.jpg": PAIR, "fear/d.jpg": PAIR, "angry/e.jpg": PAIR}
    found = read({f"{folder}{name}": content for name, content in {**photos, "Manifest.CSV": text.encode()}.items()})
    expected = {
        "a.jpg": "happy",
        "sub/b.jpg": "happy",
        "sad/c.jpg": "sad",
        "fear/d.jpg": "fear",
        "angry/e.jpg": "angry",
    }
    assert labels(found) == {f"{folder}{name}": label for name, label in expected.items()}
    assert not found.faces.failures
    groups = dict(zip(found.faces.names, found.of_faces, strict=True))
    assert {name.removeprefix(folder): group for name, group in groups.items() if group} == {
        "a.jpg": "women",
        "sub/b.jpg": "men",
        "fear/d.jpg": "men",
    }


def test_files_may_also_be_named_from_the_root_of_the_upload():
    found = read({"mine/a.jpg": ASTRONAUT, "mine/manifest.csv": (HEAD + "mine\\a.jpg,happy,women").encode()})
    assert labels(found) == {"mine/a.jpg": "happy"} and found.of_faces == ["women"]


def test_what_the_manifest_cannot_label_is_listed_with_the_reason():
    text = HEAD + "gone.jpg,happy,men\na.jpg,bored,men\nwall.png,sad,men\n"
    found = read(
        {"a.jpg": ASTRONAUT, "wall.png": png(300, 200), "loose.jpg": PAIR, "manifest.csv": text.encode()},
        detector="yunet",
    )
    reasons = {failure.name: failure.reason for failure in found.faces.failures}
    assert set(reasons) == {"gone.jpg", "a.jpg", "wall.png", "loose.jpg"} and not len(found.faces.labels)
    assert reasons["gone.jpg"] == "manifest.csv names it, but it is not among the photos."
    assert reasons["a.jpg"].startswith("Its label 'bored' in manifest.csv is not one of angry, disgust,")
    assert reasons["wall.png"] == "No face was found." and reasons["loose.jpg"].startswith(
        "It is not in a class folder"
    )
    assert found.undetected == {"men": 1}


def test_names_of_photos_with_several_faces_are_their_own():
    text = HEAD + "pair.jpg,happy,two\n"
    found = read({"pair.jpg": PAIR, "manifest.csv": text.encode()}, detector="yunet")
    assert found.faces.several == found.faces.names == ("pair.jpg",)


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "a.jpg,happy,men\n",
        "﻿" + HEAD + "a.jpg,happy,men\n",
        "Group; FILE ;label\nmen;a.jpg;happy\n",
        "label,age,group,file\nhappy,7,men,./a.jpg\n\n",
    ],
    ids=["plain", "byte order mark", "semicolons and another order", "another column and an empty line"],
)
def test_a_manifest_is_read_as_spreadsheets_write_it(text):
    assert parse(text.encode()) == {"a.jpg": Line("happy", "men")}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "no column file"),
        (b"file,label\na.jpg,happy\n", "no column group. Its first line must be file,label,group"),
        (HEAD.encode() + "näh.jpg,happy,men\n".encode("latin-1"), "cannot be read.*UTF-8"),
        (HEAD.encode() + b'"a.jpg,happy,men\n', "cannot be read"),
        (HEAD.encode() + b"a.jpg,happy,x\n./a.jpg,sad,x\n", "names a.jpg twice, again in line 3"),
        (HEAD.encode() + "".join(f"{i}.jpg,sad,g{i}\n" for i in range(51)).encode(), "has 51 groups; the limit is 50"),
        (HEAD.encode() + b",\n" * 60_000, "more than 52,428 lines. Split the photos."),
        (HEAD.encode() + b"a" * 6_000_000, "has 6 MB; the limit is 5 MB"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_refused(content, error):
    with pytest.raises(FerError, match=error):
        parse(content)


def test_two_manifests_are_refused():
    with pytest.raises(FerError, match=r"There are 2 files named manifest\.csv"):
        read({"a/manifest.csv": HEAD.encode(), "b/manifest.csv": HEAD.encode()})
