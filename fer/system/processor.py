"""What this machine's processor is called, and in which arithmetic it is fast, as far as the system tells."""

import platform
import re
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")  # Linux alone has it
NOISE = re.compile(r"\((R|TM)\)|\b(CPU|Processor)\b")  # of names


def name() -> str:
    """The processor's name, such as "Intel Xeon Gold 6226R @ 2.90GHz"."""
    told = _first("model name") or platform.processor() or platform.machine()
    return " ".join(NOISE.sub(" ", told).split())


def is_fast_in_bfloat16() -> bool:
    """Whether it computes faster in bfloat16 than in float32.

    AMX does, and so does AVX-512's instruction on AMD. On Intel, where one unit of two has it, vgg_small trains at 0.7
    of its float32 speed with it; and without either, bfloat16 is emulated.
    """
    flags = _first("flags").split()
    return "amx_bf16" in flags or ("avx512_bf16" in flags and _first("vendor_id") == "AuthenticAMD")


def _first(key: str) -> str:
    """What CPUINFO says of the first processor; "" where it says nothing."""
    lines = CPUINFO.read_text().splitlines() if CPUINFO.is_file() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(key)), "")
