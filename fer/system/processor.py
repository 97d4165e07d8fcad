"""The processor's name and cores, whether bfloat16 is fast on it, and whether it is at rest."""

import math
import os
import platform
import re
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")  # Linux only
QUOTA = Path("/sys/fs/cgroup/cpu.max")  # a container's limit: microseconds in each period of so many
BUSY = 0.6  # processes a core over the last minute, from which on a measurement would be wrong
NOISE = re.compile(r"\((R|TM)\)|\b(CPU|Processor)\b")  # in processor names


def name() -> str:
    """The processor's name, such as "Intel Xeon Gold 6226R @ 2.90GHz"."""
    full_name = _first("model name") or platform.processor() or platform.machine()
    return " ".join(NOISE.sub(" ", full_name).split())


def cores() -> int:
    """The cores that this process may use: all, or as many as a container's limit or its affinity leaves it."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        allowed, period = map(int, QUOTA.read_text().split())
    except (OSError, ValueError):  # no container, or "max"
        return found
    return max(1, min(found, math.ceil(allowed / period)))


def is_fast_in_bfloat16() -> bool:
    """Whether bfloat16 is faster than float32.

    It is with AMX, and on AMD with AVX-512 BF16. On Intel, only one of two units has AVX-512 BF16, and vgg_small trains
    at 0.7 of its float32 speed. Without either, bfloat16 is emulated.
    """
    flags = _first("flags").split()
    return "amx_bf16" in flags or ("avx512_bf16" in flags and _first("vendor_id") == "AuthenticAMD")


def is_quiet() -> bool:
    """Whether the processor does little else, so that a measured speed is this machine's; True if unknown."""
    if not hasattr(os, "getloadavg"):  # Windows
        return True
    return os.getloadavg()[0] < BUSY * cores()


def _first(key: str) -> str:
    """A value for the first processor in CPUINFO; "" if it is missing."""
    lines = CPUINFO.read_text().splitlines() if CPUINFO.is_file() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(key)), "")
