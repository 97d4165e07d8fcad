"""Operating system access: atomic file writes, processes, zip archives, processor details.

In: paths, bytes, command lines. Out: the same, handled safely. Nothing here depends on faces or networks.
Open `files.py` first.
"""
