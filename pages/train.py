"""Train a network: data, recipe, start; then watch it, stop it, go on, and use what came of it."""

import streamlit as st

from fer import jobs
from fer.store import RunStore
from pages.parts import access, frame
from pages.parts.training import data, live, recipe, runs

frame.start(
    "Train a network",
    "Choose data and a recipe, and watch it learn. The training runs in a process of its own: close the tab, come back "
    "later, it goes on.",
)

with frame.errors():
    store = RunStore()
    if not access.allowed("training"):
        st.header(f"How {frame.plain(store.default.id)}, which ships with this app, learnt")
        live.curves(store.default)
        st.stop()
    live.show(store)
    runs.show(store)

    st.header("A new training")
    dataset = data.choose(store)
    config = recipe.choose(store, dataset)
    for caution in config.cautions(len(dataset.train)):
        st.warning(caution)
    recipe.tell_time(store, config, dataset)
    with st.form("train-start", border=False, clear_on_submit=True):
        name = st.text_input("Name of the run", key="train-name", max_chars=64, placeholder="the network and the time")
        if st.form_submit_button("Train", type="primary", icon=":material/play_arrow:"):
            run = store.create(config, name or None)
            jobs.start(run)
            st.session_state[live.WATCHED] = run.id
            st.rerun()
    if watched := st.session_state.get(live.WATCHED):
        st.success(
            f"{frame.plain(watched)} is on its way: [watch it above](#train-a-network).", icon=":material/arrow_upward:"
        )
