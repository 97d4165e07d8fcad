"""All of Keras: networks are built, trained, exported and imported here, in a process of their own.

In: a run with its `TrainConfig`. Out: files in the run's directory (history, weights, card, reports), and nothing else.
Open `worker.py` first, then `loop.py`.
"""
