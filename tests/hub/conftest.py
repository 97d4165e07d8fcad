"""A stand-in of the Hugging Face Hub, where this process's client asks; and a folder for pulled runs."""

import pytest
from helpers.hub_stand_in import TOKEN, stand_in
from huggingface_hub import constants


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """The stand-in, with a login."""
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with stand_in() as home:
        monkeypatch.setattr(constants, "ENDPOINT", home.address)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", f"{home.address}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        )
        yield home


@pytest.fixture
def mine(tmp_path, only_runs_in):
    """The folder into which runs are pulled."""
    return only_runs_in(tmp_path / "models")
