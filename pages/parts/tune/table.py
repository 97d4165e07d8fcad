"""A study's trials as a table and a CSV file, and under Details Optuna's own figures, drawn only when opened."""

import streamlit as st

from fer.errors import extra
from fer.tuning.study import Study, Trial
from pages.parts.shared import actions, frame
from pages.parts.shared.csv_file import csv_file, show_table
from pages.parts.tune import opened

FIGURES = {
    "Optimisation history": "plot_optimization_history",
    "Parallel coordinates": "plot_parallel_coordinate",
    "Slices": "plot_slice",
}


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
    frame_of_trials = pd.DataFrame(rows)
    if frame_of_trials.empty:
        return
    show_table(
        frame_of_trials,
        key="tune-trials",
        hide_index=True,
        height=240,
        column_config={
            "validation accuracy": st.column_config.NumberColumn(format="percent"),
            "reason": st.column_config.TextColumn(width="medium"),
        },
    )
    st.download_button(
        "Trials (CSV)", csv_file(frame_of_trials), f"{found.name}.csv", key="tune-csv", on_click="ignore"
    )


def details(found: Study) -> None:
    """Optuna's figures, and deleting the study."""
    with st.expander("Details", key="tune-details", icon=":material/query_stats:", on_change="rerun") as shown:
        if not shown.open:
            return
        name = st.segmented_control("Figure", list(FIGURES), default="Optimisation history", key="tune-figure")
        done = sum(trial.state == "finished" for trial in found.trials)
        if done < 2:
            st.caption("Figures appear once two trials have finished.")
        elif name:
            _figure(found, name)
    with st.popover("Delete study", type="tertiary", icon=":material/delete:"):
        st.markdown(f"Delete {frame.plain(found.name)} with all of its trials? This cannot be undone.")
        st.button("Delete it", key="tune-delete", type="primary", on_click=frame.act, args=(_delete, found))


def _figure(found: Study, name: str) -> None:
    with extra("tune", "Tuning"):
        from optuna import visualization
    figure = getattr(visualization, FIGURES[name])(found.optuna, target_name="Validation accuracy")
    figure.update_layout(title=None)
    st.plotly_chart(figure, key=f"tune-plot-{FIGURES[name]}", alt=f"{name} of {found.name}")


def _delete(found: Study) -> None:
    actions.delete_study(found)
    if st.query_params.get(opened.STUDY):
        del st.query_params[opened.STUDY]
    st.toast(f"{frame.plain(found.name)} deleted", icon=":material/delete:")
