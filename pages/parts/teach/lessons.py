"""What this visitor has taught in this session, and how it is told to the page."""

from dataclasses import dataclass

import streamlit as st

from fer.errors import FerError
from fer.evaluation.numbers import written
from fer.runs.members import in_words
from fer.runs.run import Run
from fer.teaching import lesson, network, sent
from fer.teaching.lesson import Lesson

TAUGHT, REFUSED, KEPT = "teach-lesson", "teach-refused", "teach-kept"


@dataclass(frozen=True)
class Taught:
    """A lesson, the run whose features it reads, and the state of the recordings that it was taught."""

    lesson: Lesson
    source: str
    revision: int
    number: int


def take(message: object, run: Run) -> None:
    """Teach what the page has sent, and remember it for this session."""
    before = st.session_state.get(TAUGHT)
    st.session_state.pop(KEPT, None)
    st.session_state.pop(REFUSED, None)
    number = before.number + 1 if before else 1
    try:
        if not isinstance(message, dict) or message.get("model") != run.id:
            raise FerError("The model has changed meanwhile. Train again.")
        given = sent.recordings(message, network.width_of(run))
        revision = message.get("revision")
        taught = lesson.teach(given)
        st.session_state[TAUGHT] = Taught(taught, run.id, revision if isinstance(revision, int) else 0, number)
    except FerError as error:
        st.session_state.pop(TAUGHT, None)
        st.session_state[REFUSED] = str(error)


def current(run: Run) -> Taught | None:
    """The session's lesson, if it reads this run's features."""
    taught = st.session_state.get(TAUGHT)
    return taught if taught and taught.source == run.id else None


def head(taught: Taught) -> dict:
    """The head for page.js."""
    of = taught.lesson
    arrays = {"kernel": sent.packed(of.kernel), "bias": sent.packed(of.bias)}
    return {"key": taught.number, "labels": of.labels, "revision": taught.revision} | arrays


def verdict(of: Lesson) -> dict:
    """The accuracy in words, for page.js."""
    judged = of.judgement
    if judged is None:
        note = (
            f"Record {in_words(of.unjudged)} once more: accuracy is measured on takes that the training has not seen."
        )
        return {"figure": "Trained", "interval": "Accuracy unknown", "notes": [note]}
    low, high = judged.interval
    notes = [
        f"Measured on {judged.takes} takes, each predicted by a model trained without it. More takes make the estimate "
        "more reliable."
    ]
    few = [label for label, takes in zip(of.labels, of.recordings.takes_of, strict=True) if len(takes) < 3]
    if few:
        notes.append(f"Only two takes of {in_words(few)}: record more for a better estimate.")
    return {
        "figure": written(judged.accuracy),
        "interval": f"accuracy, 95% interval {written(low)} to {written(high)}",
        "notes": notes,
        "labels": of.labels,
        "confusion": judged.confusion.tolist(),
    }
