"""The study that is open, kept up to date: the best so far, all curves, what mattered, and what can be done."""

import streamlit as st

from fer.runs.store import RunStore
from fer.system.text import plural, rough_duration
from fer.tuning import database, heartbeat, processes, recipes, repeats, study
from fer.tuning.importance import noted
from fer.tuning.study import Budget, Study, Trial
from pages.parts.shared import frame
from pages.parts.train import choose_settings, view
from pages.parts.tune import actions, compare, details, opened, picture, table

EVERY = 2.0  # seconds between updates while a worker runs
EVERY_IDLE = 15.0
EXTRA_SECONDS = 3600.0
OPTIMISTIC = (
    "The best accuracy is optimistic: it is the best of {n} on the validation split that chose it. No trial read "
    "the test split; a full training of the best recipe does, and tells how good it really is."
)
LOST = (
    "A worker ended unexpectedly: it was killed, or memory ran out. Resume trains its trial again, unless that was its "
    "second try."
)
NEVER_BEGAN = "The worker ended before its first trial: it was killed, or memory ran out. Resume starts it again."
WHY_REPEAT = (
    "Trains the best settings again, each time with another seed. The gap between the best accuracy and the average of "
    "these is luck. This is on top of the budget."
)


def show(store: RunStore) -> None:
    found = opened.opened(store)
    if not found:
        st.info("Your study's progress will appear here: its best recipe, every trial's curve, and what mattered.")
        return
    busy = processes.working(store, found.name)
    st.fragment(_live, run_every=EVERY if busy else EVERY_IDLE)(store, found.name, busy)
    details.show(found)


def _live(store: RunStore, name: str, before: int) -> None:
    """All that changes by itself; draws the whole page again if a worker has begun or ended."""
    with frame.errors(f"{name}: "):
        busy = processes.working(store, name)
        if busy != before:
            return st.rerun()
        found = study.open_study(store, name)
        trials = found.trials
        _head(found, trials, busy)
        best = next(iter(study.best_of(trials)), None)
        searched = [trial for trial in trials if trial.repeat_of is None]
        drawn = picture.figures(study.counted(trials), best, _left(found, trials, busy))
        view.show(drawn + picture.curves(searched, best, found.plan.epochs), f"tune-view-{name}")
        if best:
            _best(found, best, trials)
            compare.show(found, study.best_of(trials, compare.MOST))
        if shares := noted(found):
            view.show(picture.importance(shares), f"tune-importance-{name}")
        table.trials(found, trials)


def _left(found: Study, trials: list[Trial], busy: int) -> str:
    budget = found.budget
    if budget.trials:
        return f"{max(0, budget.trials - len(study.counted(trials))):,} trials"
    return rough_duration(max(0.0, budget.seconds - study.spent(trials)) / _at_a_time(found, trials, busy))


def _at_a_time(found: Study, trials: list[Trial], busy: int) -> int:
    """The trials that use up the budget side by side, those on other machines included."""
    return max(sum(trial.state == "training" for trial in trials), busy or found.workers)


def _head(found: Study, trials: list[Trial], busy: int) -> None:
    lost = [] if busy else heartbeat.dead(found)
    is_over = study.is_used_up(found.budget, trials) and not _is_left_over(trials, lost)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(frame.plain(found.name), anchor=False, width="content")
        label, color = _state(found, trials, busy, is_over, lost)
        st.badge(label, color=color)
        if busy:
            stopping = found.is_stopped
            _button("Stopping…" if stopping else "Stop", "stop", actions.stop_tuning, found, disabled=stopping)
            if _can_be_longer(found, trials):
                _button("One more hour", "extend", actions.extend_tuning, found, _longer(found, trials, busy))
            _button("Add a worker", "worker", actions.add_worker, found, disabled=stopping)
        elif is_over:
            _button("One more hour", "extend", actions.go_on_tuning, found, _longer(found, trials, busy))
        else:
            _button("Resume", "resume", actions.go_on_tuning, found, found.budget)
    plan = found.plan
    where = f", shared in {frame.plain(database.place_of(found.url))}" if found.url else ""
    networks = frame.plain(" or ".join(plan.networks))
    st.caption(f"{networks} on {frame.plain(plan.data)}, trials of up to {plan.epochs} epochs{where}")
    if lost:
        st.error(LOST, icon=":material/error:")
    elif not busy and not is_over and (error := processes.last_error(found.store, found.name)):
        st.error(frame.plain(error), icon=":material/error:")
    elif not (busy or found.is_stopped or found.url) and all(trial.state == "waiting" for trial in trials):
        st.error(NEVER_BEGAN, icon=":material/error:")


def _is_left_over(trials: list[Trial], lost: list[int]) -> bool:
    """Whether trials are left that are trained even if the budget is used up: repeats, and those of lost workers."""
    return bool(lost or heartbeat.waiting_for_a_second_try(trials)) or any(map(study.is_on_top, trials))


def _state(found: Study, trials: list[Trial], busy: int, is_over: bool, lost: list[int]):
    if busy:
        return (f"Searching, {busy} at a time" if busy > 1 else "Searching"), "blue"
    if found.url and any(trial.state == "training" and trial.number not in lost for trial in trials):
        return "Searching on other machines", "blue"
    if is_over:
        return "Finished", "green"
    return "Stopped", "orange"


def _can_be_longer(found: Study, trials: list[Trial]) -> bool:
    """Whether its workers would use an hour more: not of a budget in trials, nor while they train only repeats."""
    is_repeating = any(trial.repeat_of is not None and trial.state in ("waiting", "training") for trial in trials)
    is_searching = any(trial.repeat_of is None and trial.state == "training" for trial in trials)
    return not found.budget.trials and (is_searching or not is_repeating)


def _longer(found: Study, trials: list[Trial], busy: int) -> Budget:
    """An hour more, counted from what was used where that is more than the budget."""
    more = EXTRA_SECONDS * _at_a_time(found, trials, busy)
    return Budget(0, max(found.budget.seconds, study.spent(trials)) + more)


def _button(label: str, key: str, *action, **options) -> None:
    st.button(label, key=f"tune-{key}", on_click=frame.act, args=action, **options)


def _best(found: Study, best: Trial, trials: list[Trial]) -> None:
    """The best recipe, the way to train it at full length, and how optimistic its accuracy is."""
    n = sum(trial.state in ("finished", "pruned") for trial in study.counted(trials))
    known = repeats.of(trials, best)
    with st.container(border=True):
        st.markdown(f"**Best recipe** (trial {best.number}): {frame.plain(recipes.in_words(best.params))}")
        with st.container(horizontal=True):
            label, icon = "Train the best at full length", ":material/school:"
            if st.button(label, key="tune-train-best", icon=icon, type="primary"):
                choose_settings.take_over(recipes.full_config(found, best), f"{found.name}, trial {best.number}")
                st.switch_page("pages/train.py")
            if not known:
                price = rough_duration(repeats.price(best, workers=found.workers))
                label = f"Repeat with {repeats.SEEDS} other seeds (about {price})"
                _button(label, "repeat", actions.repeat_best, found, best, help=WHY_REPEAT)
        if known and known.accuracies:
            st.markdown(repeats.in_words(known, n))
        if known and known.waiting:
            st.caption(f"{plural(known.waiting, 'repeat')} with other seeds to go.")
        st.caption(OPTIMISTIC.format(n=plural(n, "trial")))
