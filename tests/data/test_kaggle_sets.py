"""Any Kaggle data set by its owner and name, from a local stand-in for Kaggle."""

import io
import zipfile

import pytest
from helpers.kaggle_stand_in import pointing_at
from helpers.made_folders import write

from fer.cli.main import main
from fer.data import catalog, kaggle, kaggle_client
from fer.data.catalog import open_dataset
from fer.data.folder_classes import MAPPINGS
from fer.data.kaggle import SOURCES, get_data, source
from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.system import archives


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The stand-in server, without any file yet, and an empty data/."""
    with pointing_at({}, tmp_path, monkeypatch) as home:
        yield home


@pytest.fixture
def pack(small_rows, tmp_path):
    """A function that makes a zip of the small rows in class folders."""

    def pack(names=EMOTIONS, splits=("train", "val", "test")) -> bytes:
        folder, buffer = write(tmp_path / "packed", small_rows, names, splits), io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for file in sorted(folder.rglob("*.png")):
                archive.write(file, file.relative_to(folder))
        return buffer.getvalue()

    return pack


def numbered(mapping: str) -> tuple[str, ...]:
    number = {label: number for number, label in MAPPINGS[mapping].classes.items()}
    return tuple(number[emotion] for emotion in EMOTIONS)


@pytest.mark.parametrize(
    ("text", "handle", "name"),
    [
        ("someone/their-faces", "someone/their-faces", "someone-their-faces"),
        (" https://www.kaggle.com/datasets/someone/faces ", "someone/faces", "someone-faces"),
        ("kaggle.com/someone/faces/", "someone/faces", "someone-faces"),
        ("https://www.kaggle.com/datasets/someone/faces?select=train", "someone/faces", "someone-faces"),
        (f"a/{'b' * 99}", f"a/{'b' * 99}", f"a-{'b' * 62}"),
        ("msambare/fer2013", "msambare/fer2013", "msambare-fer2013"),
        ("deadskull7/fer2013", "deadskull7/fer2013", "fer2013"),
        ("copy", "deadskull7/fer2013", "fer2013"),
    ],
)
def test_a_data_set_is_given_by_owner_and_name_or_address(text, handle, name):
    assert (source(text).handle, source(text).name) == (handle, name)


@pytest.mark.parametrize(
    "text", ["", "fer2013", "a/b/c", "../x", "-a/b", "a/-b", "a b/c", "a/b\n-x", "https://x.org/a/b"]
)
def test_any_other_text_is_refused(text):
    with pytest.raises(FerError, match=r"given by its owner and name, such as msambare/fer2013, got "):
        source(text)


def test_four_copies_of_fer2013_are_known():
    assert {found.handle for found in SOURCES.values() if not found.is_competition} == {
        "msambare/fer2013",
        "deadskull7/fer2013",
        "aadityasinghal/facial-expression-dataset",
        "jonathanoheix/face-expression-recognition-dataset",
    }


@pytest.mark.parametrize("splits", [("train/train", "val/val", "test/test"), ("i/train", "i/validation", "i/test")])
def test_a_data_set_is_stored_under_its_owner_and_name(splits, home, pack, capsys):
    home.files["faces.zip"] = pack(splits=splits)
    assert main(["download", "--source", "someone/faces"]) == 0
    assert capsys.readouterr().out == "Saved someone-faces.zip in data/\n"
    assert catalog.available() == ["someone-faces"] and not kaggle_client.cache().exists()
    dataset = open_dataset("someone-faces")
    assert dataset.labels == EMOTIONS and dataset.carved == ()
    assert [len(part) for part in (dataset.train, dataset.val, dataset.test)] == [35, 7, 14]
    asked = len(home.asked)
    assert main(["download", "--source", "someone/faces"]) == 0 and len(home.asked) == asked


def test_a_download_of_numbered_folders_goes_on_once_they_are_confirmed(home, pack):
    home.files["raf.zip"] = pack(numbered("raf-db"))
    with pytest.raises(
        FerError, match=r"of someone/raf are named by numbers\. Download it again .* raf-db \(1 surprise"
    ):
        get_data(source("someone/raf"))
    assert catalog.available() == []
    del home.files["raf.zip"]  # it is not downloaded again
    assert main(["download", "--source", "someone/raf", "--folder-classes", "raf-db"]) == 0
    assert open_dataset("someone-raf").labels == EMOTIONS


def test_a_data_set_that_does_not_exist_or_is_private_is_reported(home):
    with pytest.raises(
        FerError, match=r"Kaggle has no public data set nobody/faces \(403\)\. Check its name at https"
    ) as refusal:
        get_data(source("nobody/faces"))
    assert "competition" not in str(refusal.value) and "2. accept the terms" in str(refusal.value)
    with pytest.raises(FerError, match=r"Kaggle has no public data set someone/faces \(404\)"):
        get_data(source("someone/faces"))


def test_a_download_beyond_the_limit_is_refused_before_its_first_byte(home, pack, monkeypatch):
    home.files["faces.zip"] = pack()
    monkeypatch.setattr(kaggle_client, "MOST_BYTES", 1000)
    with pytest.raises(FerError, match=r"someone/faces has [\d,]+ bytes; the limit is 1,000\. Download it yourself"):
        get_data(source("someone/faces"))
    assert [file for file in kaggle_client.cache().rglob("*") if file.is_file() and file.stat().st_size] == []


def test_what_is_in_a_downloaded_zip_has_the_limits_of_an_upload(home, monkeypatch):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(archives.MOST_ENTRIES + 1):
            archive.writestr(f"happy/{number}.png", b"")
    home.files["bomb.zip"] = buffer.getvalue()
    with pytest.raises(FerError, match=r"would unpack to 200,001 files"):
        get_data(source("someone/bomb"))
    assert catalog.available() == [] and not kaggle_client.cache().exists()


def test_a_download_that_is_no_zip_is_refused(home):
    home.files["faces.zip"] = b"<html>Sign in</html>"
    with pytest.raises(FerError, match=r"someone-faces.zip cannot be opened"):
        get_data(source("someone/faces"))
    assert catalog.available() == []
    assert kaggle.source("someone/faces").stored_as == "someone-faces.zip"
