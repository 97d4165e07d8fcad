"""Under Details: Optuna's own figures of a study, drawn only when opened, and deleting the study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from fer.charts import layout
from fer.errors import extra
from fer.inference.palette import GREY, MODELS
from fer.runs.settings import words_of
from fer.runs.store import RunStore
from fer.tuning import processes, study
from fer.tuning.importance import noted
from fer.tuning.study import Study
from pages.parts.shared import figures, frame
from pages.parts.tune import actions, opened

if TYPE_CHECKING:
    import optuna
    import plotly.graph_objects as go

EVERY = 10.0  # seconds between updates of the open figure while a worker runs; one of 500 trials takes up to a second
HISTORY, PARALLEL, SLICES = "Optimisation history", "Parallel coordinates", "Slices"
FIGURES = {
    HISTORY: "plot_optimization_history",
    PARALLEL: "plot_parallel_coordinate",
    SLICES: "plot_slice",
}
SCALE = (GREY, MODELS[1])  # from the lowest accuracy, or the first trial, to the highest or the latest


def show(found: Study) -> None:
    """Optuna's figures, and deleting the study."""
    with st.expander("Details", key="tune-details", icon=":material/query_stats:", on_change="rerun") as shown:
        if not shown.open:
            return
        name = st.segmented_control("Figure", list(FIGURES), default=HISTORY, key="tune-figure")
        every = EVERY if found.url or processes.working(found.store, found.name) else None
        if name:
            st.fragment(_live, run_every=every)(found.store, found.name, name)
    with st.popover("Delete study", type="tertiary", icon=":material/delete:"):
        st.markdown(f"Delete {frame.plain(found.name)} with all of its trials? This cannot be undone.")
        st.button("Delete it", key="tune-delete", type="primary", on_click=frame.act, args=(_delete, found))


def _live(store: RunStore, name: str, figure: str) -> None:
    """One of the figures, which changes by itself."""
    with frame.errors(f"{name}: "):
        found = study.open_study(store, name)
        if sum(trial.state == "finished" for trial in found.trials) < 2:
            st.caption("Figures appear once two trials have finished.")
            return
        varied = _varied(found)
        about = varied[0]
        if figure == SLICES and len(varied) > 1:
            about = st.selectbox("Setting", varied, key="tune-slice", format_func=words_of)
        figures.show(drawn(found, figure, about), f"tune-plot-{FIGURES[figure]}", alt=f"{figure} of {name}")


def _varied(found: Study) -> list[str]:
    """The settings that vary, the most important first."""
    shares = noted(found)
    return sorted((each.name for each in found.plan.dimensions), key=lambda name: -shares.get(name, 0.0))


def drawn(found: Study, name: str, setting: str) -> go.Figure:
    """One of Optuna's figures in the app's colours and words.

    Args:
        name: one of FIGURES.
        setting: of which slices are shown; those of many settings side by side have no room for their axes.
    """
    with extra("tune", "Tuning"):
        from optuna import visualization
    chosen = {"params": [setting]} if name == SLICES else {}
    # Any: Plotly makes a figure's attributes at run time
    figure: Any = getattr(visualization, FIGURES[name])(_search(found), target_name="validation accuracy", **chosen)
    figure.layout.title = None
    layout(figure, name, f"{found.name}, {found.plan.data}", height=420)
    {HISTORY: _history, PARALLEL: _parallel, SLICES: _slices}[name](figure)
    return figure


def _search(found: Study) -> optuna.Study:
    """The study without repeats of its best trial, which would look like better settings where they are luck."""
    import optuna

    repeats = {trial.number for trial in found.trials if trial.repeat_of is not None}
    if not repeats:
        return found.optuna
    searched = optuna.create_study(direction="maximize")
    searched.add_trials([trial for trial in found.optuna.get_trials(deepcopy=False) if trial.number not in repeats])
    return searched


def _history(figure: Any) -> None:
    names = {"Best Value": "best so far"}
    for trace, color in zip(figure.data, MODELS, strict=False):
        trace.update(name=names.get(trace.name, trace.name), marker_color=color, line_color=color)
    last = max(len(trace.x or ()) for trace in figure.data)
    figure.update_xaxes(title="trial", tick0=0, dtick=max(1, last // 8))
    figure.update_yaxes(tickformat=".1%")


def _parallel(figure: Any) -> None:
    """A line for each trial over one axis per setting; the first axis is the accuracy, which also gives the colour."""
    from plotly.colors import sample_colorscale

    figure.update_traces(marker_showscale=False, selector={"mode": "markers"})  # the colour bar, a trace of its own
    for trace in figure.data:
        if trace.mode == "lines":
            (color,) = sample_colorscale(SCALE, trace.y[0])
            trace.update(line_color=color, opacity=0.8)
            (name, accuracy), *others = trace.customdata
            trace.customdata = [[name, f"{float(accuracy):.1%}"], *([words_of(each), value] for each, value in others)]
    for mark in figure.layout.annotations:
        mark.update(font_color=None, text=f"{float(mark.text):.1%}" if mark.x == 0 else mark.text)
    names = [words_of(name) for name in figure.layout.xaxis.ticktext]
    figure.update_xaxes(ticktext=names, ticklabeloverflow="allow")
    figure.update_layout(plot_bgcolor=None, margin_l=64)  # the theme's background, light or dark


def _slices(figure: Any) -> None:
    """The accuracy over one setting."""
    figure.update_traces(marker={"colorscale": SCALE, "line_color": GREY, "colorbar_title": "trial"})
    figure.update_xaxes(title_text=words_of(figure.layout.xaxis.title.text), exponentformat="power")
    figure.update_yaxes(tickformat=".1%")


def _delete(found: Study) -> None:
    actions.delete_study(found)
    if st.query_params.get(opened.STUDY):
        del st.query_params[opened.STUDY]
    st.toast(f"{frame.plain(found.name)} deleted", icon=":material/delete:")
