"""Settings of a deployment fail closed: whatever is not plainly on is off, and page and log say why."""

import re
from pathlib import Path

import pytest
import streamlit as st
from helpers import models_page
from streamlit import config
from streamlit.testing.v1 import AppTest

from pages.parts.shared import access, disk, settings, upload_size

ROOT = Path(__file__).parents[2]


def page(name: str) -> AppTest:
    return AppTest.from_file(str(ROOT / f"pages/{name}.py"), default_timeout=60).run()


@pytest.mark.parametrize("right", settings.RIGHTS)
def test_without_any_settings_whoever_starts_the_app_may_do_everything(right):
    assert access.is_granted(right) and not settings.is_public()


def test_a_file_that_sets_something_else_leaves_everything_on(secrets):
    secrets('KAGGLE_API_TOKEN = "mine"\n[[ice_servers]]\nurls = "turn:example.org"\n')
    assert all(access.is_granted(right) for right in settings.RIGHTS)


@pytest.mark.parametrize("value", ["on", "ON", " on ", "true", "True", "1", "yes"])
def test_what_is_plainly_on_is_on(monkeypatch, value):
    monkeypatch.setenv("FER_TRAINING", value)
    assert access.is_granted("training")


@pytest.mark.parametrize("value", ["off", "off ", "Off", "disabled", "", "none", "0", "no", "on!", '"on"', "\ufeffon"])
def test_what_is_not_plainly_on_is_off(monkeypatch, value):
    monkeypatch.setenv("FER_TRAINING", value)
    assert not access.is_granted("training") and "Nobody can train" in access.refusal("training")
    assert access.is_granted("uploads")


@pytest.mark.parametrize(("name", "meant"), [("FER_PUBLC", "FER_PUBLIC"), ("FER_UPLOAD", "FER_UPLOADS")])
def test_a_misspelt_setting_in_the_environment_switches_everything_off(monkeypatch, name, meant):
    monkeypatch.setenv(name, "on")
    assert settings.is_public() and not any(access.is_granted(right) for right in settings.RIGHTS)
    assert f"Did you mean '{meant}'" in settings.fault() and "Correct it in the environment" in settings.fault()


def test_what_kubernetes_tells_of_a_service_is_no_setting(monkeypatch):
    told = ("FER_SERVICE_HOST", "FER_SERVICE_PORT", "FER_SERVICE_PORT_HTTP", "FER_PORT", "FER_WEB_PORT_8501_TCP_ADDR")
    for name in told:
        monkeypatch.setenv(name, "10.0.0.7")
    assert not settings.fault()
    monkeypatch.setenv("FER_PORTS", "8501")
    assert "Unknown setting 'FER_PORTS'" in settings.fault()


@pytest.mark.parametrize("line", ["false", "0", '"disabled"', '["on"]', '{value = "on"}', "1979-05-27"])
def test_values_that_only_toml_has_are_off_unless_they_are_plainly_on(secrets, line):
    secrets(f"FER_TRAINING = {line}\n")
    assert not access.is_granted("training")


@pytest.mark.parametrize("line", ["true", "1", '"on"'])
def test_values_that_only_toml_has_can_be_on(secrets, line):
    secrets(f"FER_TRAINING = {line}\n")
    assert access.is_granted("training")


