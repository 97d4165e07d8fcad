"""Damaged files of a run, for tests and benchmarks: as a full disk, a crash or a stranger may leave them."""

import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from fer.data.labels import EMOTIONS
from fer.runs.run import Run
from fer.runs.state import TRAINING, Epoch, Progress, Status

WHOLE = {
    "empty": b"",
    "cut": b'{"a": [1, 2',
    "null": b"null",
    "a list": b"[1, 2]",
    "a number": b"7",
    "a word": b'"text"',
    "binary": bytes(range(256)) * 9,
    "zeros": bytes(4096),
    "deep": b"[" * 100_000,
    "deep in an object": b'{"a":' * 50_000,
    "a huge number": b"9" * 5_000,
    "not a number": b"NaN",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "an empty object": b"{}",
    "lines of lists": b"[]\n[]\n",
}
PLACED = ("a directory", "a loop of links", "a dead link")
VALUES = (  # as JSON, because Python's own writer refuses some of them
    *("null", "true", "false", "-1", "0", "1e308", "-1e308", "1e999", "NaN", "1" + "0" * 30, "9" * 400, "0.5"),
    *('""', '"text"', '"a\\u0000b"', '"\\ud800"', '"\\u202e\\n`**<b>"', f'"{"x" * 300}"', '"/etc/passwd"', '"../.."'),
    *("[]", "{}", "[[[]]]", '[1, "a", null]', '{"a": {"a": []}}', "[" * 500 + "]" * 500, '["a", "a"]'),
)
FILES = (
    *("config.json", "card.json", "status.json", "progress.json", "history.jsonl", "labels.json", "robustness.json"),
    "reports/fer2013-val.json",
)
HERE = "@@here@@"


@dataclass(frozen=True)
class Mutation:
    """One damaged file: its content, or one of PLACED in its place."""

    file: str
    name: str
    content: bytes = b""

    def apply(self, run: Run) -> None:
        path = run.path / self.file
        remove(path)
        if self.name == "a directory":
            path.mkdir()
        elif self.name == "a loop of links":
            path.symlink_to(path.name)
        elif self.name == "a dead link":
            path.symlink_to("nowhere")
        else:
            path.write_bytes(self.content)


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def mutations(run: Run, count: int, *, seed: int = 0) -> list[Mutation]:
    """`count` mutations, as many of every file in FILES; the run must have all of them."""
    chance, each = random.Random(seed), -(-count // len(FILES))
    found = []
    for file in FILES:
        whole = [Mutation(file, name, content) for name, content in WHOLE.items()]
        whole += [Mutation(file, name) for name in PLACED]
        changed = list(_changed(file, (run.path / file).read_text()))
        found += [*whole[:each], *chance.sample(changed, max(0, min(len(changed), each - len(whole))))]
    return found[:count]


def _changed(file: str, text: str) -> Iterator[Mutation]:
    """The file with one value replaced or left out, at every place and with all VALUES."""
    head, _, rest = text.partition("\n") if file.endswith(".jsonl") else (text, "", "")
    plain = json.loads(head)
    for steps in _places(plain):
        name = ".".join(map(str, steps))
        copy = json.loads(head)
        parent = copy
        for step in steps[:-1]:
            parent = parent[step]
        parent[steps[-1]] = HERE
        pattern = json.dumps(copy)
        for value in VALUES:
            content = f"{pattern.replace(json.dumps(HERE), value)}\n{rest}".encode()
            yield Mutation(file, f"{name} = {value[:24]}", content)
        del parent[steps[-1]]
        yield Mutation(file, f"{name} is missing", f"{json.dumps(copy)}\n{rest}".encode())


def _places(value, above: tuple = ()) -> Iterator[tuple]:
    """Every place in plain values; only the first two of a list."""
    inside = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for key, part in inside:
        yield (*above, key)
        yield from _places(part, (*above, key))


def unfinished(run: Run, *, training: bool = False) -> None:
    """Make a run with a card one without: stopped, or in its second epoch."""
    (run.path / "card.json").unlink(missing_ok=True)
    run.status = Status("training" if training else "stopped", "Stopped after 1 of 2 epochs.")
    run.labels = EMOTIONS


def complete(run: Run) -> None:
    """Give a finished run the files that it had while it was trained."""
    run.labels, run.status = EMOTIONS, Status("finished")
    run.progress = Progress(TRAINING, 1, 2, 3, 40, 900.0, 1.2, 0.5, 60.0, ((0, 1.5, 0.4), (2, 1.2, 0.5)), 10**9, 1.9)
    zeros = ((0,) * len(EMOTIONS),) * len(EMOTIONS)
    epoch = Epoch(0, 1.5, 0.4, 1.4, 0.45, 0.01, 900.0, 30.0, (0.5,) * len(EMOTIONS), zeros)
    run.history = [epoch, Epoch(**{**asdict(epoch), "epoch": 1})]
