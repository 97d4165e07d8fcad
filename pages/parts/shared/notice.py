"""What visitors are told before a camera is used; an operator can replace the text with FER_NOTICE."""

import streamlit as st

from pages.parts.shared import settings

ACCEPTED = "notice-accepted"
LAW = (
    "In the EU, emotion recognition of people at work or in education has been prohibited since 2 February 2025 "
    "([Regulation (EU) 2024/1689](https://eur-lex.europa.eu/eli/reg/2024/1689/oj), Article 5(1)(f)), and people "
    "exposed to such a system must be informed (Article 50(3))."
)


def accepted(what: str) -> bool:
    """Whether the visitor has read the notice in this session; else it is shown.

    Args:
        what: is read and sent to the server, as the beginning of a sentence.
    """
    if st.session_state.get(ACCEPTED):
        return True
    with st.container(border=True):
        st.markdown("**Before the camera starts**")
        st.markdown(
            settings.text("FER_NOTICE")
            or f"- {what} is sent to the server that runs this app. The emotion of every face in it is read there.\n"
            "- Images are processed in memory and not stored; readings are kept until you close the tab. No audio is "
            f"recorded.\n- Tell everyone who is in view. {LAW}"
        )
        st.button("Continue", key="notice-continue", type="primary", on_click=_accept)
    return False


def _accept() -> None:
    st.session_state[ACCEPTED] = True
