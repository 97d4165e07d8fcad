"""A checkpoint that is damaged, or of something else, is refused and nothing of it is used."""

import numpy as np
import pytest

from fer.errors import FerError
from fer.training.loop import Training


def damage_cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def damage_bit(content: bytes) -> bytes:
    return content[:200] + bytes([content[200] ^ 255]) + content[201:]


@pytest.mark.parametrize(
    "damage",
    [damage_cut, damage_bit, lambda content: b"", lambda content: b"no zip at all"],
    ids=["cut", "one byte", "empty", "something else"],
)
def test_a_damaged_checkpoint_is_reported(create, dataset, uninterrupted, damage):
    run = create()
    run.checkpoint_path.write_bytes(damage(uninterrupted.checkpoint_path.read_bytes()))
    with pytest.raises(FerError, match=r"checkpoint\.npz is damaged .*Delete it to restart this run"):
        Training(run, dataset)


@pytest.mark.parametrize("content", [{"position": np.zeros(2)}, {}], ids=["other position", "nothing in it"])
def test_a_checkpoint_of_something_else_is_reported(create, dataset, content):
    run = create()
    np.savez(run.checkpoint_path, **content)
    with pytest.raises(FerError, match=r"checkpoint\.npz is damaged"):
        Training(run, dataset)


def test_a_checkpoint_of_another_network_is_reported(create, dataset, uninterrupted):
    run = create(architecture="mini_xception")
    run.checkpoint_path.write_bytes(uninterrupted.checkpoint_path.read_bytes())
    with pytest.raises(FerError, match=r"checkpoint\.npz is damaged"):
        Training(run, dataset)
