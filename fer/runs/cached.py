"""Cards and recipes, each read from its file once per version."""

import os
from functools import lru_cache
from pathlib import Path

from fer.errors import FerError
from fer.runs import card as cards
from fer.runs.card import Card
from fer.runs.config import TrainConfig
from fer.system.files import damaged, read_bytes
from fer.system.records import read_record


def version(path: Path) -> tuple[Path, int, int, int]:
    """A file's path and version: a cache key that changes when the file, or its permissions, change."""
    try:
        facts = os.stat(path)
    except OSError:  # reported by whoever reads it
        return path, 0, 0, 0
    return path, facts.st_ctime_ns, facts.st_ino, facts.st_size


@lru_cache(maxsize=512)
def read_card(path: Path, *_) -> Card | None:
    return read_record(path, Card, upgrade=cards.upgraded)


@lru_cache(maxsize=512)
def read_config(path: Path, *_) -> TrainConfig:
    content = read_bytes(path)
    if content is None:
        raise damaged(path, "it is missing")
    try:
        return TrainConfig.from_json(content)
    except FerError as error:
        raise damaged(path, error) from error
