"""Networks that were trained elsewhere: opened safely, fitted to this project's input and output, kept as runs."""
