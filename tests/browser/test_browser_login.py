"""Logging in at a provider's, in Debian's Chromium and with Streamlit's own code, and what a public server shows."""

import shutil
from pathlib import Path

import pytest
from helpers.browsing import serve, tab
from helpers.login_stand_in import provider
from helpers.shipped import ROOT

from browser.conftest import furnished

SECRETS = """
FER_PUBLIC = "on"
FER_EMAILS = ["ada@example.org"]
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
client_id = "fer"
client_secret = "secret"
server_metadata_url = "%s/.well-known/openid-configuration"
"""


def house_with(folder: Path, secrets: str) -> Path:
    """The app in a folder of its own, with a secrets.toml."""
    house = furnished(folder)
    (house / ".streamlit").unlink()
    (house / ".streamlit").mkdir()
    shutil.copy(ROOT / ".streamlit/config.toml", house / ".streamlit")
    (house / ".streamlit/secrets.toml").write_text(secrets, encoding="utf-8")
    return house


def test_an_invited_visitor_logs_in_trains_and_logs_out_and_a_stranger_does_not(browser, tmp_path):
    pytest.importorskip("authlib")
    with (
        provider("fer", email="Ada@example.org", email_verified=True) as here,
        serve(house_with(tmp_path / "house", SECRETS % here.address)) as server,
    ):
        page = tab(browser)
        page.goto(f"{server}/train")
        page.get_by_text("To train, evaluate or change models on this server, log in").wait_for()
        assert not page.get_by_role("button", name="Train", exact=True).count()
        page.get_by_role("button", name="Log in").click()
        page.get_by_text("Logged in as Ada@example.org").wait_for()  # back on the first page
        assert {"/authorize", "/token", "/keys"} <= set(here.asked)
        page.goto(f"{server}/train")
        page.get_by_role("button", name="Train", exact=True).wait_for()
        page.get_by_role("button", name="Log out").click()
        page.get_by_text("Logged in as").wait_for(state="detached")
        page.goto(f"{server}/train")
        page.get_by_text("To train, evaluate or change models on this server, log in").wait_for()
        page.context.close()

        here.claims = {"email": "eve@example.org", "email_verified": True}
        page = tab(browser)
        page.goto(f"{server}/train")
        page.get_by_role("button", name="Log in").click()
        page.get_by_text("Logged in as eve@example.org").wait_for()
        page.goto(f"{server}/train")
        page.get_by_text("eve@example.org is not on this server's list").wait_for()
        assert not page.get_by_role("button", name="Train", exact=True).count()
        page.context.close()


def test_a_file_of_secrets_with_a_missing_quote_closes_the_server(browser, tmp_path):
    with serve(house_with(tmp_path / "house", 'FER_TRAINING = "off\n')) as server:
        page = tab(browser)
        page.goto(f"{server}/train")
        page.get_by_text("secrets.toml cannot be read: Illegal character").wait_for()
        assert not page.get_by_role("button", name="Train", exact=True).count()
        page.context.close()
