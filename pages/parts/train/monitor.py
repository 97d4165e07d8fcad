"""The right pane: the run that is open, from the queue to its results, or an example before the first one."""

import time

import streamlit as st

from fer.errors import FerError
from fer.runs import queue, stop
from fer.runs.history import seconds_left
from fer.runs.run import Run
from fer.runs.state import JUDGING
from fer.runs.store import RunStore
from fer.system.text import rough_duration
from pages.parts.shared import actions, frame, run_actions
from pages.parts.train import (
    choose_data,
    curves_view,
    details,
    example,
    faces_view,
    opened,
    progress_view,
    results,
    states,
    view,
)
from pages.parts.train.remarks import remarks

EVERY = 1.0  # seconds between updates while something runs
EVERY_IDLE = 10.0  # the same while nothing runs: another visitor may start something


def show(store: RunStore, run: Run | None) -> None:
    """The open run, kept up to date, or the example."""
    now = _states(store)
    busy = any(state in opened.ACTIVE for state in now.values())
    st.fragment(_live, run_every=EVERY if busy else EVERY_IDLE)(store, run, now)
    if run:
        with frame.errors(f"{run.id}: "):
            details.show(run)


def _states(store: RunStore) -> dict[str, str]:
    return {run.id: queue.state_of(run) for run in store}


def _live(store: RunStore, run: Run | None, before: dict[str, str]) -> None:
    """All that changes by itself; draws the whole page again if any run's state has changed."""
    with frame.errors():
        queue.see_to(store)
    if _states(store) != before:
        return st.rerun()
    if not run:
        with frame.errors():
            example.show(store)
        return
    with frame.errors(f"{run.id}: "):
        state = before[run.id]
        _head(store, run, state)
        if state == "training":
            _notes(run)
        elif state == "queued":
            _place(store, run)
        elif state == "finished":
            st.caption(frame.plain(results.caution(run)))
        elif message := run.status.message or _lost(state):
            (st.error if state in ("failed", "lost") else st.markdown)(frame.plain(message))
        view.show(_picture(run, state), f"train-view-{run.id}", focus=_focus(run))
        for sentence in remarks(run.history, run.labels, is_over=state != "training"):
            st.markdown(f":material/lightbulb: {frame.plain(sentence)}")
        if faces := _faces(run):
            view.show(faces, f"train-faces-{run.id}")


def _focus(run: Run) -> str:
    return run.id if st.session_state.get(opened.STARTED) == run.id else ""


def _lost(state: str) -> str:
    lost = "Its process ended unexpectedly. Resume continues from the last completed epoch."
    return lost if state == "lost" else ""


def _faces(run: Run) -> str:
    try:
        return faces_view.show_html(run)
    except FerError:  # a damaged faces.json hides nothing else
        return ""


def _head(store: RunStore, run: Run, state: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(frame.plain(run.id), anchor=False, width="content")
        states.badge(state)
        if state == "training":
            _stop_buttons(run)
        elif state == "queued":
            _button("Discard", "cancel", run, actions.cancel, store, run)
        elif state == "finished":
            results.links(run)
        else:
            _button("Resume", "resume", run, actions.resume, store, run)
            run_actions.offer_delete(store, run, f"delete-{run.id}")
    config = run.config
    st.caption(f"{config.architecture} on {choose_data.named(config.data)}, {config.epochs} epochs, seed {config.seed}")


def _button(label: str, key: str, run: Run, *action, **options) -> None:
    """A button that does something with a run: the action and its arguments."""
    st.button(label, key=f"{key}-{run.id}", on_click=frame.act, args=action, **options)


def _stop_buttons(run: Run) -> None:
    asked, ending = stop.was_asked(run), run.progress.phase == JUDGING
    words = "Keeps the weights; you can resume later. Not available once all epochs are trained."
    _button(
        "Stopping…" if asked else "Stop", "stop", run, actions.stop_training, run, disabled=asked or ending, help=words
    )
    options = {"kwargs": {"discard": True}, "help": "Stop and delete this run."}
    _button("Discard", "cancel", run, actions.stop_training, run, disabled=asked or ending, **options)


def _notes(run: Run) -> None:
    """What there is to know of a training beside its figures."""
    if run.status.message:
        st.info(frame.plain(run.status.message), icon=":material/info:")
    progress = run.progress
    if quiet := progress.stalled_for(time.time()):
        st.warning(
            f"**Stalled**: no sign of life for {rough_duration(quiet)}, although its process {progress.pid} still "
            f"exists. If it was paused, continue it: `kill -CONT {progress.pid}`. Otherwise look into its log, end it "
            f"(`kill -KILL {progress.pid}`) and resume this run: it continues from the last completed epoch.",
            icon=":material/hourglass_disabled:",
        )


def _place(store: RunStore, run: Run) -> None:
    """When a queued run starts."""
    waiting = [other.id for other in queue.queue(store)]
    place = waiting.index(run.id) if run.id in waiting else 0
    training = [other for other in store if queue.state_of(other) == "training"]
    if place:
        st.markdown(f"Number {place + 1} in the queue, after **{frame.plain(waiting[place - 1])}**.")
    elif training:
        first = training[0]
        progress, small = first.progress, first.config.small_epochs
        left = seconds_left(progress, first.history, small) if progress.is_training else 0.0
        when = f", which has about {rough_duration(left)} left" if left else ""
        st.markdown(f"Starts after **{frame.plain(first.id)}**{when}.")
    else:
        st.markdown("Starts in a moment…")


def _picture(run: Run, state: str) -> str:
    """The figures and curves of a run."""
    progress, history = run.progress, run.history
    running = progress if state == "training" and progress.is_training else None
    if running:
        head = progress_view.html(running, history, run.config.small_epochs)
    elif state == "training":
        head = progress_view.phase(progress.phase) + progress_view.figures(history)
    else:
        head = progress_view.figures(history, *results.figures(run, state))
    if not history and not running and state not in ("training", "queued"):
        return head
    is_over = state == "finished"
    return head + curves_view.html(history, len(history) if is_over else run.config.epochs, running)
