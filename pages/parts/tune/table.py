"""A study's trials as a table and a CSV file."""

import streamlit as st

from fer.runs.settings import words_of
from fer.tuning.study import Study, Trial
from pages.parts.shared.csv_file import csv_file, show_table


def trials(found: Study, known: list[Trial]) -> None:
    """Every trial with its state, accuracy, time and settings, the latest first."""
    import pandas as pd

    repeated = any(trial.repeat_of is not None for trial in known)
    rows = [
        {
            "trial": trial.number,
            "state": trial.state,
            "validation accuracy": trial.accuracy,
            "epochs": len(trial.curve),
            "seconds": round(trial.seconds, 1),
            **trial.params,
            **({"repeat of": trial.repeat_of, "seed": trial.seed} if repeated else {}),
            "reason": trial.reason,
            "machine": trial.host,
        }
        for trial in reversed(known)
    ]
    frame_of_trials = pd.DataFrame(rows).convert_dtypes()  # whole numbers stay whole where some are missing
    if frame_of_trials.empty:
        return
    show_table(
        frame_of_trials,
        key="tune-trials",
        hide_index=True,
        height=240,
        column_config={
            **{name: words_of(name) for trial in known for name in trial.params},  # as in the form
            "validation accuracy": st.column_config.NumberColumn(format="percent"),
            "reason": st.column_config.TextColumn(width="medium"),
        },
    )
    st.download_button(
        "Trials (CSV)", csv_file(frame_of_trials), f"{found.name}.csv", key="tune-csv", on_click="ignore"
    )
