"""What a deployment lets its visitors do: from `secrets.toml` or the environment."""

import hmac
import os

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

ENTERED = "access-password"


def setting(name: str) -> str:
    """A setting, such as FER_TRAINING, from the secrets, else from the environment, else empty."""
    try:
        return str(st.secrets.get(name, "")) or os.environ.get(name, "")
    except StreamlitSecretNotFoundError:
        return os.environ.get(name, "")


def allowed(what: str) -> bool:
    """Whether visitors may train, upload or download here; where not, the page says so or asks for the password.

    Args:
        what: training, uploads or kaggle.
    """
    if setting(f"FER_{what.upper()}").lower() in ("off", "false", "0", "no"):
        st.info(
            f"{what.capitalize()} is switched off on this server. Clone the project and run it on your own machine."
        )
        return False
    wanted = setting("FER_PASSWORD")
    if not wanted or _is(st.session_state.get(ENTERED), wanted):
        return True
    entered = st.text_input(f"Password for {what}", type="password", key=f"access-{what}")
    if entered and _is(entered, wanted):
        st.session_state[ENTERED] = entered
        st.rerun()
    if entered:
        st.error("That is not the password.")
    else:
        st.info(f"{what.capitalize()} on this server needs a password.")
    return False


def _is(entered: str | None, wanted: str) -> bool:
    return hmac.compare_digest((entered or "").encode(), wanted.encode())
