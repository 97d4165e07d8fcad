"""What may vary in a new study, each with its range, and how long trials are; most people change nothing here."""

import re
from dataclasses import replace

import streamlit as st

from fer.data.dataset import Dataset
from fer.errors import FerError
from fer.runs.config import TrainConfig
from fer.runs.settings import words_of
from fer.runs.store import RunStore
from fer.system.text import capital
from fer.tuning import budget, plan, space

NETWORK, ORDER = "architecture", space.SEARCHABLE
ADAMW_RATE = 0.001  # TrainConfig's own is for sgd
SIDE_BY_SIDE = (
    "Each trains in a process of its own, with its share of the cores. Small networks train fastest with one trial for "
    "each core, memory permitting."
)


def key(name: str) -> str:
    return f"tune-{name}"


def show() -> None:
    """What may vary, and how long trials are; most people change nothing here."""
    st.multiselect(
        "What may vary",
        sorted(set(space.SEARCHABLE) - {NETWORK}, key=lambda name: (name not in space.VARIED, ORDER.index(name))),
        default=list(space.VARIED),
        key=key("varied"),
        format_func=words_of,
        persist_state="session",
    )
    with st.expander("Ranges and trials", icon=":material/tune:", key=key("more"), on_change="rerun") as more:
        if not more.open:
            return
        left, right = st.columns(2)
        left.number_input("Epochs of a trial", 1, 1000, key=key("epochs"), **_kept("epochs", plan.EPOCHS))
        right.number_input("Epochs at full length", 1, 1000, key=key("full"), **_kept("full", TrainConfig().epochs))
        left, right = st.columns(2)  # a row each, so that on a phone the order stays
        left.selectbox("Optimizer", ["sgd", "adamw"], key=key("optimizer"), persist_state="session")
        right.number_input(
            "Trials at a time", 1, budget.MOST, key=key("workers"), help=SIDE_BY_SIDE, **_kept("workers", workers())
        )
        columns = []
        for name in varied():
            columns = columns or list(st.columns(2))
            columns.pop(0).text_input(
                capital(words_of(name)),
                key=key(f"range-{name}"),
                placeholder=space.suggested(name, recipe()).text.partition("=")[2],
                persist_state="session",
                help="LOW..HIGH is a range, A|B a choice, and a single value keeps the setting there.",
            )


def _kept(name: str, default: int) -> dict:
    """Options of a number field whose value may already be in the session."""
    common = {"persist_state": "session"}
    return common if key(name) in st.session_state else {"value": default, **common}


def varied() -> list[str]:
    return [name for name in space.SEARCHABLE if name in (st.session_state.get(key("varied")) or [])]


def networks() -> list[str]:
    return st.session_state.get(key(NETWORK)) or []


def workers() -> int:
    """How many trials train side by side: what was chosen, else what suits this machine."""
    return st.session_state.get(key("workers")) or budget.proposed_workers(RunStore(), recipe(), networks())


def recipe() -> TrainConfig:
    """What the trials vary around: the defaults with the chosen data and network."""
    optimizer = st.session_state.get(key("optimizer")) or "sgd"
    start = TrainConfig(
        data=st.session_state[key("data")],
        architecture=next(iter(networks()), TrainConfig().architecture),
        epochs=st.session_state.get(key("full")) or TrainConfig().epochs,
        optimizer=optimizer,
    )
    return replace(start, learning_rate=ADAMW_RATE) if optimizer == "adamw" else start


def made(dataset: Dataset) -> plan.Plan:
    """The plan of the form. Raises FerError for a range that cannot be searched, or no network."""
    if not networks():
        raise FerError("Choose a network to train.")
    texts = [f"{NETWORK}={'|'.join(networks())}"] if len(networks()) > 1 else []
    for name in varied():
        given = (st.session_state.get(key(f"range-{name}")) or "").strip()
        texts.append(f"{name}={given}" if given else name)
    try:
        fixed, dimensions = space.space(texts, recipe(), only=True)
    except FerError as error:  # settings are named as their fields are
        said = re.sub(r"\w+", lambda word: words_of(word[0]) if word[0] in space.SEARCHABLE else word[0], str(error))
        raise FerError(capital(said)) from error
    epochs = st.session_state.get(key("epochs")) or plan.EPOCHS
    return plan.make(fixed, dataset, dimensions, epochs=min(epochs, fixed.epochs))
