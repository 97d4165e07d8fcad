"""The Train and Models pages, run without a browser."""

import errno
from dataclasses import fields
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fer.data import download, kaggle
from fer.evaluation import stored
from fer.runs import speed
from fer.runs.config import GROUPS, TrainConfig
from fer.runs.presets import PRESETS
from fer.runs.run import LOG
from fer.runs.state import Status

ROOT = Path(__file__).parents[2]


@pytest.fixture
def train(models, monkeypatch) -> AppTest:
    monkeypatch.setattr("fer.runs.queue.see_to", lambda store: None)  # nothing is trained in these tests
    return AppTest.from_file(str(ROOT / "pages/train.py"), default_timeout=60).run()


def test_a_click_on_train_queues_the_recipe_of_the_form(train, models):
    assert not train.exception and train.selectbox(key="train-data").value == "synthetic"
    train.number_input(key="train-epochs").set_value(3)
    train.text_input(key="train-name").set_value("mine")
    app = train.button[-1].click().run()
    assert not app.exception and not app.error
    run = models["mine"]
    assert run.state == "queued" and run.config.epochs == 3 and run.config.architecture == "mini_xception"
    assert (
        any("**mine** starts next" in text.value for text in app.markdown)
        and app.text_input(key="train-name").value == ""
    )
    app = app.button(key="cancel-mine").click().run()
    assert not app.exception and "mine" not in [run.id for run in models]


def test_a_preset_fills_the_form(train):
    app = train.button_group(key="train-preset").set_value("Balanced").run()
    assert app.number_input(key="train-epochs").value == 20
    assert app.selectbox(key="train-architecture").value == "vgg_small"


def test_the_form_shows_every_setting_under_the_title_of_its_group(train):
    titles = [text.value.strip("*").lower() for text in train.expander[-1].markdown]
    assert titles == list(GROUPS)
    kinds = ("number_input", "toggle", "selectbox", "text_input", "multiselect")
    keys = {widget.key for kind in kinds for widget in train.expander[-1].get(kind)}
    assert keys == {f"train-{item.name}" for item in fields(TrainConfig) if item.name not in ("data", "classes")}


def test_settings_that_change_nothing_are_disabled(train):
    assert train.number_input(key="train-backbone_rate").disabled
    assert train.number_input(key="train-teacher_share").disabled
    train.multiselect(key="train-teacher").set_value(["vgg_small"])
    app = train.selectbox(key="train-architecture").set_value("mobilenet_v2").run()
    assert not app.number_input(key="train-backbone_rate").disabled
    assert not app.number_input(key="train-teacher_share").disabled


def test_unwise_settings_are_reported_and_a_taken_name_is_refused(train, models):
    app = train.number_input(key="train-mixup").set_value(0.2).run()
    app = app.toggle(key="train-class_weights").set_value(True).run()
    assert any("mixup" in warning.value for warning in app.warning)
    app.text_input(key="train-name").set_value("vgg_small")
    app = app.button[-1].click().run()
    assert not app.exception and "already exists" in app.error[0].value
    assert app.text_input(key="train-name").value == "vgg_small", "what was typed stays"


def test_a_lost_training_is_shown_with_its_reason_and_can_be_resumed_or_deleted(train, models):
    run = models.create(models["vgg_small"].config, "gone")
    run.status = Status("training")
    app = train.run()
    assert any("is lost" in text.value for text in app.markdown)
    app = app.button(key="resume-gone").click().run()
    assert not app.exception and run.state == "queued"


def test_a_deployment_can_switch_training_off_and_then_shows_the_shipped_curves(models, monkeypatch):
    monkeypatch.setenv("FER_TRAINING", "off")
    app = AppTest.from_file(str(ROOT / "pages/train.py"), default_timeout=60).run()
    assert not app.exception and "switched off" in app.info[0].value
    assert not app.button and len(app.get("plotly_chart")) == 5


def test_an_uploaded_data_set_is_kept_under_its_name_and_what_is_none_is_not(train, small_npz, tmp_path):
    good, bad = small_npz.read_bytes(), b"no data"
    app = train.file_uploader(key="train-upload").set_value([("my faces.npz", good, "application/zip")]).run()
    app = app.button(key="train-keep").click().run()
    assert not app.exception and not app.error and (tmp_path / "data/my-faces.npz").read_bytes() == good
    app = app.file_uploader(key="train-upload").set_value([("other.npz", bad, "application/zip")]).run()
    app = app.button(key="train-keep").click().run()
    assert not app.exception and app.error and not (tmp_path / "data/other.npz").exists()


