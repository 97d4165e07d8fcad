"""Loads an untrusted `.keras` file without running code from it.

Keras's safe mode refuses Python code; the contents and sizes are checked here first, to explain a refusal. Use it in a
separate process, never in the server's.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import keras

from fer.errors import FerError, shortened
from fer.system import archives

MAX_BYTES = 512 * 2**20  # compressed or not; vgg_small takes 5 MB, ResNet-152 240 MB
MAX_CONFIG_BYTES = 16 * 2**20  # vgg_small's is 20 kB
MEMBERS = {"config.json", "metadata.json", "model.weights.h5"}  # others would be vocabularies and assets
MOST_MEMBERS = 100
SAVE_AGAIN = "Save it again with Keras 3: network.save('network.keras')"
CODE = {"Lambda", "__lambda__", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}  # run code from a file
FILES = {"StringLookup", "IntegerLookup", "TextVectorization"}  # read files named in the config


def load(path: Path) -> keras.Model:
    """The network in a `.keras` file, not compiled.

    Raises:
        FerError: if the file is damaged, too large, or contains code, custom objects or anything unusual.
    """
    _refuse_code(_config(path), path.name)
    try:
        network = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises all kinds of errors
        raise FerError(f"{path.name} cannot be loaded in Keras's safe mode: {shortened(error)}") from error
    if not isinstance(network, keras.Model):
        raise FerError(f"{path.name} contains a {type(network).__name__}, not a network.")
    return network


def _config(path: Path) -> dict:
    """The network's config, read as plain JSON."""
    limits = {"most_entries": MOST_MEMBERS, "most_bytes": MAX_BYTES}
    with archives.open_checked(path, name=path.name, **limits) as archive:
        _check_members([member.filename for member in archive.infolist()], path.name)
        name = f"config.json in {path.name}"
        content = archives.read_entry(archive, archive.getinfo("config.json"), most_bytes=MAX_CONFIG_BYTES, name=name)
    try:
        config = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FerError(f"{name} isn't valid JSON ({error}). {SAVE_AGAIN}") from error
    if not isinstance(config, dict):
        raise FerError(f"{name} isn't a JSON object. {SAVE_AGAIN}")
    return config


def _check_members(names: list[str], name: str) -> None:
    surplus = sorted(set(names) - MEMBERS)
    if surplus or len(set(names)) < len(names):
        raise FerError(
            f"{name} contains {surplus[0] if surplus else 'a file twice'!r}, but only config.json, metadata.json and "
            f"model.weights.h5 are allowed. {SAVE_AGAIN}"
        )
    missing = sorted(MEMBERS - set(names) - {"metadata.json"})
    if missing:
        raise FerError(f"{name} has no {missing[0]}. {SAVE_AGAIN}")


def _refuse_code(config: dict, name: str) -> None:
    """Raise FerError for anything that is not one of Keras's own layers, or that runs code or reads files."""
    for part in _objects(config):
        kind, module, registered = part["class_name"], part.get("module"), part.get("registered_name")
        if kind in CODE:
            raise FerError(
                f"{name} contains a {kind.strip('_')} layer, which runs Python code from the file and is not allowed. "
                "Replace it (e.g. with Rescaling, Resizing or keras.ops) and save the network again."
            )
        if kind in FILES:
            raise FerError(
                f"{name} contains a {kind} layer, which reads files and is not allowed. Remove it and save again."
            )
        if str(module or "builtins").split(".")[0] not in ("keras", "builtins") or ">" in str(registered):
            what = part.get("config") if kind == "function" else kind
            raise FerError(
                f"{name} needs {module or registered}.{what}, which is not part of Keras. Custom objects are code and "
                "are not loaded. Use only Keras's own layers and save the network again."
            )


def _objects(value) -> Iterator[dict]:
    """Every dict with a class name, at any depth; without recursion, since files can be nested arbitrarily deep."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
            if isinstance(value.get("class_name"), str):
                yield value
        elif isinstance(value, list):
            waiting.extend(value)
