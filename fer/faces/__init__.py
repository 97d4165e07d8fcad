"""From an image to the faces in it.

In: bytes of a JPEG, PNG, HEIC or other image file. Out: `Face` boxes with landmarks, and 48×48 grey crops.
Open `crop.py` first; detectors are in `detectors/`, one per file.
"""
