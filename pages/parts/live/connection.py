"""The WebRTC connection to the browser's camera, with your own TURN servers where the network requires them."""

import time
from urllib.parse import urlsplit

import streamlit as st

from fer.errors import FerError
from pages.parts.shared import settings

ASKED = "live-asked"  # when this session requested the camera
PATIENCE = 10.0  # seconds to wait for the first image
HERE = ("localhost", "127.0.0.1", "::1")


def configuration() -> dict | None:
    """What webrtc_streamer takes as rtc_configuration.

    `ice_servers` from the secrets if given; no servers if browser and server are the same machine, so that no third
    party is contacted; else None, which makes streamlit-webrtc look for a provider's credentials in the environment
    (Cloudflare, Twilio, Hugging Face) and fall back on Google's public STUN server.
    """
    try:
        servers = settings.secrets().get("ice_servers")
    except FerError:
        servers = None
    if servers:
        return {"iceServers": [dict(server) for server in servers]}
    return {"iceServers": []} if urlsplit(st.context.url or "").hostname in HERE else None


def watch(is_on: bool, frames: int) -> None:
    """If no image has arrived for ten seconds, say why that may be, and offer the Camera tab."""
    if not is_on:
        st.session_state.pop(ASKED, None)
        return
    since = st.session_state.setdefault(ASKED, time.monotonic())
    if frames:
        return
    if time.monotonic() - since < PATIENCE:
        st.caption("Connecting…")
        return
    st.error(
        "No image received for ten seconds. Either the browser may not use the camera (check the camera icon in its "
        "address bar), or the network blocks WebRTC. Whoever runs this server can add a TURN server: see `ice_servers` "
        "in `.streamlit/secrets.toml.example`.",
        icon=":material/videocam_off:",
    )
    st.page_link(
        "pages/predict.py",
        label="Take a photo instead",
        query_params={"source": "Camera"},
        icon=":material/photo_camera:",
    )