def test_classes_that_the_data_has_not_are_reported_before_the_start(train):
    app = train.text_input(key="train-classes").set_value("happy, bored").run()
    assert not app.exception and "bored" in app.error[0].value
    assert app.button[-1].disabled and app.number_input, "all else is still there"


def test_fewer_classes_are_looked_at_and_trained(train, models):
    app = train.text_input(key="train-classes").set_value("happy, not happy=sad+fear").run()
    assert any("630 train" in caption.value for caption in app.caption)
    app.text_input(key="train-name").set_value("two")
    app = app.button[-1].click().run()
    assert not app.exception and models["two"].config.classes == "happy, not happy=sad+fear"


def test_starting_from_a_run_takes_its_network_and_another_network_drops_it(train):
    app = train.selectbox(key="train-start_from").set_value("vgg_small").run()
    assert not app.exception and app.selectbox(key="train-architecture").value == "vgg_small"
    app = app.selectbox(key="train-architecture").set_value("resnet10").run()
    assert not app.exception and app.selectbox(key="train-start_from").value == ""


def test_every_preset_reports_its_time_on_this_machine(models, monkeypatch):
    monkeypatch.setattr("fer.runs.queue.see_to", lambda store: None)
    for preset in PRESETS.values():
        speed.note(models, preset.config("synthetic"), train=1470 / 60, validate=1e9, judge=1e9)
    app = AppTest.from_file(str(ROOT / "pages/train.py"), default_timeout=60).run()
    shown = {caption.value.partition(":")[0] for caption in app.caption}
    assert {"**Quick look**, about 8 min here", "**Balanced**, about 20 min here"} <= shown
    assert any("about 8 min" in info.value for info in app.info)


def test_a_finished_training_shows_its_validation_report_and_its_files(train, models, monkeypatch):
    monkeypatch.setattr("streamlit.page_link", lambda *_, **__: None)  # it knows no pages where one runs alone
    train.session_state["train-seen"] = ["vgg_small"]  # it ran when this visitor last looked
    app = train.run()
    report = stored.report(models["vgg_small"], "fer2013", "val")
    assert not app.exception and "vgg" in app.success[0].value
    assert app.metric[0].value == f"{report.accuracy:.1%}"
    assert "chosen on this split" in next(text.value for text in app.warning)


def test_a_full_disk_is_reported(train, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("fer.runs.store.write_atomically", full)
    app = train.button[-1].click().run()
    assert not app.exception and "The disk is full" in app.error[0].value


def test_why_a_training_failed_is_reported_by_its_status(train, models):
    run = models.create(models["vgg_small"].config, "gone")
    run.status = Status("failed", "The disk is full.")
    (run.path / LOG).write_text("epoch 1\n\nfer: Something else.\n")
    shown = [text.value.replace("\\", "") for text in train.run().markdown]
    assert any("is failed. The disk is full" in text for text in shown) and "Something else" not in "".join(shown)


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
        (download.STARTING, None, "Connecting to Kaggle …"),
        (kaggle.DOWNLOADING, 287_000_000, "72 of 287 MB, 3.4 MB/s"),
        (kaggle.READING, None, "Reading the data set …"),
    ],
)
def test_how_far_a_download_is_comes_from_its_state(train, monkeypatch, phase, total, text):
    running = download.Download(True, phase, 71_750_000, total, 3_400_000.0, (), "")
    monkeypatch.setattr("fer.data.download.latest", lambda: running)
    app = train.run()
    (bar,) = app.get("progress")
    assert not app.exception and (bar.proto.text, bar.proto.value) == (text, 25 if total else 0)


def test_a_deployment_can_switch_kaggle_off(models, monkeypatch):
    monkeypatch.setenv("FER_KAGGLE", "off")
    app = AppTest.from_file(str(ROOT / "pages/train.py"), default_timeout=60).run()
    assert not app.exception and "Nobody can download from Kaggle" in app.info[0].value and not app.radio


def test_a_damaged_run_hides_nothing_on_the_train_page(train, models):
    run = models.create(models["vgg_small"].config, "broken")
    (run.path / "status.json").write_text("{")
    app = train.run()
    assert not app.exception and not app.error and app.button[-1].label == "Train"
