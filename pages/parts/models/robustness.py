"""How accuracy drops when faces are shifted, blurred, dark and so on, as measured by fer/evaluation/robustness.py."""

import streamlit as st

from fer.errors import FerError
from fer.runs.card import way
from fer.runs.run import Run
from fer.runs.store import RunStore
from pages.parts.shared import frame

BASELINE = "mini_xception"  # shown for comparison, with the default model


def show(store: RunStore, chosen: Run) -> None:
    """The chosen run's figure, compared with other runs on the same images; nothing if it was never measured."""
    from fer.charts.robustness import accuracy_falls  # Plotly takes half a second, once
    from pages.parts.shared import figures

    if not (result := chosen.robustness):
        return
    others = {run.id: _measured(run) for run in store if run.id != chosen.id and run.is_usable}
    others = {id: other for id, other in others.items() if _judged_on(other) == _judged_on(result)}
    default = [id for id in dict.fromkeys([store.default_id, BASELINE]) if id in others]
    picked = st.pills(
        "Compare with", list(others), selection_mode="multi", default=default, key=f"models-robustness-{chosen.id}"
    )
    shown = {chosen.id: result, **{id: others[id] for id in picked}}
    figure = accuracy_falls(shown, (result["judged_on"], way(tta=False)))
    figures.show(figure, "models-robustness", "Accuracy by strength of seven image changes")
    st.caption(
        f"{frame.plain(result['judged_on'])}: every image of the {result['split']} split, with one change at a "
        "time, identical for all models. Bars are 95% Wilson intervals."
    )
    with st.expander("What the strengths mean"):
        for kind, change in result["kinds"].items():
            words = (kind, change["unit"], change.get("meaning", ""))
            st.markdown("- **{}**, {}: {}.".format(*(frame.plain(str(text)) for text in words)))
        st.caption("Pixels beyond the border repeat the edge, as in training.")


def _measured(run: Run) -> dict:
    """A run's result; empty if it is damaged, which the page says elsewhere."""
    try:
        return run.robustness
    except FerError:
        return {}


def _judged_on(result: dict) -> tuple:
    """What must be equal for two results to be comparable."""
    return *(result.get(key) for key in ("fingerprint", "judged_on", "seed")), *result.get("kinds", ())
