"""Studies: many short training runs in search of a better recipe, with Optuna, on one machine or several.

In: a recipe, what of it may vary, a budget. Out: a study in `models/.studies/NAME/`, its trials as runs beside it, and
the best trial's recipe. Nothing here reads the test split. Open `study.py` first, then `worker.py`.
"""
