"""Read emotions from the webcam, live."""

import streamlit as st
from streamlit_webrtc import WebRtcMode, webrtc_streamer

from fer.runs.store import RunStore
from pages.parts.live import connection, session
from pages.parts.shared import damaged_runs, frame, model_picker

CONSTRAINTS = {"video": {"width": {"ideal": 640}, "height": {"ideal": 480}, "frameRate": {"ideal": 30}}, "audio": False}

frame.start(
    "Live from the webcam",
    "Every face gets a number, its emotion is read many times a second, and its timeline appears below.",
)

with frame.errors():
    damaged_runs.show(RunStore())
    run = model_picker.pick_run()
    reader = session.reader(run)
    with st.expander("Settings"):
        session.settings(run, reader)
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
    session.show(reader, is_on=is_on)
    st.info(model_picker.accuracy_sentence(run), icon=":material/fact_check:")
    st.caption(
        "Camera images are sent to the server that runs this app, processed in memory and not stored. The readings "
        "(times, boxes, probabilities) and any snapshot you take are kept until you close the tab or start a new "
        "session. No audio is recorded."
    )
