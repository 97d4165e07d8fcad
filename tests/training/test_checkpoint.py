"""A checkpoint that is damaged, or of something else, is refused and nothing of it is used."""

import os

import numpy as np
import pytest

from fer.errors import FerError
from fer.training import worker
from fer.training.checkpoint import Position
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


def edited(source, target, **changes) -> None:
    """A copy of a checkpoint with some of its arrays replaced."""
    with np.load(source) as saved:
        np.savez(target, **{**saved, **changes})


NAMES = list(vars(Position()))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("epoch", value) for value in (-1, 0, 4, 1.5, 1e300, np.nan, np.inf)),
        *(("step", value) for value in (-1, 13, 2.5, np.nan)),
        *(("best_epoch", value) for value in (-2, 3)),
        *(("best_accuracy", value) for value in (-2, 1.1, np.nan)),
        *(("plateau_factor", value) for value in (-1, 2, np.nan)),
        *(("plateau_epoch", value) for value in (-1, 4)),
        *(("seconds", value) for value in (-1, np.nan)),
    ],
)
def test_an_impossible_position_is_refused(create, dataset, uninterrupted, name, value):
    run = create()
    with np.load(uninterrupted.checkpoint_path) as saved:
        position = saved["position"]
    position[NAMES.index(name)] = value
    edited(uninterrupted.checkpoint_path, run.checkpoint_path, position=position)
    with pytest.raises(FerError, match=r"checkpoint\.npz is damaged .*Delete it to restart this run"):
        Training(run, dataset)


@pytest.mark.parametrize("array", ["network0", "average0", "optimizer2"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite_are_refused(create, dataset, uninterrupted, array, value):
    run = create()
    with np.load(uninterrupted.checkpoint_path) as saved:
        broken = saved[array].astype(np.float32)
    broken.flat[0] = value
    edited(uninterrupted.checkpoint_path, run.checkpoint_path, **{array: broken})
    with pytest.raises(FerError, match=f"{array} contains values that are not finite"):
        Training(run, dataset)


def test_the_checkpoint_before_takes_the_place_of_a_damaged_one(create, uninterrupted, monkeypatch):
    monkeypatch.setattr(worker, "finish", lambda training: None)
    run = create()
    run.previous_checkpoint_path.write_bytes(uninterrupted.previous_checkpoint_path.read_bytes())
    run.checkpoint_path.write_bytes(b"cut")
    run.history = uninterrupted.history
    started = []
    assert worker.train(run, on_start=lambda training: started.append((training.position.epoch, run.status.message)))
    sentence = "checkpoint.npz was damaged: training continues from the checkpoint before it, after epoch 2."
    assert started == [(2, sentence)] and len(run.history) == 3
    with np.load(run.checkpoint_path) as ours, np.load(uninterrupted.checkpoint_path) as theirs:
        assert all((ours[name] == theirs[name]).all() for name in ours if name != "position")
    assert not run.previous_checkpoint_path.exists()  # trained: its space is free again


def test_two_damaged_checkpoints_are_both_named(create, dataset):
    run = create()
    run.checkpoint_path.write_bytes(b"cut")
    run.previous_checkpoint_path.write_bytes(b"cut")
    with pytest.raises(FerError, match=r"checkpoint\.npz is damaged .* delete checkpoint-previous\.npz as well"):
        Training(run, dataset)


def test_a_crash_between_the_two_names_loses_nothing(create, dataset, uninterrupted):
    run = create()
    run.previous_checkpoint_path.write_bytes(uninterrupted.previous_checkpoint_path.read_bytes())
    assert Training(run, dataset).position.epoch == 2


def test_everything_that_a_training_leaves_is_on_the_disk_before_it_has_its_name(create, monkeypatch):
    synced, replace, unsynced = set(), os.replace, []
    fsync = os.fsync

    def note(handle):
        synced.add(os.fstat(handle).st_ino)
        fsync(handle)

    def check(old, new):
        if os.stat(old).st_ino not in synced:
            unsynced.append(os.path.basename(new))
        replace(old, new)

    monkeypatch.setattr(os, "fsync", note)
    monkeypatch.setattr(os, "replace", check)
    assert worker.train(create(epochs=2))
    assert set(unsynced) == {"progress.json"}
