"""Free memory, as far as a container's limit leaves any."""

import sys

import pytest

from fer.system import memory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc and cgroups")
STATISTICS = "anon 5\ninactive_file 40\n"


@pytest.mark.parametrize("names", memory.FILES)
def test_a_containers_limit_counts_and_its_file_cache_is_free(names, tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "CGROUP", tmp_path)
    for name, content in zip(names, ("1000", "700", STATISTICS), strict=True):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    assert memory.free_memory() == 340


def test_without_a_limit_the_machine_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "CGROUP", tmp_path)
    free = memory.free_memory()
    assert free is not None and free > 2**20
    for name, content in zip(memory.FILES[0], ("max", "700", STATISTICS), strict=True):
        (tmp_path / name).write_text(content)
    assert (memory.free_memory() or 0) > 2**20
