"""Who may import whom, and what the web process never loads."""

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
PACKAGES = ("formats", "architectures", "detectors")
ORDER = [  # a module imports only from those before it; a package's files, from their own package too
    *("errors", "files", "processor", "registry", "labels", "grouping"),
    *("metrics", "calibration"),
    *("data", "rowcache", "ferplus", "faces", "tracking", "drawing", "readings"),
    *("config", "report", "comparison", "references", "hints"),
    *PACKAGES,
    *("photos", "kaggle"),
    *("runs", "store", "speed", "jobs", "downloads", "presets", "logs"),
    *("inference", "saliency", "export", "cost", "conversion", "evaluation", "pictures", "tables", "overview"),
    *("augment", "recipe", "networks", "transfer", "distillation", "cards", "training"),
    *("charts", "document", "worker", "foreign", "wrapping", "importing"),
    *("film", "recording", "video", "batch", "live"),
    *("printing", "terminal", "commands", "__main__"),
]
LIBRARY = sorted(path for path in (ROOT / "fer").rglob("*.py") if path != ROOT / "fer/__init__.py")
PAGES = [ROOT / "streamlit_app.py", *sorted((ROOT / "pages").rglob("*.py"))]
HEAVY = {"keras", "tensorflow", "jax", "torch"}
EXTRAS = {"onnx", "tf2onnx", "onnxruntime"}  # the README has them installed by those who want ONNX


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> set[str]:
    """Dotted names of all that a file imports, anywhere in it; `from a import b` counts as a.b."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def run_python(script: str, *arguments) -> str:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("path", LIBRARY, ids=name_of)
def test_a_module_imports_only_from_rows_above_it(path):
    module = path.relative_to(ROOT / "fer").parts[0].removesuffix(".py")
    assert module in ORDER, f"fer.{module} has no place in ORDER yet; give it one."
    allowed = ORDER[: ORDER.index(module) + (path.parent.name == module)]
    inner = {dotted.split(".")[1] for dotted in imports(path) if dotted.startswith("fer.")}
    assert inner <= set(allowed), f"fer.{module} imports {inner - set(allowed)} from below it."


@pytest.mark.parametrize("path", LIBRARY, ids=name_of)
def test_the_library_does_not_know_streamlit_or_the_pages(path):
    assert not {dotted.split(".")[0] for dotted in imports(path)} & {"streamlit", "pages"}


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_does_no_machine_learning(path):
    assert not {dotted.split(".")[0] for dotted in imports(path)} & {*HEAVY, "cv2", "sklearn"}


def test_what_is_imported_comes_with_the_requirements():
    """The tests' own would hide a missing one: they bring more."""
    installed = set(re.findall(r"^[\w-]+", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE))
    modules = {dotted.split(".")[0] for path in [*LIBRARY, *PAGES] for dotted in imports(path)}
    packages, missing = packages_distributions(), []
    for module in modules - sys.stdlib_module_names - {"fer", "pages"} - EXTRAS:
        if not installed & {name.lower().replace("_", "-") for name in packages.get(module, [])}:
            missing.append(module)
    assert missing == []


def test_answering_a_photo_with_all_that_pages_import_leaves_tensorflow_out(trained_run):
    modules = sorted({dotted for path in PAGES for dotted in imports(path) if dotted.startswith("fer.")})
    script = f"""
import sys
from importlib import import_module
from pkgutil import resolve_name
for dotted in {modules}:
    try:
        import_module(dotted)
    except ModuleNotFoundError:
        resolve_name(dotted)  # a name in a module
import numpy as np
from fer.inference import EmotionReader
from fer.runs import Run
picture = np.random.default_rng(0).integers(0, 256, (96, 80, 3), np.uint8)
for detector in ("yunet", "whole"):
    answers = EmotionReader(Run(sys.argv[1]), detector=detector).read(picture)
assert len(answers) == 1 and abs(answers[0].probabilities.sum() - 1) < 1e-5
print(sorted({HEAVY} & set(sys.modules)))
"""
    assert run_python(script, trained_run.path) == "[]\n"


def test_the_predict_command_leaves_tensorflow_out(trained_run, tmp_path):
    photo = tmp_path / "face.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 60, 3), np.uint8)).save(photo)
    script = f"""
import runpy, sys
from pathlib import Path
import fer.store
fer.store.MODELS = Path(sys.argv[1])
sys.argv = ["fer", "predict", sys.argv[2], "--model", "trained", "--detector", "whole"]
try:
    runpy.run_module("fer", run_name="__main__")
except SystemExit as end:
    assert not end.code, end.code
print(sorted({HEAVY} & set(sys.modules)))
"""
    *answers, loaded = run_python(script, trained_run.path.parent, photo).splitlines()
    assert len(answers) == 1 and "face 1 at [0, 0, 60, 60]" in answers[0] and loaded == "[]"


def test_listing_every_plug_in_loads_no_keras():
    script = f"""
import sys
from fer.architectures import ARCHITECTURES
from fer.detectors import DETECTORS
from fer.formats import FORMATS
print([registry[name].summary for registry in (ARCHITECTURES, DETECTORS, FORMATS) for name in registry] != [])
print(sorted({HEAVY} & set(sys.modules)))
"""
    assert run_python(script) == "True\n[]\n"


def test_importing_fer_loads_nothing_and_its_names_load_no_tensorflow():
    script = f"""
import sys
import fer
print(sorted(name for name in sys.modules if name.startswith(("fer.", "numpy", "cv2", "av"))))
from fer import EmotionReader, annotate_video, read_video
(face,) = EmotionReader().read("pages/parts/samples/hopper.jpg")
print(type(face).__name__, read_video.__module__, set(dir(fer)) >= {{"EmotionReader", "read_video"}})
print(sorted({HEAVY} & set(sys.modules)))
"""
    assert run_python(script) == "[]\nPrediction fer.video True\n[]\n"
    with pytest.raises(ImportError, match="cannot import name 'EmotionReadr'"):
        from fer import EmotionReadr  # noqa: F401
