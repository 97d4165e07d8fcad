"""The app's shell: page configuration and navigation."""

import streamlit as st

from pages.parts.shared import access, collector, frame, shell, upload_size

st.set_page_config(page_title="Emotion Studio", page_icon=str(shell.ASSETS / "icon.svg"), layout="wide")
upload_size.cap()
shell.show()
access.show_login()

page = st.navigation(
    [
        st.Page("pages/predict.py", title="Predict", icon=":material/face:", default=True),
        st.Page("pages/live.py", title="Live", icon=":material/videocam:"),
        st.Page("pages/teach.py", title="Teach", icon=":material/waving_hand:"),
        st.Page("pages/train.py", title="Train", icon=":material/school:"),
        st.Page("pages/tune.py", title="Tune", icon=":material/tune:"),
        st.Page("pages/evaluate.py", title="Evaluate", icon=":material/fact_check:"),
        st.Page("pages/models.py", title="Models", icon=":material/model_training:"),
    ],
    position="top",
)
with frame.errors(), frame.surprises():
    page.run()
collector.relieve()
