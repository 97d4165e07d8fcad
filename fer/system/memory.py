"""How much memory is free: on this machine, or in the container that this process may not leave."""

from pathlib import Path

MEMINFO = Path("/proc/meminfo")
CGROUP = Path("/sys/fs/cgroup")
FILES = (("memory.max", "memory.current", "memory.stat"),)  # version 2
FILES += (("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat"),)  # version 1


def free_memory() -> int | None:
    """Bytes that can still be allocated, without swapping; None on systems other than Linux."""
    try:
        lines = dict(line.split(":") for line in MEMINFO.read_text().splitlines())
        available = 1024 * int(lines["MemAvailable"].split()[0])
    except (OSError, ValueError, KeyError):
        return None
    return min([available, *filter(None, (_left(*names) for names in FILES))])


def _left(limit: str, usage: str, statistics: str) -> int | None:
    """What a container's limit leaves, counting its file cache as free; None without a limit."""
    try:
        most, used = int((CGROUP / limit).read_text()), int((CGROUP / usage).read_text())
        cached = dict(line.split() for line in (CGROUP / statistics).read_text().splitlines())
    except (OSError, ValueError):  # no container, or "max"
        return None
    return max(1, most - used + int(cached.get("inactive_file", 0)))
