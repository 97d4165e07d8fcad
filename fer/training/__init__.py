"""Everything that uses Keras: networks are built, trained, exported and imported here, in a separate process.

In: a run with its `TrainConfig`. Out: files in the run's directory (history, weights, card, reports), and nothing else.
Open `worker.py` first, then `loop.py`.
"""
