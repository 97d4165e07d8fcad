"""The Train and Models pages, run without a browser."""

import errno
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from fer.data import download, kaggle
from fer.data.formats import synthetic

ROOT = Path(__file__).parents[2]


def test_a_click_on_train_queues_the_recipe_of_the_form_and_opens_the_run(train, models):
    assert not train.exception and train.radio(key="train-data").value == "synthetic"
    train.number_input(key="train-epochs").set_value(3)
    train.text_input(key="train-name").set_value("mine")
    app = train.button(key="train-start").click().run()
    assert not app.exception and not app.error
    run = models["mine"]
    assert run.state == "queued" and run.config.epochs == 3 and run.config.architecture == "mini_xception"
    assert app.toast[0].value == "mine: started" and app.query_params["run"] in ("mine", ["mine"])
    assert any("Starts in a moment" in text.value for text in app.markdown)
    assert app.text_input(key="train-name").value == ""
    app = app.button(key="cancel-mine").click().run()
    assert not app.exception and "mine" not in [run.id for run in models]


def test_a_deployment_can_switch_training_off_and_then_shows_the_shipped_curves(models, monkeypatch):
    monkeypatch.setenv("FER_TRAINING", "off")
    app = AppTest.from_file(str(ROOT / "pages/train.py"), default_timeout=60).run()
    assert not app.exception and "switched off" in app.info[0].value
    assert not app.button and app.subheader[0].value == "Example run"


def test_an_uploaded_data_set_is_kept_under_its_name_and_what_is_none_is_not(train, small_npz, tmp_path):
    good, bad = small_npz.read_bytes(), b"no data"
    app = train.file_uploader(key="train-upload").set_value([("my faces.npz", good, "application/zip")]).run()
    app = app.button(key="train-keep").click().run()
    assert not app.exception and not app.error and (tmp_path / "data/my-faces.npz").read_bytes() == good
    assert app.radio(key="train-data").value == "my-faces", "it is chosen at once"
    app = app.file_uploader(key="train-upload").set_value([("other.npz", bad, "application/zip")]).run()
    app = app.button(key="train-keep").click().run()
    assert not app.exception and app.error and not (tmp_path / "data/other.npz").exists()


def test_images_that_are_not_in_the_data_set_are_counted_and_the_unreadable_listed(train, tmp_path):
    faces, _ = synthetic.draw(4, seed=0)
    for label in ("happy", "sad", "bored"):
        folder = tmp_path / "data/mine" / label
        folder.mkdir(parents=True)
        for i, face in enumerate(faces[:4]):
            Image.fromarray(face + len(label) + i).save(folder / f"{i}.png")
    (tmp_path / "data/mine/sad/broken.png").write_bytes(b"no image")
    train.session_state["train-explore"] = True
    app = train.run().radio(key="train-data").set_value("mine").run()
    assert not app.exception and not app.error
    assert any("1 unreadable image left out" in warning.value for warning in app.warning)
    assert any("broken.png" in str(table.value) for table in app.dataframe)


def test_a_data_set_that_cannot_be_opened_leaves_the_ways_to_others(train, tmp_path):
    (tmp_path / "data/bad.npz").parent.mkdir(exist_ok=True)
    (tmp_path / "data/bad.npz").write_bytes(b"no data")
    app = train.run().radio(key="train-data").set_value("bad").run()
    assert not app.exception and app.error and app.file_uploader(key="train-upload")
    app = app.radio(key="train-data").set_value("synthetic").run()
    assert not app.exception and not app.error


def test_a_link_to_data_that_is_not_there_says_so(train):
    app = AppTest.from_file(str(ROOT / "pages/train.py"), default_timeout=60)
    app.query_params["train-data"] = "gone"
    app = app.run()
    assert not app.exception and app.toast[0].value == "No data set is named gone."


def test_classes_that_the_data_has_not_are_reported_before_the_start(train):
    app = train.text_input(key="train-classes").set_value("happy, bored").run()
    assert not app.exception and "bored" in app.error[0].value
    assert app.button(key="train-start").disabled and app.number_input, "all else is still there"


