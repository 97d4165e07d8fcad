"""Runs on the Hugging Face Hub: pushed with a model card, pulled like an import.

In: a finished run, or the name of a repository. Out: a repository with the run's files and a README, or a run whose
files were checked before it got its name. Open `push.py` and `pull.py` first.
"""
