"""Judge a model: every figure with its model, data set, split, number of images and interval."""

import streamlit as st

from fer.runs.card import way
from pages.parts.evaluate import choose_report, compare, downloads, own_photos, sections
from pages.parts.shared import frame, model_picker

SECTIONS = {
    "Overview": sections.overview,
    "Confusion": sections.confusion,
    "Emotions": sections.classes,
    "Certainty": sections.certain,
    "Mistakes": sections.mistakes,
    "Compare": compare.compare,
    "Take along": downloads.take,
}
SOURCES = {"stored": "a data set", "own": "my own photos"}

frame.start(
    "How good is it, really?",
    "Accuracy on which split, of how many images, how surely; what is mistaken for what, and how far a probability can "
    "be believed. Every figure is computed from the answers to each single image, which you can take along.",
)

with frame.errors():
    left, right = st.columns(2)
    with left:
        run = model_picker.pick_run("evaluate-model", to_answer=False)
    with right:
        tta = st.segmented_control(
            "Each face is answered by",
            [False, True],
            default=False,
            required=True,
            format_func=way,
            key="evaluate-way",
            persist_state="session",
            help="Single pass: each face once. Test-time augmentation: the mean over six views of it (as it is, a "
            "little nearer, a little farther, and these mirrored), at six times the price.",
        )
    source = "stored"
    if run.is_without_weights:
        model_picker.tell_of_weights(run)
    else:
        source = st.segmented_control(
            "Judge on",
            list(SOURCES),
            default="stored",
            required=True,
            format_func=SOURCES.get,
            key="evaluate-source",
            persist_state="session",
        )
    chosen = choose_report.choose(run, tta) if source == "stored" else own_photos.choose(run, tta)
    if chosen:
        tabs = st.tabs(list(SECTIONS), on_change="rerun", key="evaluate-section")
        for tab, show in zip(tabs, SECTIONS.values(), strict=True):
            if tab.open:
                with tab, frame.errors():
                    show(chosen)
