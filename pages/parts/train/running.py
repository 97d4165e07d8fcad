"""Running and queued training: progress, live curves, and buttons to stop, cancel and reorder."""

import time

import streamlit as st

from fer.runs import queue, stop
from fer.runs.log import log_tail
from fer.runs.run import Run
from fer.runs.state import JUDGING, Progress
from fer.runs.store import RunStore
from fer.system.text import duration, rough_duration
from pages.parts.shared import actions, frame
from pages.parts.shared.run_curves import behind, curves

EVERY = 1.0  # seconds between updates while something runs
EVERY_CURVES = 3.0  # the same for the curves, which take longer to draw
EVERY_IDLE = 10.0  # the same while nothing runs: another visitor may start something
SEEN = "train-seen"  # the runs that were active when this session last looked
LAST = "train-last"  # the run that finished last
ACTIVE = ("queued", "training")


def show(store: RunStore) -> None:
    """Everything that runs or is queued, updated regularly."""
    with frame.errors():
        queue.see_to(store)
    states = _states(store)
    ended = [id for id in st.session_state.get(SEEN, []) if states.get(id) == "finished"]
    if ended:
        st.session_state[LAST] = ended[-1]
    st.session_state[SEEN] = [id for id, state in states.items() if state in ACTIVE]
    st.fragment(_show, run_every=EVERY if st.session_state[SEEN] else EVERY_IDLE)(store, states)
    for run in _training(store, states):
        st.fragment(_curves, run_every=EVERY_CURVES)(run)


def _states(store: RunStore) -> dict[str, str]:
    return {run.id: queue.state_of(run) for run in store}


def _training(store: RunStore, states: dict[str, str]) -> list[Run]:
    return [run for run in store if states.get(run.id) == "training"]


def _show(store: RunStore, states: dict[str, str]) -> None:
    """The active runs; reruns the whole page if any run's state has changed since it was drawn."""
    with frame.errors():
        queue.see_to(store)
    if _states(store) != states:
        st.rerun()
    training = _training(store, states)
    for run in training:
        with frame.errors(f"{run.id}: "):
            _running(run)
    for position, run in enumerate(queue.queue(store)):
        with frame.errors(f"{run.id}: "):
            _waiting(store, run, position, is_next=not position and not training)


def _running(run: Run) -> None:
    st.header(f"{frame.plain(run.id)} is training")
    progress, config = run.progress, run.config
    if progress.is_training:
        _bars(progress)
    else:
        phase = frame.plain(progress.phase)
        st.info(f"{phase[0].upper()}{phase[1:]} …", icon=":material/hourglass_top:")
    if run.status.message:
        st.info(frame.plain(run.status.message), icon=":material/info:")
    if quiet := progress.stalled_for(time.time()):
        _stalled(quiet, progress.pid)
    stopping = stop.was_asked(run) or progress.phase == JUDGING
    with st.container(horizontal=True):
        st.button(
            "Stop",
            key=f"stop-{run.id}",
            disabled=stopping,
            on_click=frame.act,
            args=(actions.stop_training, run),
            help="Keeps the weights; you can resume later. Not available once all epochs are trained.",
        )
        st.button(
            "Cancel",
            key=f"cancel-{run.id}",
            disabled=stopping,
            on_click=frame.act,
            args=(actions.stop_training, run),
            kwargs={"discard": True},
            help="Stop and delete this run.",
        )
    if stop.was_asked(run):
        st.info("Stopping after this batch …")
    st.caption(f"{config.architecture} on {config.data}, {config.epochs} epochs, seed {config.seed}")


def _stalled(seconds: float, pid: int) -> None:
    st.warning(
        f"**Stalled**: no sign of life for {rough_duration(seconds)}, although its process {pid} still exists. If it "
        f"was paused, continue it: `kill -CONT {pid}`. Otherwise look into its log, end it (`kill -KILL {pid}`) and "
        "resume this run: it continues from the last completed epoch.",
        icon=":material/hourglass_disabled:",
    )


def _curves(run: Run) -> None:
    if not run.path.is_dir():  # cancelled a moment ago
        return
    with frame.errors(f"{run.id}: "):
        progress = run.progress
        curves(run, progress if progress.is_training else None, behind(RunStore.around(run), run))
    with frame.errors(), st.expander("Log"):
        st.code(log_tail(run) or "The log is empty.", language=None)


def _bars(progress: Progress) -> None:
    batches = progress.batches
    st.progress(progress.share, f"Epoch {progress.epoch + 1} of {progress.epochs}")
    st.progress((progress.batch + 1) / batches, f"Batch {progress.batch + 1:,} of {batches:,}")
    facts = (
        ("Images/s", f"{progress.images_per_second:,.0f}"),
        ("Elapsed", duration(progress.seconds)),
        ("Left", f"about {duration(progress.seconds_left)}"),
        ("Loss", f"{progress.loss:.3f}"),
        ("Accuracy", f"{progress.accuracy:.1%}"),
        ("Memory", f"{progress.memory / 2**20:,.0f} MB"),
        ("Processor", f"{progress.cpu:.1f} cores"),
    )
    with st.container(horizontal=True):
        for name, value in facts:
            st.metric(name, value, width="content")


def _waiting(store: RunStore, run: Run, position: int, *, is_next: bool) -> None:
    config, name = run.config, frame.plain(run.id)
    with st.container(horizontal=True, vertical_alignment="center"):
        place = "starts next" if is_next else f"is number {position + 1} in the queue"
        st.markdown(f"**{name}** {place}: {config.architecture} on {frame.plain(config.data)}.")
        st.button(
            "Move up",
            key=f"move-up-{run.id}",
            disabled=position == 0,
            on_click=frame.act,
            args=(actions.move_up, store, run),
        )
        st.button("Cancel", key=f"cancel-{run.id}", on_click=frame.act, args=(actions.cancel, store, run))
