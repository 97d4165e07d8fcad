"""Evaluate a model; every figure names its model, data set, split, number of images and interval."""

import streamlit as st

from fer.runs.card import way
from fer.runs.store import RunStore
from pages.parts.evaluate import choose_report, compare, downloads, own_photos, sections
from pages.parts.shared import damaged_runs, frame, model_picker

SECTIONS = {
    "Overview": sections.overview,
    "Confusion": sections.confusion,
    "Classes": sections.classes,
    "Certainty": sections.certain,
    "Mistakes": sections.mistakes,
    "Compare": compare.compare,
    "Export": downloads.show,
}
SOURCES = {"stored": "A data set", "own": "My own photos"}

frame.start("Evaluate a model", "Accuracy, errors and calibration")

with frame.errors():
    damaged_runs.show(RunStore())
    left, right = st.columns(2)
    with left:
        run = model_picker.pick_run(usable_only=False)
    with right:
        tta = st.segmented_control(
            "Inference",
            [False, True],
            default=False,
            required=True,
            format_func=lambda tta: way(tta).capitalize(),
            key="evaluate-way",
            persist_state="session",
            help="Single pass: one prediction per face. Test-time augmentation: the average over six views of it "
            "(original, zoomed in, zoomed out, and each mirrored), at six times the cost.",
        )
    source = "stored"
    if run.is_without_weights:
        model_picker.explain_missing_weights(run)
    else:
        source = st.segmented_control(
            "Test data",
            list(SOURCES),
            default="stored",
            required=True,
            format_func=SOURCES.__getitem__,
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
