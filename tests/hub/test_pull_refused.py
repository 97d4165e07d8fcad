"""Files on the Hub that are damaged, unsafe, or not of one run are refused in one sentence and leave nothing here."""

import io
import json
import zipfile

import keras
import pytest

from fer.errors import DISK_FULL, FerError
from fer.hub import client
from fer.hub.pull import REPORTS, chosen, download, keep
from fer.hub.push import files
from fer.runs.store import BUNDLED

REPOSITORY = "eve/bait"
SIZES = {"config.json": 9, "card.json": 9, "model.tflite": 9}


@pytest.fixture
def bait(hub, trained_run) -> dict[str, bytes]:
    """The content of a repository that could be pulled as it is."""
    content = files(trained_run, REPOSITORY, licence="mit")
    found = {name: part.encode() if isinstance(part, str) else part.read_bytes() for name, part in content.items()}
    hub.repositories[REPOSITORY] = found
    return found


def changed(content: bytes, **values) -> bytes:
    return json.dumps(json.loads(content) | values).encode()


CASES = {
    "a card that is no JSON": ("card.json", lambda old: b"{", "its card.json is damaged"),
    "a card with other classes": (
        "card.json",
        lambda old: changed(old, labels=["yes", "no"], prior=[], scores=[]),
        "has the labels|val_recall|damaged",
    ),
    "a recipe with an unknown field": ("config.json", lambda old: changed(old, code="x"), "its config.json is damaged"),
    "a history that skips an epoch": (
        "history.jsonl",
        lambda old: old.splitlines()[1] + b"\n",
        "its history.jsonl is damaged",
    ),
    "a pickle as weights": ("model.tflite", lambda old: b"\x80\x04cos\nsystem\n", "bytes, but it has"),
    "weights of another network": (
        "model.keras",
        lambda old: (BUNDLED / "vgg_small/model.keras").read_bytes(),
        "but model.keras has 1,176,359",
    ),
    "a report that says something else": (
        "reports/small-val.json",
        lambda old: changed(old, targets=[0] * len(json.loads(old)["targets"])),
        "but its report says",
    ),
    "a network file that is no zip": ("model.keras", lambda old: b"\x80\x04.", "model.keras cannot be opened"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_does_not_fit_is_refused(bait, mine, case):
    name, change, message = CASES[case]
    bait[name] = change(bait[name])
    with pytest.raises(FerError, match=f"eve/bait, commit c0ffeec0ffee was not pulled: .*({message})"):
        keep(download(REPOSITORY))
    assert list(mine) == [] and not list((mine.root / ".pulled").iterdir())


def test_two_networks_that_answer_differently_are_refused(bait, mine, trained_run, tmp_path):
    network = keras.saving.load_model(trained_run.model_path)
    last = next(layer for layer in reversed(network.layers) if layer.get_weights())
    last.set_weights([weights * 3 for weights in last.get_weights()])
    network.save(tmp_path / "other.keras")
    bait["model.keras"] = (tmp_path / "other.keras").read_bytes()
    with pytest.raises(FerError, match=r"its model.keras and model.tflite answer differently"):
        keep(download(REPOSITORY))


def test_code_in_a_network_is_refused_and_does_not_run(bait, mine):
    with zipfile.ZipFile(io.BytesIO(bait["model.keras"])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(parts["config.json"])
    layer = {"module": "keras.layers", "class_name": "Lambda", "config": {"name": "x", "function": "boom"}}
    config["config"]["layers"].append(layer)
    parts["config.json"] = json.dumps(config).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    bait["model.keras"] = buffer.getvalue()
    with pytest.raises(FerError, match="contains a Lambda layer, which runs Python code"):
        keep(download(REPOSITORY))


def test_files_that_are_no_part_of_a_run_stay_on_the_hub(bait, mine, hub):
    more = ("evil.py", "checkpoint.npz", "head.npz", "reports/deep/x-val.json")
    hub.repositories[REPOSITORY] |= dict.fromkeys(more, b"x")
    run = keep(download(REPOSITORY))
    names = {path.name for path in run.path.rglob("*")}
    assert not names & {"evil.py", "checkpoint.npz", "head.npz", "README.md", "deep"}
    assert not [path for _, path, _ in hub.asked if "evil" in path]


@pytest.mark.parametrize("path", ["../config.json", "reports/../../x.json", "/etc/passwd", "C:/x", "a\\..\\b"])
def test_a_path_that_leads_out_is_refused(path):
    with pytest.raises(FerError, match=r"which points outside its folder. Don't trust it."):
        chosen(REPOSITORY, SIZES | {path: 1})


def test_files_that_are_too_large_are_refused_before_they_are_fetched():
    with pytest.raises(FerError, match=r"model.tflite in eve/bait has 600,000,000 bytes; the limit is 536,870,912"):
        chosen(REPOSITORY, SIZES | {"model.tflite": 600_000_000})
    with pytest.raises(FerError, match=r"card.json in eve/bait has 300,000,000 bytes"):
        chosen(REPOSITORY, SIZES | {"card.json": 300_000_000})
    many = {f"reports/faces{number}-val.json": 9 for number in range(2 * REPORTS)}
    assert len(chosen(REPOSITORY, SIZES | many)) == REPORTS + len(SIZES)


def test_a_disk_without_room_is_told_before_the_transfer(bait, mine, hub, monkeypatch):
    bait["card.json"] = b" " * 200
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("usage", (), {"free": 100}))
    with pytest.raises(FerError, match=r"eve/bait has .* MB, but only 0 MB are free on the disk"):
        download(REPOSITORY)
    assert not [path for _, path, _ in hub.asked if "resolve" in path]


def test_a_disk_that_fills_up_is_told_as_everywhere():
    with pytest.raises(FerError, match=DISK_FULL), client.explained(REPOSITORY):
        raise OSError(28, "No space left on device")