BROKEN = {
    "a missing quote": (b'FER_TRAINING = "off\n', "line 1, column 20"),
    "a byte order mark": (b'\xef\xbb\xbfFER_TRAINING = "on"\n', "byte order mark"),
    "UTF-16": ('FER_TRAINING = "on"\n'.encode("utf-16"), "can't decode"),
    "a setting under another table": (b'[server]\nFER_TRAINING = "off"\n', r"stands under \[server\]"),
    "a setting below the list of servers": (
        b'[[ice_servers]]\nurls = "turn:x"\nFER_UPLOADS = "on"\n',
        r"stands under \[ice_servers\]",
    ),
    "a misspelt setting": (b'FER_TRAINNG = "off"\n', "Did you mean 'FER_TRAINING'"),
    "a setting in lower case": (b'fer_training = "off"\n', "Unknown setting 'fer_training'"),
    "an empty password": (b'FER_PASSWORD = ""\n', "FER_PASSWORD must be a text that is not empty"),
    "a password that is a list": (b'FER_PASSWORD = ["a"]\n', "FER_PASSWORD must be a text"),
    "a queue without a number": (b'FER_QUEUE = "two"\n', "FER_QUEUE must be a number of 0 or more, got 'two'"),
    "a disk without an end": (b"FER_DISK_GB = inf\n", "FER_DISK_GB must be a number of 0 or more, got inf"),
    "a login without a list of addresses": (
        b'[auth]\nclient_id = "x"\n',
        "The login with FER_EMAILS needs redirect_uri",
    ),
    "a list of addresses without a login": (
        b'FER_EMAILS = ["a@b.org"]\n',
        "The login with FER_EMAILS needs redirect_uri",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_settings_with_a_fault_switch_everything_off_and_the_log_says_why(secrets, caplog, case):
    content, why = BROKEN[case]
    secrets(content)
    for right in settings.RIGHTS:
        assert not access.is_granted(right)
    assert settings.is_public()
    with pytest.raises(Exception, match=why):
        access.require("training")
    (record,) = [record for record in caplog.records if record.name == "fer"]
    assert record.levelname == "WARNING" and record.message in access.refusal("training")


def test_settings_that_cannot_be_read_leave_no_door_open_by_the_environment(secrets, monkeypatch):
    monkeypatch.setenv("FER_TRAINING", "on")
    secrets('FER_PASSWORD = "sesame\n')
    assert not access.is_granted("training")


def test_a_corrected_file_is_read_without_a_restart(secrets):
    secrets('FER_TRAINING = "on\n')
    assert not access.is_granted("training")
    secrets('FER_TRAINING = "on"\n')
    assert access.is_granted("training")


def test_a_file_that_vanishes_while_the_server_runs_opens_nothing(secrets, tmp_path):
    secrets('FER_PASSWORD = "sesame"\n')
    assert not access.is_granted("training")
    (tmp_path / "secrets.toml").rename(tmp_path / "secrets.toml~")
    st.secrets._reset()  # as Streamlit does when it notices
    assert not access.is_granted("training") and "it is gone" in access.refusal("training")


def test_the_train_page_names_the_line_that_does_not_parse(models, secrets):
    secrets('FER_TRAINING = "off\n')
    app = page("train")
    assert not app.exception and not app.button and "line 1" in app.warning[0].value
    assert str(ROOT) not in app.warning[0].value


def test_the_models_page_offers_nothing_while_the_settings_have_a_fault(models, secrets, no_links):
    secrets('FER_UPLOAD = "on"\n')
    app = models_page.opened("mini_xception")
    assert not app.exception and [button.key for button in app.button] == ["models-import-open"]
    assert ["FER\\_UPLOADS" in warning.value for warning in app.warning] == [True]
    app = app.button(key="models-import-open").click().run()
    assert not app.exception and not app.file_uploader
    assert ["FER\\_UPLOADS" in warning.value for warning in app.warning] == [True]


@pytest.mark.parametrize("value", ["on", "true", "of", "", "disabled"])
def test_a_server_is_public_unless_that_is_plainly_off(monkeypatch, value):
    monkeypatch.setenv("FER_PUBLIC", value)
    monkeypatch.setenv("FER_TRAINING", "on")
    assert not any(access.is_granted(right) for right in settings.RIGHTS)
    assert "neither a password nor a login" in access.refusal("training")
    assert {name: settings.limit(name) for name in settings.LIMITS} == {
        "FER_QUEUE": 2,
        "FER_DISK_GB": 5,
        "FER_UPLOAD_MB": 100,
    }


def test_a_public_server_with_a_password_asks_for_it(monkeypatch, models):
    monkeypatch.setenv("FER_PUBLIC", "on")
    monkeypatch.setenv("FER_PASSWORD", "sesame")
    app = page("train")
    assert not app.button and "enter the password" in app.info[0].value
    app = app.text_input(key="access-training").set_value("sesame").run()
    assert not app.exception and app.radio(key="train-data").value == "synthetic"
    assert any("of the 5.00 GB allowed on this server" in caption.value for caption in app.caption)


def test_a_limit_of_ones_own_counts_on_a_public_server_too(monkeypatch):
    monkeypatch.setenv("FER_PUBLIC", "on")
    monkeypatch.setenv("FER_DISK_GB", "0.5")
    assert settings.limit("FER_DISK_GB") == 0.5 and settings.limit("FER_QUEUE") == 2


@pytest.fixture
def streamlits_limit():
    before = config.get_option("server.maxUploadSize")
    yield before
    config.set_option("server.maxUploadSize", before)


def test_a_public_server_takes_smaller_files_from_any_session(streamlits_limit, monkeypatch, models):
    upload_size.cap()
    assert config.get_option("server.maxUploadSize") == streamlits_limit, "a local one as before"
    monkeypatch.setenv("FER_PUBLIC", "on")
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    assert not app.exception and config.get_option("server.maxUploadSize") == 100
    assert upload_size.largest(200) == 100 and upload_size.largest(20) == 20
    monkeypatch.setenv("FER_UPLOAD_MB", "9000")
    upload_size.cap()
    assert config.get_option("server.maxUploadSize") == 100, "it is only ever lowered"


def test_what_is_used_is_shown_on_models(models):
    disk._seen.clear()
    captions = [caption.value for caption in page("models").caption]
    assert any(re.fullmatch(r"`models/` and `data/` hold \d+\.\d MB\.", text) for text in captions), captions


def test_what_is_used_and_a_full_queue_are_shown_on_train(models, monkeypatch):
    disk._seen.clear()
    monkeypatch.setattr("fer.runs.queue.see_to", lambda store: None)
    monkeypatch.setenv("FER_DISK_GB", "3")
    monkeypatch.setenv("FER_QUEUE", "0")
    app = page("train")
    assert any("of the 3.00 GB allowed on this server" in caption.value for caption in app.caption)
    app = app.button(key="train-start").click().run()
    app.text_input(key="train-name").set_value("another")
    app = app.button(key="train-start").click().run()
    assert not app.exception and "The queue is full" in app.error[0].value
    assert "another" not in [run.id for run in models]
