"""What all tests share: small data sets on disk, runs trained on them, and who runs beside whom."""

import os
import shutil
from functools import cache, lru_cache
from pathlib import Path

if "PYTEST_XDIST_WORKER" in os.environ:  # one thread each, before TensorFlow is imported: the cores have other tests
    os.environ.update(TF_NUM_INTRAOP_THREADS="1", OMP_NUM_THREADS="1")

import numpy as np
import pytest
from helpers.shipped import ROOT, two_models
from PIL import Image

from fer.architectures import ARCHITECTURES, Architecture
from fer.data.catalog import open_dataset
from fer.data.dataset import SPLITS, USAGE_CODES, Rows
from fer.data.formats import synthetic
from fer.data.labels import EMOTIONS
from fer.evaluation.report import Report
from fer.inference import timing
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.store import RunStore

MEASURED = {name: getattr(timing, name) for name in ("ROUNDS", "ROUND_SECONDS")}  # as users have it
FIRST = ("browser", "training", "test_quickstart.py", "architectures", "cli")  # no worker should end with these


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker("browser")
    items.sort(
        key=lambda item: min(FIRST.index(name) if name in FIRST else len(FIRST) for name in item.path.parts[-2:])
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep on one worker what shares something costly; pytest-xdist 3.8 does not see `xdist_group` under pytest 9.2."""
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid.partition("::")[0])

    return Groups(config, log)


@cache
def group(file: str) -> str:
    """All browser tests, all that read the trained run, or else the tests of a file."""
    if "/browser/" in file:
        return "browser"
    return "trained" if "trained_run" in (ROOT / file).read_text(encoding="utf-8") else file


@pytest.fixture(scope="session", autouse=True)
def quick_timing():
    """Judging measures a run's speed; here for a moment only, but of the trained run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timing, "ROUNDS", 1)
        patch.setattr(timing, "ROUND_SECONDS", 0.001)
        yield


@pytest.fixture(scope="session", autouse=True)
def reports_parsed_once():
    """A report of the same text is the same: those that ship are read by hundreds of tests. Nobody may change them."""
    parse = Report.from_json

    @lru_cache(maxsize=128)
    def parsed(text: str) -> Report:
        report = parse(text)
        for array in (report.rows, report.targets, report.probabilities, report.leaked):
            array.setflags(write=False)
        return report

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Report, "from_json", staticmethod(parsed))
        yield


@pytest.fixture(scope="session")
def small_rows() -> Rows:
    """Eight faces of each class: five for training, one for validation, two for testing."""
    images, labels = synthetic.draw(8, seed=7)
    usage = np.repeat([0, 0, 0, 0, 0, 1, 2, 2], len(EMOTIONS))
    return Rows.of(images, labels, usage)


@pytest.fixture
def write_csv(tmp_path):
    """A function that writes rows as Kaggle does; `header` also says the order of the columns."""

    def write(rows: Rows, name: str = "fer2013.csv", header: str = "emotion,pixels,Usage") -> Path:
        lines = [header]
        for image, label, usage in zip(rows.images, rows.labels, rows.usage, strict=True):
            fields = {"emotion": str(label), "pixels": " ".join(map(str, image.ravel())), "Usage": _usage_name(usage)}
            lines.append(",".join(fields[column.strip()] for column in header.split(",")))
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


@pytest.fixture
def write_folders(tmp_path):
    """A function that writes rows as lossless images in split and class folders."""

    def write(rows: Rows, name: str = "faces") -> Path:
        for row, (image, label, usage) in enumerate(zip(rows.images, rows.labels, rows.usage, strict=True)):
            path = tmp_path / name / SPLITS[usage] / EMOTIONS[label] / f"{row:05d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(path)
        return tmp_path / name

    return write


@pytest.fixture
def write_npz(tmp_path):
    """A function that writes arrays as .npz."""

    def write(name: str = "faces.npz", **arrays) -> Path:
        np.savez(tmp_path / name, **arrays)
        return tmp_path / name

    return write


def _usage_name(code: int) -> str:
    return {code: name for name, code in USAGE_CODES.items()}[int(code)]


