"""All models: a leaderboard, accuracy over speed, a drawer with everything about one model, and import."""

import streamlit as st

from fer.runs import leaderboard as ranking
from fer.runs.store import RunStore
from pages.parts.models import drawer, import_network, leaderboard, overview
from pages.parts.shared import damaged_runs, disk, frame, study_rows

with st.container(horizontal=True, vertical_alignment="center"):
    with st.container():
        frame.start("Models", "Compare models. Select one for its curves, files and settings.")
    # only one dialog can be open
    if st.button("Import", key="models-import-open", icon=":material/upload:", on_click=drawer.choose, args=(None,)):
        import_network.show(RunStore())

with frame.errors():
    store = RunStore()
    damaged_runs.show(store)
    run = drawer.open_run(store)
    entries, chosen = ranking.entries(store, store.default_id), drawer.chosen()
    left, right = st.columns([3, 2], gap="medium")
    with left:
        leaderboard.show(entries, chosen, drawer.choose)
        leaderboard.show_reference(entries, chosen, drawer.choose)
    with right:
        scatter = st.container()
    overview.show(store)
    study_rows.beside(store)
    disk.show()
    if run:
        drawer.show(store, run)
    with scatter:  # last, so that nothing waits for Plotly
        overview.scatter(entries)
