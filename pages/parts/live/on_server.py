"""Live on the server: the camera's images travel there and come back with the faces marked."""

import streamlit as st

from fer.runs.run import Run
from fer.video.live import Settings
from pages.parts.live import connection, session
from pages.parts.shared import notice

CONSTRAINTS = {"video": {"width": {"ideal": 640}, "height": {"ideal": 480}, "frameRate": {"ideal": 30}}, "audio": False}
MEANING = "Images are sent to the server and read there."
PRIVACY = "Camera images are processed in this server's memory and not stored."
DETAILS = (
    "Camera images are sent to the server that runs this app, processed in memory and not stored. The readings (times, "
    "boxes, probabilities) and any snapshot you take are kept until you start a new session, or until some time after "
    "you close the tab. No audio is recorded."
)


def show(run: Run, settings: Settings) -> None:
    if not notice.accepted("The camera's video"):
        return
    from streamlit_webrtc import WebRtcMode, webrtc_streamer  # takes a second to import

    reader = session.reader(run)
    reader.settings = settings
    left, right = st.columns([3, 2], gap="large")
    with left:
        context = webrtc_streamer(
            key="live",
            mode=WebRtcMode.SENDRECV,
            queued_video_frames_callback=reader.answer,
            media_stream_constraints=CONSTRAINTS,
            rtc_configuration=connection.configuration(),
            video_html_attrs={"autoPlay": True, "controls": False, "muted": True, "style": {"width": "100%"}},
            media_toggle_controls=False,
            on_change=session.reset,
        )
    is_on = context.state.playing or context.state.signalling
    with right:
        session.show(reader, is_on=is_on)
    session.show_history(reader, is_on=is_on)
