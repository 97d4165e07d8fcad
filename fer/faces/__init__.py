"""From a picture to the faces in it.

In: bytes of a JPEG, PNG, HEIC or other picture. Out: `Face` boxes with landmarks, and 48×48 grey crops for a network.
Open `crop.py` first; detectors are in `detectors/`, one a file.
"""
