"""Trained models on disk: each run is a directory, read and written by this package.

In: a `TrainConfig`. Out: a `Run` with its state, history, card and files; the training queue.
Open `run.py` first. Nothing here imports Keras.
"""
