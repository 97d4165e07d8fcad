"""How good a model is, and how certain that figure is.

In: a run and a split, or a user's photos. Out: a `Report` with every prediction and all metrics computed from it.
Open `report.py` first; `metrics.py` has the formulas.
"""
