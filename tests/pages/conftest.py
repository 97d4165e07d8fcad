"""A server that no visitor has tried a password on, and a secrets.toml of the test's own."""

from pathlib import Path

import pytest
from streamlit import config
from streamlit.runtime.secrets import secrets_singleton
from streamlit.testing.v1 import AppTest

from pages.parts.shared import access, settings
from pages.parts.shared.attempts import Attempts


class Clock:
    """A clock that a test moves by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(access, "attempts", Attempts(clock))
    settings.log.cache_clear()
    settings._was_read.clear()
    return clock


@pytest.fixture
def secrets(tmp_path):
    """A function that writes secrets.toml, as text or bytes, for a server that has just been started."""
    path, before, loaded = tmp_path / "secrets.toml", config.get_option("secrets.files"), secrets_singleton
    config.set_option("secrets.files", [str(path)])
    loaded._file_watchers_installed = True  # else one would read the file during a later test

    def write(content: str | bytes) -> None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        loaded._reset()

    yield write
    loaded._reset()  # Streamlit copies secrets into the environment
    config.set_option("secrets.files", before)


@pytest.fixture
def train(models, monkeypatch) -> AppTest:
    """The Train page with its form open, before any visitor's click."""
    monkeypatch.setattr("fer.runs.queue.see_to", lambda store: None)  # nothing is trained in these tests
    monkeypatch.setattr("streamlit.page_link", lambda *_, **__: None)  # it knows no pages where one runs alone
    app = AppTest.from_file(str(Path(__file__).parents[2] / "pages/train.py"), default_timeout=60)
    app.session_state["train-advanced"] = True  # open, as after a click
    return app.run()


@pytest.fixture
def no_links(monkeypatch):
    """AppTest knows no other pages where one runs alone."""
    monkeypatch.setattr("streamlit.page_link", lambda *_, **__: None)