@pytest.fixture(scope="session")
def small_npz(small_rows, tmp_path_factory) -> Path:
    """The small rows as a file that `TrainConfig.data` can name."""
    path = tmp_path_factory.mktemp("data") / "small.npz"
    np.savez(path, images=small_rows.images, labels=small_rows.labels, usage=small_rows.usage)
    return path


@pytest.fixture(scope="session")
def trained_run(small_npz, tmp_path_factory) -> Run:
    """A finished run: mini_xception, two epochs on the small rows. Read it; do not change it."""
    from fer.training import worker

    recipe = {"architecture": "mini_xception", "epochs": 2, "batch_size": 16, "precision": "float32", "seed": 3}
    config = TrainConfig(data=str(small_npz), **recipe)
    run = RunStore(tmp_path_factory.mktemp("models")).create(config, "trained")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in MEASURED.items():
            patch.setattr(timing, name, value)
        assert worker.train(run)
    return run


def build_tiny(input_shape, num_classes):
    """Something of everything that a training must carry along: batch statistics, dropout, a kernel without bias."""
    import keras

    layers, inputs = keras.layers, keras.Input(input_shape, dtype="uint8")
    x = layers.Conv2D(4, 5, strides=4, use_bias=False)(layers.Rescaling(1 / 127.5, offset=-1)(inputs))
    x = layers.GlobalAveragePooling2D()(layers.ReLU()(layers.BatchNormalization()(x)))
    return keras.Model(inputs, layers.Dense(num_classes)(layers.Dropout(0.3)(x)), name="tiny")


@pytest.fixture(scope="module")
def tiny_architecture():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ARCHITECTURES._items, "tiny", Architecture("tiny", build_tiny, "For tests.", "none"))
        yield


@pytest.fixture(scope="module")
def dataset(small_npz):
    return open_dataset(small_npz)


@pytest.fixture(scope="module")
def create(tiny_architecture, small_npz, tmp_path_factory):
    """A function that makes a run of the tiny network: 35 images in 4 batches, 3 epochs."""
    store = RunStore(tmp_path_factory.mktemp("models"))

    def create(**settings) -> Run:
        common = {"architecture": "tiny", "epochs": 3, "batch_size": 8, "precision": "float32", "warmup_epochs": 1.0}
        config = TrainConfig(**({"data": str(small_npz), "seed": 1, **common} | settings))
        return store.create(config, f"run-{len(list(store))}")

    return create


@pytest.fixture
def only_runs_in(monkeypatch):
    """A function after which runs are looked for in one folder alone, as if the program shipped with that."""

    def only_runs_in(root: Path) -> RunStore:
        monkeypatch.setattr("fer.runs.store.MODELS", root)
        monkeypatch.setattr("fer.runs.store.BUNDLED", root)
        return RunStore(root)

    return only_runs_in


@pytest.fixture
def models(tmp_path, monkeypatch, only_runs_in) -> RunStore:
    """Two shipped models in a folder of the test's own, no data set; nothing is measured or exported beside."""
    two_models(tmp_path / "models")
    store = only_runs_in(tmp_path / "models")
    monkeypatch.setattr("fer.data.catalog.DATA", tmp_path / "data")
    monkeypatch.setattr("fer.runs.queue.measure", lambda store, config: False)
    monkeypatch.setattr("fer.runs.background_export.start", lambda store, run: False)
    return store


@pytest.fixture
def bare(models) -> Run:
    """A run in `models` that ships without weights: the light model's card, reports and curves under another name."""
    source, without = models.root / "mini_xception", shutil.ignore_patterns("model*")
    return Run(shutil.copytree(source, models.root / "bare", ignore=without))


@pytest.fixture
def saved(tmp_path):
    """A function that saves a Keras network as a .keras file."""

    def save(made, name: str = "other.keras"):
        made.save(tmp_path / name)
        return tmp_path / name

    return save


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server of this session's own."""
    pytest.importorskip("psycopg", reason="needs psycopg")
    from helpers.postgres import CONTROL, running

    if not CONTROL:
        pytest.skip("needs Debian's postgresql")
    with running() as server:
        yield server


@pytest.fixture
def database_url(postgres) -> str:
    """The address of a new, empty database."""
    return postgres.new()
