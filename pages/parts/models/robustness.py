"""How accuracy falls when faces are moved, blurred, dark and so on, as fer/evaluation/robustness.py measured it."""

import streamlit as st

from fer.charts import robustness
from fer.runs.card import way
from fer.runs.run import Run
from fer.runs.store import RunStore
from pages.parts.shared import figures, frame

BESIDE = "mini_xception"  # shown beside any other, with the default


def show(store: RunStore, chosen: Run) -> None:
    """The chosen run's figure, and those of others on the same images; nothing where it was never measured."""
    with frame.errors():
        result = chosen.robustness
        if not result:
            return
        st.header("How accuracy falls")
        others = {run.id: run.robustness for run in store if run.id != chosen.id and run.is_usable}
        others = {id: other for id, other in others.items() if _judged_on(other) == _judged_on(result)}
        default = [id for id in dict.fromkeys([store.default.id, BESIDE]) if id in others]
        picked = st.pills(
            "Compare with", list(others), selection_mode="multi", default=default, key=f"models-robustness-{chosen.id}"
        )
        shown = {chosen.id: result, **{id: others[id] for id in picked}}
        figure = robustness.accuracy_falls(shown, (result["judged_on"], way(tta=False)))
        figures.show(figure, "models-robustness", "Accuracy over the strength of seven changes to the pictures")
        st.caption(
            f"{frame.plain(result['judged_on'])}: every image of the {result['split']} split, changed in one way at a "
            "time, in the same way for every model. Bars are 95% Wilson intervals."
        )
        with st.expander("What a strength means"):
            for kind, told in result["kinds"].items():
                st.markdown(f"- **{kind}**, {told['unit']}: {told['told']}.")
            st.caption("Pixels from beyond the border repeat the edge, as in training.")


def _judged_on(result: dict) -> tuple:
    """What must be the same so that two results can be compared."""
    return *(result.get(key) for key in ("fingerprint", "judged_on", "seed")), *result.get("kinds", ())
