"""Networks trained elsewhere: loaded safely, adapted to this project's input and output, saved as runs."""
