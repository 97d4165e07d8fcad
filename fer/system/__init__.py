"""What the operating system gives: files that are never half-written, processes, zips, the processor.

In: paths, bytes, command lines. Out: the same, safely. Knows nothing of faces or networks.
Open `files.py` first.
"""
