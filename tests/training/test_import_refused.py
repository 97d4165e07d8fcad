"""Files that are not networks, are too large, or could run code are refused and never run."""

import json
import zipfile

import keras
import pytest
from helpers.made_networks import network
from keras import layers

from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.runs.store import RunStore
from fer.training.imported import safe_load
from fer.training.imported.import_model import import_model

LABELS = ",".join(EMOTIONS)


@pytest.fixture(autouse=True)
def store(tmp_path, only_runs_in) -> RunStore:
    return only_runs_in(tmp_path / "models")


@pytest.fixture
def rewritten(saved, tmp_path):
    """A function that saves a network whose config.json a function has changed, or given other text for."""

    def rewrite(change):
        source, path = saved(network()), tmp_path / "changed.keras"
        with zipfile.ZipFile(source) as archive, zipfile.ZipFile(path, "w") as other:
            for member in archive.namelist():
                content = archive.read(member)
                if member == "config.json":
                    config = json.loads(content)
                    content = change(config) or json.dumps(config)
                other.writestr(member, content)
        return path

    return rewrite


def add_lambda(config):
    config["config"]["layers"].append({"module": "keras.layers", "class_name": "Lambda", "config": {}})


def name_a_function(config):
    called = {"module": "os", "class_name": "function", "config": "system", "registered_name": "function"}
    next(layer for layer in config["config"]["layers"] if layer["class_name"] == "Dense")["config"]["activation"] = (
        called
    )


def name_a_custom_layer(config):
    config["config"]["layers"][1] |= {"module": None, "registered_name": "theirs>Attention", "class_name": "Attention"}


def name_a_number(config):
    config["config"]["layers"][1]["module"] = 5


def read_a_file(config):
    inner = {"vocabulary": "/etc/passwd"}
    config["config"]["layers"].append({"module": "keras.layers", "class_name": "StringLookup", "config": inner})


def name_nothing(config):
    config["config"]["layers"][1]["class_name"] = "Nonsense"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (add_lambda, "contains a Lambda layer, which runs Python code from the file"),
        (name_a_function, "needs os.system, which is not part of Keras"),
        (name_a_number, "needs 5.*which is not part of Keras"),
        (name_a_custom_layer, "needs theirs>Attention.Attention, which is not part of Keras. Custom objects are code"),
        (read_a_file, "StringLookup layer, which reads files"),
        (name_nothing, "cannot be loaded in Keras's safe mode: Could not"),
    ],
)
def test_a_keras_file_that_could_run_code_is_refused_with_the_reason(change, message, rewritten, store):
    with pytest.raises(FerError, match=message):
        import_model(rewritten(change), LABELS, scale="0-1")
    assert not list(store)


@pytest.mark.parametrize("checked_before", [True, False], ids=["by this project", "by Keras alone"])
def test_a_real_lambda_layer_is_refused_and_never_called(checked_before, saved, tmp_path, monkeypatch):
    trace = tmp_path / "was here"
    made = network()
    made = keras.Model(
        made.input, layers.Lambda(lambda x, p=str(trace): (__import__("os").mkdir(p), x)[1])(made.output)
    )
    path = saved(made)
    trace.rmdir()
    if not checked_before:
        monkeypatch.setattr(safe_load, "_refuse_code", lambda config, name: None)
    with pytest.raises(FerError, match="Lambda layer" if checked_before else "in Keras's safe mode: Requested the des"):
        import_model(path, LABELS, scale="0-1")
    assert not trace.exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.keras", b"not a zip at all", "x.keras cannot be opened: File is not a zip file"),
        ("x.tflite", b"not a flatbuffer", "damaged or not a .tflite file"),
        ("x.tflite", b"\0\0\0\0TFL3" + b"\0" * 64, "does not run on a batch of 21 faces"),
        ("x.h5", b"\x89HDF", "legacy format, in which Keras's safe mode cannot stop layers from running code"),
        ("x.pth", b"", "a PyTorch file, which is pickled Python code"),
        ("x.pickle", b"", "is pickled Python code"),
        ("x.txt", b"", "not a supported network file. Use a .keras or .tflite"),
    ],
)
def test_what_is_no_network_is_refused(name, content, message, tmp_path, store):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FerError, match=message):
        import_model(tmp_path / name, LABELS)
    assert not list(store)


def test_a_zip_that_grows_too_large_is_not_unpacked(saved, monkeypatch):
    path = saved(network())
    monkeypatch.setattr(safe_load, "MAX_BYTES", path.stat().st_size + 1)
    with zipfile.ZipFile(path, "r") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        for name, content in members.items():
            bomb.writestr(name, content + b" " * 100_000)
    with pytest.raises(FerError, match="would unpack to"):
        import_model(path, LABELS, scale="0-1")


def test_a_config_that_is_too_large_or_no_json_is_not_read(saved, rewritten, monkeypatch):
    with pytest.raises(FerError, match=r"config.json in changed.keras isn't a JSON object. Save it again"):
        import_model(rewritten(lambda config: "[]"), LABELS, scale="0-1")
    with pytest.raises(FerError, match=r"config.json in changed.keras isn't valid JSON \(Expecting"):
        import_model(rewritten(lambda config: "no JSON"), LABELS, scale="0-1")
    monkeypatch.setattr(safe_load, "MAX_CONFIG_BYTES", 1000)
    with pytest.raises(FerError, match=r"config.json in .* bytes; the limit is 1,000"):
        import_model(saved(network()), LABELS, scale="0-1")


def test_a_file_that_is_too_large_is_not_opened(saved, monkeypatch):
    monkeypatch.setattr(safe_load, "MAX_BYTES", 1000)
    with pytest.raises(FerError, match="MB; the limit is 0 MB"):
        import_model(saved(network()), LABELS, scale="0-1")


def test_a_keras_file_with_more_in_it_is_refused(saved):
    path = saved(network())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("assets/evil.pkl", b"")
    with pytest.raises(FerError, match=r"contains 'assets/evil\.pkl'"):
        import_model(path, LABELS, scale="0-1")
