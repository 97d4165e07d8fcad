"""All runs of this machine, each with its state, accuracy and time, and what can be done with it."""

import streamlit as st

from fer.runs import queue
from fer.runs.history import best_epoch
from fer.runs.run import Run, card_of
from fer.runs.store import RunStore
from fer.system.text import plural, rough_duration
from pages.parts.shared import actions, frame, model_picker
from pages.parts.train import choose_data, choose_settings, opened, states

FIRST = 5  # runs shown at once, besides active ones
ALL = "train-all-runs"
RESUMABLE = ("created", "stopped", "failed", "lost")


def show(store: RunStore, runs: list[Run], open_id: str) -> None:
    """The list; nothing before the first run.

    Args:
        open_id: the run that the monitor shows.
    """
    if not runs:
        return
    st.header("Runs", anchor=False)
    active = sum(queue.state_of(run) in opened.ACTIVE for run in runs)
    is_long = len(runs) > active + FIRST
    shown = runs if not is_long or st.session_state.get(ALL) else runs[: active + FIRST]
    for run in shown:
        with frame.errors(f"{run.id}: "):
            _row(store, run, is_open=run.id == open_id)
    if is_long:
        st.toggle(f"Show all {plural(len(runs), 'run')}", key=ALL)


def _row(store: RunStore, run: Run, *, is_open: bool) -> None:
    state = queue.state_of(run)
    with st.container(horizontal=True, vertical_alignment="center", key=f"train-row-{run.id}"):
        st.button(
            frame.plain(run.id),
            key=f"open-{run.id}",
            type="tertiary",
            icon=":material/visibility:" if is_open else ":material/show_chart:",
            disabled=state == "damaged",
            help="Shown above" if is_open else "Show its curves above",
            on_click=opened.open_run,
            args=(run.id,),
        )
        states.badge(state)
        st.caption("" if state == "damaged" else _facts(run, state), width="stretch")
        if state == "finished" and run.is_usable:
            model_picker.page_link("predict", "Use", run, icon=":material/face:")
            model_picker.page_link("evaluate", "Evaluate", run, icon=":material/fact_check:")
        if state == "queued":
            _queued(store, run)
        with st.popover("More", icon=":material/more_horiz:", type="tertiary", key=f"more-{run.id}"):
            _more(store, run, state)


def _facts(run: Run, state: str) -> str:
    """Accuracy and time."""
    card, best = card_of(run), best_epoch(run.history)
    score = card.test_score if card else None
    parts = []
    if score:
        parts.append(f"{score.accuracy:.1%} test")
    elif best:
        parts.append(f"{best.val_accuracy:.1%} validation, epoch {best.epoch + 1}")
    if seconds := sum(epoch.seconds for epoch in run.history):
        parts.append(rough_duration(seconds))
    parts.append(f"{run.config.architecture} on {choose_data.named(run.config.data)}")
    return " · ".join(parts)


def _queued(store: RunStore, run: Run) -> None:
    waiting = [other.id for other in queue.queue(store)]
    if len(waiting) > 1:
        disabled = waiting[0] == run.id
        _button("Move up", f"move-up-{run.id}", actions.move_up, store, run, disabled=disabled)


def _more(store: RunStore, run: Run, state: str) -> None:
    """What else can be done with a run."""
    if state in RESUMABLE:
        _button("Resume", f"row-resume-{run.id}", _resume, store, run, icon=":material/play_arrow:")
    if state != "damaged":
        _button("Clone settings", f"clone-{run.id}", choose_settings.clone, run, icon=":material/content_copy:")
    if state == "training":
        st.caption("To delete this run, stop it first.")
    else:
        st.caption("Deleting a run cannot be undone.")
        _button("Delete", f"row-delete-{run.id}", _delete, store, run, icon=":material/delete:")


def _button(label: str, key: str, *action, **options) -> None:
    st.button(label, key=key, on_click=frame.act, args=action, **options)


def _resume(store: RunStore, run: Run) -> None:
    actions.resume(store, run)
    opened.open_run(run.id)


def _delete(store: RunStore, run: Run) -> None:
    actions.delete(store, run)
    st.toast(f"{frame.plain(run.id)} deleted", icon=":material/delete:")
