"""Entry point of `python -m fer`; the commands are in fer/cli/."""

import sys

from fer.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
