"""Check a data set in a process of its own, whose memory can be limited: `python -m fer.data.check PATH NAME`."""

import sys
from pathlib import Path

from fer.data.catalog import open_rows
from fer.data.dataset import assemble
from fer.errors import FerError
from fer.system.process import ERROR


def main(path: str, name: str) -> int:
    """Read and cache a data set; print what is wrong with it, calling it `name`. Returns the exit status."""
    try:
        rows, format, _ = open_rows(Path(path), name)
        assemble(rows, name=name, source=name, format=format.name)
    except FerError as error:
        print(ERROR + " ".join(str(error).split()), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
