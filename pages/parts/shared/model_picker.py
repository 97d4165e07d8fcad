"""Trained models on pages: kept loaded, picked, and told about honestly."""

import streamlit as st

from fer.inference.classifier import Classifier
from fer.inference.reader import EmotionReader
from fer.inference.timing import milliseconds_a_face
from fer.runs.card import way
from fer.runs.run import Run
from fer.runs.store import RunStore
from pages.parts.shared.frame import plain


@st.cache_resource(max_entries=8, show_spinner="Loading the model …")
def _classifier(run_id: str, changed: int) -> Classifier:
    return Classifier(RunStore()[run_id])


@st.cache_data(max_entries=256, show_spinner="Measuring how fast the models are …")
def _speed(run_id: str, changed: int) -> float:
    return milliseconds_a_face(RunStore()[run_id])


def speed_of(run: Run) -> float:
    """Milliseconds a face on one core of this machine, measured once for each file."""
    return _speed(run.id, run.tflite_path.stat().st_mtime_ns)


def classifier(run: Run) -> Classifier:
    """The run's network, loaded once for all visitors, and again when its file changes."""
    return _classifier(run.id, run.tflite_path.stat().st_mtime_ns)


def reader(run: Run, detector: str = "yunet", *, tta: bool = False) -> EmotionReader:
    """A reader with that network."""
    return EmotionReader(classifier(run), detector=detector, tta=tta)


def choose_tta(run: Run, key: str) -> bool:
    """A switch for test-time augmentation, with what it costs here and what it gave on the validation split."""
    single, augmented = (run.card.score("val", tta=tta) for tta in (False, True))
    told = "Each face is looked at six times: as it is, nearer, farther, and all three mirrored. "
    told += f"That takes {6 * speed_of(run):.1f} ms a face instead of {speed_of(run):.1f}."
    if single and augmented:
        gain, data = 100 * (augmented.accuracy - single.accuracy), run.card.data.name
        told += f" On the validation split of {data} (n = {single.n:,}) its accuracy is {gain:+.1f} points higher."
    return st.toggle("Test-time augmentation", key=key, help=told, persist_state="session")


def pick_run(key: str, *, to_answer: bool = True) -> Run:
    """A select box of the runs that can answer, and not to answer also of those that ship without weights; the default
    one first chosen."""
    store = RunStore()
    runs = [run.id for run in store if run.is_usable or (run.is_without_weights and not to_answer)]
    chosen = store.default.id
    id = st.selectbox(
        "Model",
        runs,
        index=runs.index(chosen),
        key=key,
        help="The models in `models/`; see Models.",
        persist_state="session",
    )
    return store[id]


def tell_of_weights(run: Run) -> None:
    """That a run ships without weights, and how to train them again."""
    st.info(
        f"The weights of {plain(run.id)} are not here, only its reports and curves. This trains it again: "
        f"`python -m fer train --recipe {run.id}`",
        icon=":material/model_training:",
    )


def accuracy_sentence(run: Run, *, tta: bool = False) -> str:
    """How often a run is right, on what and how surely, in words; every number from its card."""
    card, score = run.card, run.card.test_score
    if tta and score:
        score = card.score("test", tta=True)
    if card.data.is_drawn and not card.imported:
        return f"**{run.id}** was trained on faces that this project drew; how it does on real ones is unknown."
    if not score:
        return f"**{run.id}** has not been measured on a test split of real faces."
    low, high = score.interval
    text = (
        f"**{run.id}** is right on **{score.accuracy:.1%}** of the test split of {card.data.name} "
        f"(n = {score.n:,}, 95% interval {low:.1%} to {high:.1%}, {way(tta)})"
    )
    if not score.has_leaks:
        return f"{text}."
    low, high = score.leak_free_interval
    return (
        f"{text}, and on **{score.leak_free_accuracy:.1%}** ({low:.1%} to {high:.1%}) without the "
        f"{score.n - score.leak_free_n} test images that have an exact copy in the training split."
    )