def test_fewer_classes_are_looked_at_and_trained(train, models):
    train.session_state["train-explore"] = True
    app = train.text_input(key="train-classes").set_value("happy, not happy=sad+fear").run()
    assert any("not happy" in caption.value for caption in app.caption), "Explore, too"
    assert any("630 train" in caption.value for caption in app.caption)
    app.text_input(key="train-name").set_value("two")
    app = app.button(key="train-start").click().run()
    assert not app.exception and models["two"].config.classes == "happy, not happy=sad+fear"


def test_a_full_disk_is_reported(train, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("fer.runs.store.write_atomically", full)
    app = train.button(key="train-start").click().run()
    assert not app.exception and "The disk is full" in app.error[0].value


def test_fer2013_is_asked_of_kaggle_once(train, monkeypatch):
    asked = []
    monkeypatch.setattr("fer.data.download.start", lambda *source, **options: asked.append((*source, options)))
    monkeypatch.setenv("KAGGLE_API_TOKEN", "mine")
    app = train.radio(key="train-kaggle-source").set_value("competition").run()
    app = app.button(key="train-kaggle-get").click().run()
    assert not app.exception and asked == [("competition", {"votes": True, "mapping": "", "token": "mine"})]


def test_any_kaggle_data_set_can_be_asked_for_with_confirmed_class_folders(train, monkeypatch):
    asked = []
    monkeypatch.setattr("fer.data.download.start", lambda *source, **options: asked.append((*source, options)))
    app = train.radio(key="train-kaggle-source").set_value("other").run()
    assert not app.exception and "train-kaggle-get" not in [button.key for button in app.button]
    app = app.text_input(key="train-kaggle-handle").set_value("someone/faces").run()
    app = app.selectbox(key="train-kaggle-folders").set_value("raf-db").run()
    app = app.button(key="train-kaggle-get").click().run()
    wanted = {"votes": False, "mapping": "raf-db", "token": ""}
    assert not app.exception and asked == [("someone/faces", wanted)]


def test_the_known_copies_of_fer2013_are_offered_by_name(train, monkeypatch):
    options = " ".join(train.radio(key="train-kaggle-source").options)
    for handle in (
        "msambare/fer2013",
        "deadskull7/fer2013",
        "aadityasinghal/facial-expression-dataset",
        "jonathanoheix/face-expression-recognition-dataset",
    ):
        assert f"`{handle}`" in options
    asked = []
    monkeypatch.setattr("fer.data.download.start", lambda *source, **options: asked.append((*source, options)))
    app = train.radio(key="train-kaggle-source").set_value("msambare/fer2013").run()
    app = app.button(key="train-kaggle-get").click().run()
    assert not app.exception and asked == [("msambare/fer2013", {"votes": False, "mapping": "", "token": ""})]


def test_a_name_that_kaggle_cannot_have_is_reported(train):
    app = train.radio(key="train-kaggle-source").set_value("other").run()
    app = app.text_input(key="train-kaggle-handle").set_value("faces").run()
    app = app.button(key="train-kaggle-get").click().run()
    assert not app.exception and "given by its owner and name" in app.error[0].value


@pytest.mark.parametrize(
    ("phase", "total", "text"),
    [
        (download.STARTING, None, "Connecting to Kaggle…"),
        (kaggle.DOWNLOADING, 287_000_000, "72 of 287 MB, 3.4 MB/s"),
        (kaggle.READING, None, "Reading the data set…"),
    ],
)
def test_how_far_a_download_is_comes_from_its_state(train, monkeypatch, phase, total, text):
    running = download.Download(True, phase, 71_750_000, total, 3_400_000.0, (), "")
    monkeypatch.setattr("fer.data.download.latest", lambda: running)
    app = train.run()
    (bar,) = app.get("progress")  # in view, not in a popover
    assert not app.exception and (bar.proto.text, bar.proto.value) == (text, 25 if total else 0)


def test_a_deployment_can_switch_kaggle_off(models, monkeypatch):
    monkeypatch.setenv("FER_KAGGLE", "off")
    app = AppTest.from_file(str(ROOT / "pages/train.py"), default_timeout=60).run()
    assert not app.exception and "Nobody can download from Kaggle" in app.info[0].value
    assert "train-kaggle-source" not in {radio.key for radio in app.radio}


def test_a_damaged_run_hides_nothing_on_the_train_page(train, models):
    run = models.create(models["vgg_small"].config, "broken")
    (run.path / "status.json").write_text("{")
    app = train.run()
    assert not app.exception and not app.error and not app.button(key="train-start").disabled
