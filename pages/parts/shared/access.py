"""What a deployment allows its visitors to do, from `secrets.toml` or the environment."""

import hmac
import os

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

ENTERED = "access-password"


def setting(name: str) -> str:
    """A setting, such as FER_TRAINING: from the secrets, else the environment, else empty."""
    try:
        return str(st.secrets.get(name, "")) or os.environ.get(name, "")
    except StreamlitSecretNotFoundError:
        return os.environ.get(name, "")


def allowed(what: str) -> bool:
    """Whether visitors may train, upload or download here; if not, shows why or asks for the password.

    Args:
        what: training, uploads or kaggle.
    """
    if setting(f"FER_{what.upper()}").lower() in ("off", "false", "0", "no"):
        st.info(f"{what.capitalize()} is switched off on this server. To use it, run the project on your own machine.")
        return False
    expected = setting("FER_PASSWORD")
    if not expected or _is(st.session_state.get(ENTERED), expected):
        return True
    entered = st.text_input(f"Password for {what}", type="password", key=f"access-{what}")
    if entered and _is(entered, expected):
        st.session_state[ENTERED] = entered
        st.rerun()
    if entered:
        st.error("Wrong password.")
    else:
        st.info(f"{what.capitalize()} on this server requires a password.")
    return False


def _is(entered: str | None, expected: str) -> bool:
    return hmac.compare_digest((entered or "").encode(), expected.encode())
