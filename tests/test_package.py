"""The package: what `pyproject.toml` declares is what the code needs, what the locks pin, and what the wheel holds."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import fer
from fer.errors import FerError, extra
from fer.runs.store import BUNDLED, RunStore

ROOT = Path(__file__).parents[1]
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = DECLARED["project"]
EXTRAS = PROJECT["optional-dependencies"]
BUILD = DECLARED["tool"]["hatch"]["build"]  # of wheel and sdist alike
PIN = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)


def tracked(*paths: str) -> list[str]:
    return subprocess.check_output(["git", "ls-files", *paths], cwd=ROOT, text=True).split()


def every_requirement() -> list[Requirement]:
    """All that is declared, without the extras that stand in extras."""
    texts = [*PROJECT["dependencies"], *(text for texts in EXTRAS.values() for text in texts)]
    return [found for text in texts if (found := Requirement(text)).name != PROJECT["name"]]


def needed_by(*extras: str) -> list[Requirement]:
    """The core's requirements and those of these extras, with the extras that they hold."""
    found = [Requirement(text) for text in PROJECT["dependencies"]]
    waiting = list(extras)
    while waiting:
        for requirement in map(Requirement, EXTRAS[waiting.pop()]):
            if requirement.name == PROJECT["name"]:
                waiting += requirement.extras
            else:
                found.append(requirement)
    return found


def test_each_dependency_is_declared_once_and_with_its_reason():
    names = [canonicalize_name(requirement.name) for requirement in every_requirement()]
    assert sorted(names) == sorted(set(names))
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("[project.scripts]")[0].splitlines()
    entries = [line for line in lines if re.match(r'    "(?!facial-emotion-studio)[^"]*[<>=~]=?[^"]*",', line)]
    assert len(entries) == len(names) and [line for line in entries if "# " not in line] == []


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        ("requirements.txt", ("app", "train")),
        ("requirements-light.txt", ("app",)),
        ("requirements-dev.txt", ("app", "train", "onnx", "hub", "dev")),
    ],
)
def test_a_lock_pins_what_is_declared_and_names_no_place(lock, extras):
    text = (ROOT / lock).read_text(encoding="utf-8")
    pins = {}
    for name, version in PIN.findall(text):
        pins.setdefault(name, []).append(version)
    for requirement in needed_by(*extras):
        versions = pins.get(canonicalize_name(requirement.name), [])
        assert any(requirement.specifier.contains(version) for version in versions), f"compile {lock}: {requirement}"
    assert [line for line in text.splitlines() if not PIN.match(line)] == []


def test_the_app_and_training_are_no_part_of_the_core():
    heavy = {"tensorflow", "tensorflow-cpu", "keras", "streamlit", "pandas", "plotly", "scikit-learn", "scipy"}
    assert {requirement.name for requirement in needed_by()} & heavy == set()
    assert {requirement.name for requirement in needed_by("app", "train")} >= heavy


def test_the_package_holds_the_runs_that_ship_and_no_other():
    named = [path.split("/")[2] for path in BUILD["include"] if path.startswith("/models/")]
    shipped = [run.id for run in RunStore(BUNDLED) if run.is_shipped]
    assert named == sorted({path.split("/")[1] for path in tracked("models/*/config.json")}) == shipped


def test_the_package_holds_every_report_that_ships():
    """And leaves out what a training or the Evaluate page adds to a shipped run in a checkout."""
    first, *kept = BUILD["exclude"]
    patterns = [pattern.removeprefix("!/") for pattern in kept]
    reports = tracked("models/*/reports/*")
    assert first == "/models/*/reports/*" and len(reports) > 50
    assert [path for path in reports if not any(fnmatch(path, pattern) for pattern in patterns)] == []
    assert not any(fnmatch("models/flagship/reports/fer2013-train-tta.json", pattern) for pattern in patterns)


@pytest.mark.parametrize(
    "path",
    [
        *("models/mine/config.json", "models/.default", "models/flagship/lock", "models/flagship/log.txt"),
        *("models/flagship/checkpoint.npz", "models/flagship/model-int8.tflite", "models/flagship/stop"),
    ],
)
def test_what_a_user_makes_is_ignored_by_git_and_so_by_the_build(path):
    assert subprocess.run(["git", "check-ignore", "-q", "--no-index", path], cwd=ROOT).returncode == 0


def test_the_wheel_puts_the_resources_where_the_program_looks_for_them():
    assert BUILD["targets"].keys() == {"wheel"} and BUILD["targets"]["wheel"].keys() == {"sources"}, "one list for both"
    assert BUILD["targets"]["wheel"]["sources"] == {"models": "fer/models", "pages/parts/samples": "fer/samples"}
    assert {"fer/py.typed", "pages/parts/samples/pair.jpg"} <= set(tracked())
    assert PROJECT["scripts"] == {"fer": "fer.cli.main:main"}


def test_the_changelog_covers_this_version():
    assert fer.__version__ == PROJECT["version"]
    assert f"\n## [{PROJECT['version']}] - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_a_missing_package_is_reported_with_the_extra_that_brings_it():
    wanted = (
        'Training needs no_such_package, which is not installed. Run pip install "facial-emotion-studio[train]", or in '
        "a checkout: pip install -r requirements.txt."
    )
    with pytest.raises(FerError) as error, extra("train", "Training"):
        import no_such_package  # noqa: F401
    assert str(error.value) == wanted


def test_a_missing_file_of_the_program_itself_is_a_bug_and_no_extra():
    with pytest.raises(ModuleNotFoundError, match=r"fer\.no_such_file"), extra("train", "Training"):
        import fer.no_such_file  # noqa: F401


def test_every_extra_that_is_named_exists():
    files = tracked("fer/*.py", "README.md", "docs/*.md")
    text = "".join((ROOT / file).read_text(encoding="utf-8") for file in files)
    named = set(re.findall(r'with extra\("(\w+)"|(?:facial-emotion-studio|\.)\[(\w+)\]', text))
    assert {name for pair in named for name in pair if name} == set(EXTRAS) - {"processes"}


@pytest.fixture
def installed(tmp_path) -> Path:
    """The library with one model, without a checkout around it."""
    package = tmp_path / "site-packages/fer"
    shutil.copytree(ROOT / "fer", package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(BUNDLED / "mini_xception", package / "models/mini_xception")
    return package


def test_an_installed_package_answers_anywhere_and_keeps_what_is_the_users_elsewhere(installed, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in (installed / "models").rglob("*")}
    (tmp_path / "elsewhere").mkdir()
    environment = {**os.environ, "FER_MODELS": str(tmp_path / "own"), "PYTHONPATH": str(installed.parent)}

    def fer(*arguments: str) -> str:
        command = [sys.executable, "-m", "fer", *arguments]
        options = {"capture_output": True, "text": True, "timeout": 120}
        done = subprocess.run(command, cwd=tmp_path / "elsewhere", env=environment, **options)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "hopper.jpg: face 1 at " in fer("predict", str(ROOT / "pages/parts/samples/hopper.jpg"))
    assert fer("models", "--default", "mini_xception") == "mini_xception is now the default model.\n"
    assert fer("models").splitlines()[1].startswith("mini_xception ")
    assert [path.name for path in (tmp_path / "own").iterdir()] == [".default"]
    assert {path: path.stat().st_mtime_ns for path in (installed / "models").rglob("*")} == before
