"""What visitors are told before a camera is used; an operator can replace the text with FER_NOTICE."""

import streamlit as st

from fer.inference.law import LAW
from pages.parts.shared import settings

ACCEPTED, ACCEPTED_ON_DEVICE = "notice-accepted", "notice-accepted-on-device"
ACCEPTED_TEACHING = "notice-accepted-teaching"
ON_SERVER = (
    "- {} is sent to the server that runs this app. Every face in it is read there.\n"
    "- Images are processed in memory and not stored; readings are kept until some time after you close the tab. No "
    "audio is recorded."
)
ON_DEVICE = (
    "- {} stays on this device. Every face in it is read here, in your browser.\n"
    "- Only the readings (times, boxes, probabilities) are sent to the server, which keeps them until some time "
    "after you close the tab. No audio is recorded."
)
TEACHING = (
    "- {} stays on this device. Faces are found and cropped here, in your browser, and the crops stay here too.\n"
    "- When you press *Train*, a few hundred numbers that describe each recorded face are sent to the server, which "
    "keeps them in memory until some time after you close the tab. A model that you keep holds your classes' names and "
    "weights, but neither pictures nor these numbers. No audio is recorded."
)


def accepted(what: str, *, on_device: bool = False, teaching: bool = False) -> bool:
    """Whether the visitor has read the notice in this session; else it is shown.

    Args:
        what: is read, and sent to the server, as the beginning of a sentence.
        on_device: it is read in the browser instead, and only readings are sent.
        teaching: it is read in the browser, and what the model makes of recorded faces is sent.
    """
    key = ACCEPTED_TEACHING if teaching else ACCEPTED_ON_DEVICE if on_device else ACCEPTED
    if st.session_state.get(key) or (st.session_state.get(ACCEPTED) and not teaching):
        return True
    with st.container(border=True):
        st.markdown("**Before the camera starts**")
        travels = TEACHING if teaching else ON_DEVICE if on_device else ON_SERVER
        st.markdown(settings.text("FER_NOTICE") or f"{travels.format(what)}\n- Tell everyone who is in view. {LAW}")
        st.button("Continue", key="notice-continue", type="primary", on_click=_accept, args=(key,))
    return False


def _accept(key: str) -> None:
    st.session_state[key] = True
