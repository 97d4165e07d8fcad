"""Models on pages: loaded once, picked in a select box, and described by their accuracy."""

from dataclasses import dataclass

import streamlit as st

from fer.inference.classifier import Classifier
from fer.inference.ensemble import open_run
from fer.inference.reader import EmotionReader
from fer.runs.card import way
from fer.runs.correction import Correction
from fer.runs.members import changed, is_ensemble, no_weights
from fer.runs.run import Run
from fer.runs.speed import VIEWS
from fer.runs.store import RunStore
from pages.parts.shared.frame import plain

MODEL = "model"  # the chosen run: the key of its select box, and its name in the address


@st.cache_resource(max_entries=8, show_spinner="Loading the model…")
def _classifier(run_id: str, changed: int) -> Classifier:
    return open_run(RunStore()[run_id])


def classifier(run: Run) -> Classifier:
    """The run's classifier, loaded once for all visitors, and again when its file changes."""
    return _classifier(run.id, changed(run))


def run_of(id: str) -> Run:
    return RunStore()[id]


@dataclass(frozen=True)
class Way:
    """How faces are read: with test-time augmentation, and corrected for the class prior of the training data."""

    tta: bool = False
    balance: bool = True

    def correction(self, run: Run) -> Correction:
        return run.card.correction(tta=self.tta, balance=self.balance)


DEFAULT = Way()


def reader(run: Run, detector: str = "yunet", *, way: Way = DEFAULT) -> EmotionReader:
    """A reader that uses the run's classifier."""
    return EmotionReader(classifier(run), detector=detector, tta=way.tta, balance=way.balance)


def choose_way(run: Run, key: str) -> Way:
    """Switches for test-time augmentation and balanced answers."""
    return Way(choose_tta(run, f"{key}-tta"), choose_balance(run, f"{key}-balance"))


def choose_balance(run: Run, key: str) -> bool:
    """A switch for balanced answers, if the run's card has a correction."""
    if not run.card.prior:
        return True
    help = (
        "Corrects answers for how rare each emotion is in the training data, so that rare ones such as disgust are not "
        "overlooked. Chosen to cost at most 0.1 points of accuracy on the validation split."
    )
    return st.toggle("Balanced answers", value=True, key=key, help=help, persist_state="session")


def choose_tta(run: Run, key: str) -> bool:
    """A switch for test-time augmentation; a line below it states the gain on the validation split."""
    single, augmented = (run.card.score("val", tta=tta) for tta in (False, True))
    help = "Test-time augmentation averages six views of each face: original, zoomed in, zoomed out, and each mirrored."
    chosen = st.toggle("Augmented", key=key, help=help, persist_state="session")
    if single and augmented:
        card = run.card
        gain, data = 100 * (augmented.accuracy - single.accuracy), plain(card.data.name)
        price = f": {VIEWS * card.ms:.0f} ms a face on {plain(card.ms_on)}" if card.ms else ""
        st.caption(
            f"{gain:+.1f} points of accuracy on {data}'s validation split (n = {single.n:,}), at six times the "
            f"time{price}."
        )
    return chosen


def pick_run(*, usable_only: bool = True, **options) -> Run:
    """A select box of usable runs, initially the default one; the address carries the choice as `?model=`.

    Args:
        usable_only: False also offers runs that ship without weights.
        options: further ones of st.selectbox.
    """
    store = RunStore()
    runs = [run.id for run in store if run.is_usable or (run.is_without_weights and not usable_only)]
    chosen = store.default.id
    if (wanted := st.query_params.get(MODEL)) and wanted not in runs and MODEL not in st.session_state:
        st.toast(f"No usable model is named {plain(wanted)}; this is {plain(chosen)}.", icon=":material/link_off:")
    id = st.selectbox("Model", runs, index=runs.index(chosen), key=MODEL, bind="query-params", **options)
    return store[id]


def page_link(page: str, label: str, run: Run, *, icon: str | None = None, **state: str) -> None:
    """A link to a page that opens there the run beside which it stands.

    Args:
        page: predict, live, train, evaluate or models.
        state: further parts of the address, such as data and section.
    """
    st.page_link(f"pages/{page}.py", label=label, icon=icon, query_params={MODEL: run.id, **state})


def explain_missing_weights(run: Run) -> None:
    """Say that a run ships without weights, and how to train it again."""
    if is_ensemble(run):
        st.info(plain(str(no_weights(run))), icon=":material/model_training:")
        return
    st.info(
        f"Only the results of {plain(run.id)} are included, not its weights. To train it again:",
        icon=":material/model_training:",
    )
    st.code(f"python -m fer train --recipe {run.id}", language=None)


def short_accuracy(run: Run, *, tta: bool = False) -> str:
    """A run's name and test accuracy with its interval, in one short line."""
    score = run.card.score("test", tta=tta) or run.card.test_score
    if not score or (run.card.data.is_drawn and not run.card.imported):
        return f"**{plain(run.id)}** · accuracy on real faces unknown"
    low, high = score.interval
    as_trained = ", as trained" if run.card.prior else ""  # answers may be balanced
    return f"**{plain(run.id)}** · {score.accuracy:.1%} test accuracy ({low:.1%} to {high:.1%}){as_trained}"


def accuracy_sentence(run: Run, *, tta: bool = False) -> str:
    """A run's test accuracy with its interval, in words; every number comes from its card."""
    card, score = run.card, run.card.test_score
    if tta and score:
        score = card.score("test", tta=True)
    if card.data.is_drawn and not card.imported:
        return f"**{run.id}** was trained on synthetic faces; its accuracy on real ones is unknown."
    if not score:
        return f"**{run.id}** has not been evaluated on a test split of real faces."
    low, high = score.interval
    text = (
        f"**{run.id}**: **{score.accuracy:.1%}** test accuracy on {plain(card.data.name)} "
        f"(n = {score.n:,}, 95% interval {low:.1%} to {high:.1%}, {way(tta)})"
    )
    if not score.has_leaks or score.leak_free_interval is None:
        return f"{text}."
    low, high = score.leak_free_interval
    return (
        f"{text}; **{score.leak_free_accuracy:.1%}** ({low:.1%} to {high:.1%}) without the "
        f"{score.n - score.leak_free_n} test images that have an exact copy in the training split."
    )
