"""Locations of shipped and own files, in a checkout and in an installed package."""

from pathlib import Path

import pytest
from platformdirs import user_data_path

from fer.system import places

ROOT = Path(__file__).parents[2]


@pytest.fixture
def package(tmp_path) -> Path:
    """Where a package would be installed."""
    return tmp_path / "site-packages/fer"


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    monkeypatch.delenv("FER_MODELS", raising=False)


def test_in_a_checkout_shipped_and_own_runs_share_a_folder():
    assert places.checkout() == ROOT
    assert places.shipped("models", in_checkout="models") == places.own("FER_MODELS", "models") == ROOT / "models"
    assert (places.shipped("samples", in_checkout="pages/parts/samples") / "pair.jpg").is_file()


def test_an_installed_package_keeps_shipped_files_inside_and_own_files_in_the_users_data_folder(package):
    assert places.checkout(package) is None
    assert places.shipped("samples", in_checkout="pages/parts/samples", package=package) == package / "samples"
    own = places.own("FER_MODELS", "models", package)
    assert own == user_data_path("facial-emotion-studio", appauthor=False) / "models" and own.is_absolute()


@pytest.mark.parametrize("installed", [False, True])
def test_an_environment_variable_overrides_the_folder_in_both(installed, package, monkeypatch, tmp_path):
    monkeypatch.setenv("FER_MODELS", str(tmp_path / "mine"))
    assert places.own("FER_MODELS", "models", *([package] if installed else [])) == tmp_path / "mine"


def test_an_empty_variable_is_ignored(monkeypatch):
    monkeypatch.setenv("FER_MODELS", "")
    assert places.own("FER_MODELS", "models") == ROOT / "models"


def test_without_a_home_own_files_go_to_the_current_folder(package, monkeypatch, tmp_path):
    def refuse(*_, **__):
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setattr(places, "user_data_path", refuse)
    monkeypatch.chdir(tmp_path)
    assert places.own("FER_MODELS", "models", package) == tmp_path / "facial-emotion-studio/models"
