"""Labelled faces to train on and to judge by.

In: a csv, npz, zip or folder, or a name in data/. Out: a `Dataset` with the splits train, val and test.
Open `catalog.py` first (`open_dataset`); the shapes of files are in `formats/`, one a file.
"""
