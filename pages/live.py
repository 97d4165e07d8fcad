"""Read emotions from the webcam, live."""

import streamlit as st

from fer.runs.store import RunStore
from pages.parts.live import connection, session
from pages.parts.shared import damaged_runs, frame, model_picker, notice, shell

CONSTRAINTS = {"video": {"width": {"ideal": 640}, "height": {"ideal": 480}, "frameRate": {"ideal": 30}}, "audio": False}
PRIVACY = "Camera images are processed in this server's memory and not stored."
DETAILS = (
    "Camera images are sent to the server that runs this app, processed in memory and not stored. The readings (times, "
    "boxes, probabilities) and any snapshot you take are kept until you close the tab or start a new session. No audio "
    "is recorded."
)

frame.start("Live from the webcam", "Each face gets a number, and its emotion is read many times a second")

with frame.errors():
    damaged_runs.show(RunStore())
    left, right = st.columns([3, 2], gap="large")
    with right:
        controls = st.container(horizontal=True)
        with controls, st.popover("Settings", icon=":material/tune:"):
            run = model_picker.pick_run()
            reader = session.reader(run)
            session.settings(run, reader)
    with left:
        if not notice.accepted("The camera's video"):
            st.stop()
        from streamlit_webrtc import WebRtcMode, webrtc_streamer  # takes a second to import

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
    session.history(reader, is_on=is_on)
    shell.footer(run, privacy=PRIVACY, details=DETAILS)
