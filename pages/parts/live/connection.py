"""The way to the browser's camera: WebRTC, by servers of one's own where the network needs them."""

import time
from urllib.parse import urlsplit

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

ASKED = "live-asked"  # when this session's camera was asked for
PATIENCE = 10.0  # seconds until a picture must have come
HERE = ("localhost", "127.0.0.1", "::1")


def configuration() -> dict | None:
    """What webrtc_streamer takes as rtc_configuration.

    `ice_servers` of the secrets where they are given; none where browser and server are one machine, so that nobody
    else is asked; else None, with which streamlit-webrtc looks for a provider's credentials in the environment
    (Cloudflare, Twilio, Hugging Face) and, where there are none, asks Google's public STUN server.
    """
    try:
        servers = st.secrets.get("ice_servers")
    except StreamlitSecretNotFoundError:
        servers = None
    if servers:
        return {"iceServers": [dict(server) for server in servers]}
    return {"iceServers": []} if urlsplit(st.context.url or "").hostname in HERE else None


def watch(is_asked: bool, frames: int) -> None:
    """Say why no picture comes, where none has come for ten seconds, and offer the Camera tab."""
    if not is_asked:
        st.session_state.pop(ASKED, None)
        return
    since = st.session_state.setdefault(ASKED, time.monotonic())
    if frames:
        return
    if time.monotonic() - since < PATIENCE:
        st.caption("Connecting …")
        return
    st.error(
        "No picture has come for ten seconds. Either the browser was not allowed to use the camera (look for a camera "
        "sign in its address bar), or the network between you and this server lets no WebRTC through. Whoever runs the "
        "server can give it a TURN server: see `ice_servers` in `.streamlit/secrets.toml.example`.",
        icon=":material/videocam_off:",
    )
    st.page_link("pages/predict.py", label="Take a photo with the Camera instead", icon=":material/photo_camera:")
