"""Trained models on disk: a run is a directory, and this wing reads and writes it.

In: a `TrainConfig`. Out: a `Run` with its state, history, card and files; the queue of trainings.
Open `run.py` first. Nothing here imports Keras.
"""
