"""What surrounds every page: the wordmark and the style sheet, and the footer."""

from pathlib import Path

import streamlit as st

from fer.runs.run import Run
from pages.parts.shared import model_picker

ASSETS = Path(__file__).parent / "assets"
PRIVACY = "Photos stay in this server's memory and are not stored."


def show() -> None:
    """The wordmark in the colours of the visitor's theme, and the style sheet."""
    dark = st.context.theme.type == "dark"
    st.logo(str(ASSETS / f"wordmark{'-dark' if dark else ''}.svg"), size="large")
    st.html(ASSETS / "app.css")
    if dark:
        st.html(ASSETS / "dark.css")


def footer(run: Run, *, tta: bool = False, privacy: str = PRIVACY, details: str = "") -> None:
    """One line: the model with its accuracy, what happens to the pictures, and a popover that says the rest.

    Args:
        details: what else happens to the pictures, in full.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.popover(model_picker.short_accuracy(run, tta=tta), type="tertiary"):
            st.markdown(
                model_picker.accuracy_sentence(run, tta=tta)
                + " Expect less on photos unlike its training images. A model names the expression that most people "
                "would see in the face; it does not know what a person feels."
            )
            if details:
                st.markdown(details)
        st.caption(privacy, width="content")
