"""The best trials side by side: their accuracy with its interval, their time, and the settings in which they differ."""

import streamlit as st

from fer.evaluation.metrics import wilson
from fer.evaluation.numbers import written
from fer.runs.settings import words_of
from fer.system.text import duration
from fer.tuning import recipes
from fer.tuning.study import Study, Trial
from pages.parts.shared import frame
from pages.parts.train import view
from pages.parts.tune import picture

MOST = 3


def show(found: Study, best: list[Trial]) -> None:
    """An expander, which computes nothing while it is closed; nothing at all for a single trial."""
    if len(best) < 2:
        return
    label = f"Compare the top {'three' if len(best) == MOST else 'two'}"
    with st.expander(label, key="tune-compare", icon=":material/compare_arrows:", on_change="rerun") as shown:
        if not shown.open:
            return
        view.show(picture.compared(best, found.plan.epochs), f"tune-compared-{found.name}")
        st.table(_rows(found, best))
        if overlap := _overlap(found, best):
            st.caption(overlap)


def _rows(found: Study, best: list[Trial]) -> dict[str, list[str]]:
    """A column for each trial."""
    names = [name for name in best[0].params if len({trial.params.get(name) for trial in best}) > 1]
    rows = ["validation accuracy", *(["95% interval"] if found.plan.val else []), "training time"]
    table = {"": [*rows, *(words_of(name) for name in names)]}
    for trial in best:
        cells = [written(trial.accuracy or 0.0)]
        if found.plan.val:
            cells.append(" to ".join(map(written, _interval(found, trial))))
        cells += [duration(trial.seconds), *(frame.plain(recipes.written(trial.params.get(name))) for name in names)]
        table[f"trial {trial.number}"] = cells
    return table


def _interval(found: Study, trial: Trial) -> tuple[float, float]:
    n = found.plan.val
    return wilson(round((trial.accuracy or 0.0) * n), n)


def _overlap(found: Study, best: list[Trial]) -> str:
    """A word of caution where chance may have ordered the trials."""
    if not found.plan.val or _interval(found, best[0])[0] > (best[-1].accuracy or 0.0):
        return ""
    return f"With {found.plan.val:,} validation images, the order of these may be chance."
