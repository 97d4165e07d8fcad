"""Labelled faces for training and evaluation.

In: a csv, npz, zip or folder, or a name in data/. Out: a `Dataset` with the splits train, val and test.
Open `catalog.py` first (`open_dataset`); the file formats are in `formats/`, one per file.
"""
