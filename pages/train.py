"""Train a network: choose data and a recipe, start, watch, stop, resume, and use the result."""

import streamlit as st

from fer.runs.store import RunStore
from pages.parts.shared import access, actions, damaged_runs, disk, frame, run_curves
from pages.parts.train import choose_data, choose_settings, earlier_runs, estimate, running

NAME, STARTED, BEGUN = "train-name", "train-started", "train-begun"

frame.start(
    "Train a network",
    "Choose data and a recipe, then watch it learn. Training continues if you close the tab.",
)

with frame.errors():
    store = RunStore()
    damaged_runs.show(store)
    if not access.allowed("training"):
        st.header(f"Training curves of {frame.plain(store.default.id)}, the default model")
        run_curves.curves(store.default)
        st.stop()
    running.show(store)
    earlier_runs.show(store)

    st.header("New run")
    disk.show()
    dataset, problem = choose_data.choose(store)
    config = choose_settings.choose(store, dataset)
    for caution in config.cautions(len(dataset.train)):
        st.warning(caution)
    estimate.show(store, config, dataset)
    if st.session_state.pop(BEGUN, False):
        st.session_state[NAME] = ""  # only now, so that a refused name stays in the field
    with st.form("train-start", border=False, enter_to_submit=False):
        name = st.text_input("Run name", key=NAME, max_chars=64, placeholder="Network and time")
        if st.form_submit_button("Train", type="primary", icon=":material/play_arrow:", disabled=problem):
            run = actions.train(store, config, name or None)
            st.session_state[STARTED], st.session_state[BEGUN] = run.id, True
            st.rerun()
    started = st.session_state.get(STARTED)
    if started and started in st.session_state[running.SEEN]:
        st.success(f"{frame.plain(started)} started: [watch it above](#train-a-network).")
