"""The password and the login: who may do what, and how guessing is slowed down."""

import threading
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fer.errors import FerError
from pages.parts.shared import access, settings
from pages.parts.shared.attempts import FORGOTTEN_SECONDS, LONGEST_SECONDS, Attempts, same

ROOT = Path(__file__).parents[2]
LOGIN = """
FER_EMAILS = ["Ada@example.org", "grace@example.org"]
[auth]
redirect_uri = "http://localhost:8501/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
client_id = "fer"
client_secret = "secret"
server_metadata_url = "http://localhost:9/.well-known/openid-configuration"
"""
ADA = {"is_logged_in": True, "email": "ada@EXAMPLE.org", "email_verified": True}


def train_page(user: dict | None = None) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages/train.py"), default_timeout=60)
    app.user = user or {}
    return app.run()


def test_a_deployment_can_ask_for_a_password(models, monkeypatch, clock):
    monkeypatch.setenv("FER_PASSWORD", "sesame")
    app = train_page()
    assert not app.exception and not app.radio
    app = app.text_input(key="access-training").set_value("guess").run()
    assert app.error[0].value == "Wrong password\\. Try again in 1 s\\." and not app.radio
    app = app.text_input(key="access-training").set_value("sesame").run()
    assert "Too soon" in app.error[0].value and not app.radio, "even the right one has to wait"
    clock.now += 1
    app = app.text_input(key="access-training").set_value("sesame").run()
    assert not app.exception and app.radio(key="train-data").value == "synthetic"
    monkeypatch.setenv("FER_PASSWORD", "another")
    assert not app.run().radio, "a new password locks all sessions"


def test_a_rerun_does_not_try_a_wrong_password_again(models, monkeypatch, clock):
    monkeypatch.setenv("FER_PASSWORD", "sesame")
    app = train_page().text_input(key="access-training").set_value("guess").run()
    clock.now += 1
    app = app.run()
    assert not app.error and app.text_input(key="access-training").value == ""


def test_every_visitor_waits_after_a_wrong_password(models, monkeypatch):
    monkeypatch.setenv("FER_PASSWORD", "sesame")
    first, second = train_page(), train_page()
    first.text_input(key="access-training").set_value("guess").run()
    second = second.text_input(key="access-training").set_value("sesame").run()
    assert "Too soon" in second.error[0].value and not second.radio


def test_a_visitor_who_is_in_stays_in_while_others_guess(models, monkeypatch):
    monkeypatch.setenv("FER_PASSWORD", "sesame")
    app = train_page().text_input(key="access-training").set_value("sesame").run()
    train_page().text_input(key="access-training").set_value("guess").run()
    assert app.run().radio(key="train-data").value == "synthetic"


def test_the_wait_doubles_up_to_a_limit_and_is_forgotten_after_a_while(clock):
    attempts, waits = Attempts(clock), []
    for _ in range(9):
        before = clock.now
        with pytest.raises(FerError, match="Wrong password"):
            attempts.check("guess", "sesame")
        while True:
            clock.now += 0.5
            try:
                attempts.check("sesame", "sesame")
                break
            except FerError as error:
                assert "Too soon" in str(error)
        waits.append(clock.now - before)
    assert waits == [1, 2, 4, 8, 16, 32, LONGEST_SECONDS, LONGEST_SECONDS, LONGEST_SECONDS]
    clock.now += FORGOTTEN_SECONDS
    with pytest.raises(FerError, match="again in 1 s"):
        attempts.check("guess", "sesame")


def test_of_many_guesses_at_once_only_one_is_looked_at(clock):
    attempts, said = Attempts(clock), []

    def guess(i: int) -> None:
        try:
            attempts.check(f"guess {i}", "sesame")
        except FerError as error:
            said.append(str(error).split()[0])

    threads = [threading.Thread(target=guess, args=(i,)) for i in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(said) == ["Too"] * 19 + ["Wrong"]


def test_passwords_of_any_characters_are_compared():
    assert same("Käse\udcff", "Käse\udcff") and not same("Käse", "Kase") and not same("", "x")


def test_a_password_that_is_a_number_in_the_file_is_taken_as_its_digits(models, secrets):
    secrets("FER_PASSWORD = 1234\n")
    app = train_page().text_input(key="access-training").set_value("1234").run()
    assert app.radio(key="train-data").value == "synthetic"


@pytest.fixture
def login(secrets, monkeypatch):
    monkeypatch.setattr(settings, "find_spec", lambda name: True)  # Authlib
    secrets(LOGIN)
    return secrets


def test_whoever_is_on_the_list_of_addresses_may_train_after_the_login(models, login):
    app = train_page({"is_logged_in": False})
    assert not app.radio and app.button(key="access-login-training").label == "Log in"
    assert "on this server, log in" in app.info[0].value
    app = train_page(ADA)
    assert not app.exception and app.radio(key="train-data").value == "synthetic"


@pytest.mark.parametrize(
    "change",
    [
        {"email": "eve@example.org"},
        {"email": ""},
        {"email": None},
        {"email_verified": False},
        {"email_verified": "false"},
        {"is_logged_in": False},
        {"is_logged_in": "yes"},
    ],
    ids=str,
)
def test_nobody_else_may(models, login, change):
    app = train_page(ADA | change)
    assert not app.exception and not app.radio and "on this server, log in" in app.info[0].value


def test_a_provider_that_says_nothing_of_confirmation_is_trusted(models, login):
    assert train_page({"is_logged_in": True, "email": "grace@example.org"}).radio


def test_a_stranger_learns_which_address_was_refused(models, login):
    app = train_page(ADA | {"email": "eve@example.org"})
    assert "eve\\@example\\.org is not on this server's list" in app.error[0].value


def test_the_password_helps_beside_a_login(models, login):
    login('FER_PASSWORD = "sesame"\n' + LOGIN)
    app = train_page({"is_logged_in": False})
    assert "enter the password or log in" in app.info[0].value
    assert app.text_input(key="access-training").set_value("sesame").run().radio


def test_who_is_logged_in_is_shown_with_a_way_out(models, login):
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.user = ADA
    app = app.run()
    assert not app.exception and app.sidebar.button(key="access-logout").label == "Log out"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('cookie_secret = "0123456789abcdef0123456789abcdef"', 'cookie_secret = "xxx"', "at least 32 characters"),
        ('client_secret = "secret"', "", "needs client_secret under"),
        ('["Ada@example.org", "grace@example.org"]', "[]", "must list the e-mail addresses"),
        ('["Ada@example.org", "grace@example.org"]', '"everyone"', "must list the e-mail addresses"),
    ],
)
def test_a_login_that_is_not_safe_is_a_fault(login, old, new, why):
    login(LOGIN.replace(old, new))
    assert why in access.refusal("training")


def test_a_login_without_authlib_is_a_fault(login, monkeypatch):
    monkeypatch.setattr(settings, "find_spec", lambda name: None)
    assert 'pip install ".[login]"' in access.refusal("training")


def test_addresses_can_be_written_in_the_environment(monkeypatch):
    monkeypatch.setenv("FER_EMAILS", "Ada@example.org, grace@example.org")
    assert settings.emails() == {"ada@example.org", "grace@example.org"}
