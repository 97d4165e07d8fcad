"""What is told of the processor: its name on cards, and the arithmetic that trainings choose."""

import pytest

from fer.runs.config import TrainConfig
from fer.system import processor
from fer.training import networks


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Intel(R) Xeon(R) Processor", "Intel Xeon"),
        ("Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz", "Intel Core i7-8550U @ 1.80GHz"),
        ("AMD EPYC", "AMD EPYC"),
    ],
)
def test_a_processors_name_is_told_without_marks(told, name, tmp_path, monkeypatch):
    monkeypatch.setattr(processor, "CPUINFO", tmp_path / "cpuinfo")
    assert processor.name(), "of a system without that file"
    processor.CPUINFO.write_text(f"processor\t: 0\nmodel name\t: {told}\nprocessor\t: 1\nmodel name\t: {told}\n")
    assert processor.name() == name


@pytest.mark.parametrize(
    ("vendor", "flags", "wanted"),
    [
        ("AuthenticAMD", "avx512f avx512_bf16", "bfloat16"),
        ("GenuineIntel", "avx512f avx512_bf16", "float32"),
        ("GenuineIntel", "avx512f avx512_bf16 amx_bf16 amx_tile", "bfloat16"),
        ("AuthenticAMD", "avx2 fma", "float32"),
    ],
)
def test_auto_precision_is_bfloat16_where_the_processor_is_faster_in_it(vendor, flags, wanted, tmp_path, monkeypatch):
    monkeypatch.setattr(processor, "CPUINFO", tmp_path / "cpuinfo")
    assert networks.precision(TrainConfig()) == "float32"  # a system that does not tell
    processor.CPUINFO.write_text(f"processor\t: 0\nvendor_id\t: {vendor}\nflags\t\t: fpu {flags}\n")
    assert networks.precision(TrainConfig()) == wanted
