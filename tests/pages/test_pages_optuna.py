"""Which pages load Optuna: only Tune, where a study is open."""

import os
import subprocess
import sys

import pytest
from helpers.shipped import ROOT

SCRIPT = """
import sys
from streamlit.testing.v1 import AppTest
import streamlit
streamlit.page_link = lambda *_, **__: None
app = AppTest.from_file(sys.argv[1], default_timeout=120).run()
assert not app.exception, app.exception
print("optuna" in sys.modules, "sqlalchemy" in sys.modules, len(app.main.children) > 0)
"""


@pytest.mark.parametrize("page", sorted((ROOT / "pages").glob("*.py")), ids=lambda path: path.stem)
def test_a_page_without_a_study_loads_no_optuna(page, tmp_path):
    check(page, tmp_path)


@pytest.mark.parametrize("name", ["train", "models"])
def test_a_study_is_listed_beside_runs_without_optuna(name, tmp_path, monkeypatch):
    (tmp_path / "models/.studies/night").mkdir(parents=True)
    (tmp_path / "models/.studies/night/journal.log").touch()
    (tmp_path / "models/.studies/shared").mkdir()
    monkeypatch.setenv("FER_STORAGE", "postgresql://me@nowhere/studies")
    check(ROOT / f"pages/{name}.py", tmp_path)


def check(page, tmp_path) -> None:
    environment = {**os.environ, "FER_MODELS": str(tmp_path / "models"), "FER_DATA": str(tmp_path / "data")}
    command = [sys.executable, "-c", SCRIPT, str(page)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
    assert done.stdout == "False False True\n", done.stderr[-2000:]
