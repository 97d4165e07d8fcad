"""Give every reader of files from outside thousands of damaged ones: does anything but a FerError come out?

    python benchmarks/fuzz.py [--examples 1000] [--only csv npz] [--seed 0] [--networks 300]

Prints for every reader how many files it answered and refused, and every other type of exception. Networks (.keras)
need TensorFlow. Exits with 1 if there was another exception.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import av
from helpers.fuzzed import Reader, changed, network, outcome, readers
from helpers.mutated_files import complete
from hypothesis import HealthCheck, Phase, given, seed, settings

from fer.runs.store import BUNDLED, RunStore


def fuzz(reader: Reader, whole: list[bytes], examples: int, number: int) -> Counter:
    """How often which outcome came out."""
    found = Counter()

    @seed(number)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(changed(whole))
    def run(content: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            found[outcome(reader, Path(folder), content)] += 1

    run()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=1000, help="of every reader")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--networks", type=int, default=0, help="examples of .keras files")
    options = parser.parse_args()
    av.logging.set_level(None)
    with tempfile.TemporaryDirectory() as folder:
        run = RunStore(Path(folder), shipped=BUNDLED).writable(RunStore(BUNDLED)["mini_xception"])
        complete(run)
        chosen = readers(run)
        if options.networks:
            os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
            chosen["keras"] = (network, [run.model_path.read_bytes()])
    total, other = 0, 0
    for name, (reader, whole) in chosen.items():
        if options.only and name not in options.only:
            continue
        found = fuzz(reader, whole, options.networks if name == "keras" else options.examples, options.seed)
        total += found.total()
        bad = {what: count for what, count in found.items() if what not in ("answered", "refused")}
        other += sum(bad.values())
        print(f"{name}: {found['answered']:,} answered, {found['refused']:,} refused, {sum(bad.values()):,} other")
        for what, count in bad.items():
            print(f"    {count} × {what}", flush=True)
    print(f"{total:,} files: {other:,} ended in another exception than FerError")
    return bool(other)


if __name__ == "__main__":
    sys.exit(main())
