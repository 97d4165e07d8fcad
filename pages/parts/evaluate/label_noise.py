"""Label noise: the most confident errors, and how FER+'s annotators voted on them."""

import streamlit as st

from fer.evaluation import sentences, tables
from fer.evaluation.images import SIDES, sided_with
from pages.parts.evaluate import face_cards
from pages.parts.evaluate.chosen import Chosen, fetch

A_PAGE = 22  # two rows of eleven
NAMES = {"model": "Voted like the model", "label": "like the label", "neither": "neither"}


@st.fragment
def show(chosen: Chosen) -> None:
    """Confident errors first; where a confident model and the annotators agree, the label is probably wrong."""
    report, wrong, pictures = chosen.report, tables.mistakes(chosen.report), fetch(chosen)
    left, right = st.columns([4, 8], vertical_alignment="center")
    left.markdown(f"**{len(wrong):,} of {len(report):,} predictions differ from the label.** Either may be wrong.")
    if pictures and pictures.votes is not None:
        right.caption("  \n".join(sentences.sides_sentences(report, pictures.votes)))
        side = left.pills(
            "Annotators agree with",
            SIDES,
            format_func=NAMES.__getitem__,
            key="evaluate-side",
            persist_state="session",
            label_visibility="collapsed",
        )
        if side:
            wrong = wrong[sided_with(report, pictures.votes)[wrong] == side]
    elif not chosen.photos:
        right.caption("Get the FER+ votes on the Train page to see how ten annotators voted on each image.")
    face_cards.show(chosen, wrong, "evaluate-mistakes", a_page=A_PAGE)
