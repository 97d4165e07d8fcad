"""Evaluate a model; every figure names its model, data set, split, number of images and interval."""

import streamlit as st

from fer.runs.store import RunStore
from pages.parts.evaluate import (
    certainty,
    choose_report,
    classes,
    compare,
    errors,
    hero,
    label_noise,
    links,
    your_photos,
)
from pages.parts.shared import damaged_runs, frame

SECTIONS = {
    "Errors": errors.show,
    "Classes": classes.show,
    "Certainty": certainty.show,
    "Compare": compare.show,
    "Label noise": label_noise.show,
}
YOUR_PHOTOS = "Your photos"
SECTION = "section"  # the tabs' key, and their name in the address
IN_LINKS = {"confusion": "Errors", "mistakes": "Label noise", "noise": "Label noise", "photos": YOUR_PHOTOS}


def follow_link() -> None:
    """Open the section that a link names, in any case and by short names too."""
    given = st.query_params.get(SECTION, "").lower().replace("-", " ")
    names = {name.lower(): name for name in (*SECTIONS, YOUR_PHOTOS)} | IN_LINKS
    if given in names and st.query_params[SECTION] != names[given]:
        links.open_as(SECTION, names[given])


frame.start("Evaluate a model", "Accuracy, errors and calibration")

with frame.errors():
    damaged_runs.show(RunStore())
    toolbar = choose_report.choose()
    if toolbar.chosen:
        hero.show(toolbar.chosen)
    follow_link()
    tabs = st.tabs([*SECTIONS, YOUR_PHOTOS], key=SECTION, on_change="rerun", bind="query-params")
    for tab, show in zip(tabs, [*SECTIONS.values(), None], strict=True):
        if tab.open:
            with tab, frame.errors():
                if show is None:
                    your_photos.show(toolbar.run, toolbar.tta)
                elif toolbar.chosen:
                    show(toolbar.chosen)
                else:
                    st.caption("Once the model is evaluated on this split, its results are shown here.")
