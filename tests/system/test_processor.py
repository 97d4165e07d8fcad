"""The processor's name on cards, and the precision chosen for training."""

import pytest

from fer.runs.config import TrainConfig
from fer.system import processor
from fer.training import networks


@pytest.mark.parametrize(
    ("full_name", "name"),
    [
        ("Intel(R) Xeon(R) Processor", "Intel Xeon"),
        ("Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz", "Intel Core i7-8550U @ 1.80GHz"),
        ("AMD EPYC", "AMD EPYC"),
    ],
)
def test_a_processors_name_is_shown_without_trademarks(full_name, name, tmp_path, monkeypatch):
    monkeypatch.setattr(processor, "CPUINFO", tmp_path / "cpuinfo")
    assert processor.name(), "also on a system without that file"
    processor.CPUINFO.write_text(
        f"processor\t: 0\nmodel name\t: {full_name}\nprocessor\t: 1\nmodel name\t: {full_name}\n"
    )
    assert processor.name() == name


@pytest.mark.parametrize(
    ("vendor", "flags", "expected"),
    [
        ("AuthenticAMD", "avx512f avx512_bf16", "bfloat16"),
        ("GenuineIntel", "avx512f avx512_bf16", "float32"),
        ("GenuineIntel", "avx512f avx512_bf16 amx_bf16 amx_tile", "bfloat16"),
        ("AuthenticAMD", "avx2 fma", "float32"),
    ],
)
def test_auto_precision_is_bfloat16_if_the_processor_is_faster_with_it(vendor, flags, expected, tmp_path, monkeypatch):
    monkeypatch.setattr(processor, "CPUINFO", tmp_path / "cpuinfo")
    assert networks.precision(TrainConfig()) == "float32"  # without CPU details
    processor.CPUINFO.write_text(f"processor\t: 0\nvendor_id\t: {vendor}\nflags\t\t: fpu {flags}\n")
    assert networks.precision(TrainConfig()) == expected


def test_a_containers_limit_counts_as_cores(tmp_path, monkeypatch):
    monkeypatch.setattr(processor, "QUOTA", tmp_path / "cpu.max")
    everything = processor.cores()
    assert everything >= 1
    for text, cores in (("max 100000", everything), ("50000 100000", 1), ("100000 100000", 1), ("", everything)):
        processor.QUOTA.write_text(text)
        assert processor.cores() == cores


def test_in_a_container_the_load_is_compared_to_its_own_cores(tmp_path, monkeypatch):
    monkeypatch.setattr(processor, "QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(processor.os, "cpu_count", lambda: 64)
    monkeypatch.setattr(processor.os, "getloadavg", lambda: (1.0, 1.0, 1.0), raising=False)
    processor.QUOTA.write_text("100000 100000")
    assert not processor.is_quiet(), "one process keeps one core busy"
    monkeypatch.setattr(processor.os, "getloadavg", lambda: (0.5, 1.0, 1.0))
    assert processor.is_quiet()
