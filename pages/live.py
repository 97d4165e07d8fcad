"""Read emotions from the webcam, live."""

import streamlit as st

from fer.runs.store import RunStore
from pages.parts.live import browser, choose_settings, in_browser, on_server
from pages.parts.shared import damaged_runs, frame, model_picker, shell

PLACES = {"In this browser": in_browser, browser.ON_SERVER: on_server}

frame.start("Live from the webcam", "Each face gets a number, and its emotion is read many times a second")

with frame.errors():
    damaged_runs.show(RunStore())
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.segmented_control(
            "Where faces are read",
            list(PLACES),
            default=next(iter(PLACES)),
            required=True,
            key=browser.PLACE,
            persist_state="session",
            label_visibility="collapsed",
        )
        place = PLACES[chosen]
        with st.popover("Settings", icon=":material/tune:"):
            run = model_picker.pick_run()
            settings = choose_settings.choose(run, in_browser=place is in_browser)
        st.caption(place.MEANING, width="content")
    place.show(run, settings)
    shell.footer(run, privacy=place.PRIVACY, details=place.DETAILS)
