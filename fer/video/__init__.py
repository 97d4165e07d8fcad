"""Faces over time, in a video or from a webcam.

In: frames. Out: faces with stable numbers, smoothed probabilities, tables of observations, an annotated copy.
Open `annotate.py` for files and `live.py` for the webcam; both use `tracker.py`.
"""
