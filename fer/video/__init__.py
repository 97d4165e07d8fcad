"""Faces over time, in a video or before a webcam.

In: frames. Out: faces that keep their number, smoothed probabilities, tables of observations, an annotated copy.
Open `annotate.py` for files and `live.py` for the webcam; both use `tracker.py`.
"""
