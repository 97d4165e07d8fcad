"""Opens a `.keras` file that someone else made without running anything of theirs.

Keras's safe mode refuses Python code; before it, what a file says and how large it may grow is checked here, so that
the reason of a refusal can be told. It belongs into a process of its own, never into the server's.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import keras

from fer.errors import FerError, shortened
from fer.system import archives

MAX_BYTES = 512 * 2**20  # packed or unpacked; vgg_small takes 5 MB, ResNet-152 240 MB
MAX_CONFIG_BYTES = 16 * 2**20  # vgg_small's is 20 kB
MEMBERS = {"config.json", "metadata.json", "model.weights.h5"}  # more would be vocabularies and other assets
SAVE_AGAIN = "Save it again with Keras 3: network.save('network.keras')"
CODE = {"Lambda", "__lambda__", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}  # run what a file brings
FILES = {"StringLookup", "IntegerLookup", "TextVectorization"}  # read files that a config names


def load(path: Path) -> keras.Model:
    """The network in a `.keras` file, not compiled.

    Raises:
        FerError: for a file that is damaged, too large, or holds code, custom objects or anything unusual.
    """
    _refuse_code(_config(path), path.name)
    try:
        network = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever a config leads it to
        raise FerError(f"{path.name} cannot be loaded in Keras's safe mode: {shortened(error)}") from error
    if not isinstance(network, keras.Model):
        raise FerError(f"{path.name} holds a {type(network).__name__}, not a network.")
    return network


def _config(path: Path) -> dict:
    """What the file says of its network, read as plain JSON."""
    limits = {"most_entries": archives.MOST_ENTRIES, "most_bytes": MAX_BYTES}
    with archives.open_checked(path, name=path.name, **limits) as archive:
        _check_members([member.filename for member in archive.infolist()], path.name)
        name = f"config.json in {path.name}"
        content = archives.read_entry(archive, archive.getinfo("config.json"), most_bytes=MAX_CONFIG_BYTES, name=name)
    try:
        config = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FerError(f"{name} is no JSON ({error}). {SAVE_AGAIN}") from error
    if not isinstance(config, dict):
        raise FerError(f"{name} is no object. {SAVE_AGAIN}")
    return config


def _check_members(names: list[str], name: str) -> None:
    surplus = sorted(set(names) - MEMBERS)
    if surplus or len(set(names)) < len(names):
        raise FerError(
            f"{name} holds {surplus[0] if surplus else 'a file twice'!r}; a network for pictures is config.json, "
            "metadata.json and model.weights.h5 alone."
        )
    missing = sorted(MEMBERS - set(names) - {"metadata.json"})
    if missing:
        raise FerError(f"{name} lacks {missing[0]}. {SAVE_AGAIN}")


def _refuse_code(config: dict, name: str) -> None:
    """Raise FerError for anything that is not one of Keras's own layers, or that runs code or reads files."""
    for part in _objects(config):
        kind, module, registered = part["class_name"], part.get("module"), part.get("registered_name")
        if kind in CODE:
            raise FerError(
                f"{name} holds a {kind.strip('_')} layer: Python code of whoever made it, which is not run here. Build "
                "the network without it (Rescaling, Resizing and keras.ops do the same) and save it again."
            )
        if kind in FILES:
            raise FerError(
                f"{name} holds a {kind} layer, which reads files and has no place in a network for pictures."
            )
        if (module or "builtins").split(".")[0] not in ("keras", "builtins") or ">" in str(registered):
            what = part.get("config") if kind == "function" else kind
            raise FerError(
                f"{name} needs {module or registered}.{what}, which is not part of Keras: custom objects are code, and "
                "are not loaded. Build the network of Keras's own layers and save it again."
            )


def _objects(value) -> Iterator[dict]:
    """Every dict with a class name, however deep; without recursion, since a file may nest as deep as it likes."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
            if isinstance(value.get("class_name"), str):
                yield value
        elif isinstance(value, list):
            waiting.extend(value)
