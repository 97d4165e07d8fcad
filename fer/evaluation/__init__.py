"""How good a model is, and how sure that is.

In: a run and a split, or the photos of a user. Out: a `Report` with every answer, and all figures that follow from it.
Open `report.py` first; `metrics.py` has the formulas.
"""
