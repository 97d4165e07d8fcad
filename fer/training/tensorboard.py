"""A run's history as a TensorBoard event file.

Written without TensorBoard or TensorFlow, so it is the same on every backend: a few numbers per epoch, as protobuf
messages (`event.proto` and `summary.proto` of TensorFlow) in TFRecord frames.
"""

import io
import struct
import time

from fer.runs.history import FIGURES
from fer.runs.run import EVENTS, Run
from fer.runs.state import Epoch

CASTAGNOLI = 0x82F63B78  # the polynomial of CRC-32C, bits reversed


def write_events(run: Run, labels: tuple[str, ...]) -> None:
    """Update a run's event file to its history, whose last entry is new.

    Records are appended, because TensorBoard continues where it stopped. Epochs that a resumed training repeats, and
    partial records after a crash, are truncated first.
    """
    history, path = run.history, run.path / EVENTS
    path.touch()
    ends = _ends(path.read_bytes())[: len(history)]  # of the header, and of one record for each entry but the last
    with path.open("r+b") as file:
        file.truncate(ends[-1] if ends else 0)
        file.seek(0, io.SEEK_END)
        if not ends:
            file.write(_framed(_event(0, _field(3, b"brain.Event:2"))))
        for epoch in history[max(len(ends) - 1, 0) :]:
            file.write(_framed(_event(epoch.epoch + 1, _field(5, _summary(epoch, labels)))))


def _ends(data: bytes) -> list[int]:
    """The end of each complete frame."""
    ends, start = [], 0
    while start + 8 <= len(data):
        start += 8 + 4 + struct.unpack_from("<Q", data, start)[0] + 4  # length, its checksum, data, its checksum
        if start <= len(data):
            ends.append(start)
    return ends


def _summary(epoch: Epoch, labels: tuple[str, ...]) -> bytes:
    figures = {name: getattr(epoch, name) for name in FIGURES}
    recalls = zip(labels, epoch.val_recall, strict=False)  # missing in the earliest runs
    figures |= {f"val_recall/{label}": recall for label, recall in recalls}
    values = (_field(1, tag.encode()) + b"\x15" + struct.pack("<f", value) for tag, value in figures.items())
    return b"".join(_field(1, value) for value in values)


def _event(step: int, content: bytes) -> bytes:
    return b"\x09" + struct.pack("<d", time.time()) + b"\x10" + _varint(step) + content


def _field(number: int, data: bytes) -> bytes:
    """A length-delimited protobuf field."""
    return bytes([number << 3 | 2]) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    """Seven bits per byte, lowest first; the eighth marks that more follow."""
    head = b""
    while value > 127:
        head += bytes([value & 127 | 128])
        value >>= 7
    return head + bytes([value])


def _framed(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + _checksum(length) + data + _checksum(data)


def _checksum(data: bytes) -> bytes:
    """CRC-32C, masked as TFRecord requires."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ CASTAGNOLI * (crc & 1)
    crc ^= 0xFFFFFFFF
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
