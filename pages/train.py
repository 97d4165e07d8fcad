"""Train a network: data, recipe, start; then watch it, stop it, go on, and use what came of it."""

import streamlit as st

from fer.runs import queue
from fer.runs.store import RunStore
from pages.parts.shared import access, frame, run_curves
from pages.parts.train import choose_data, choose_settings, earlier_runs, running

NAME, STARTED, BEGUN = "train-name", "train-started", "train-begun"


frame.start(
    "Train a network",
    "Choose data and a recipe, and watch it learn. The training runs in a process of its own: close the tab, come back "
    "later, it goes on.",
)

with frame.errors():
    store = RunStore()
    if not access.allowed("training"):
        st.header(f"How {frame.plain(store.default.id)}, which ships with this app, learnt")
        run_curves.curves(store.default)
        st.stop()
    running.show(store)
    earlier_runs.show(store)

    st.header("A new training")
    dataset, problem = choose_data.choose(store)
    config = choose_settings.choose(store, dataset)
    for caution in config.cautions(len(dataset.train)):
        st.warning(caution)
    choose_settings.tell_time(store, config, dataset)
    if st.session_state.pop(BEGUN, False):
        st.session_state[NAME] = ""  # only now, so that a name that is refused stays in its field
    with st.form("train-start", border=False, enter_to_submit=False):
        name = st.text_input("Name of the run", key=NAME, max_chars=64, placeholder="the network and the time")
        if st.form_submit_button("Train", type="primary", icon=":material/play_arrow:", disabled=problem):
            run = store.create(config, name or None)
            queue.start(run)
            st.session_state[STARTED], st.session_state[BEGUN] = run.id, True
            st.rerun()
    started = st.session_state.get(STARTED)
    if started in st.session_state[running.SEEN]:
        st.success(f"{frame.plain(started)} is on its way: [watch it above](#train-a-network).")
