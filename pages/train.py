"""Train a network: choose data and a recipe, start, watch, stop, resume, and use the result."""

import streamlit as st

from fer.runs.cautions import cautions
from fer.runs.store import RunStore
from pages.parts.shared import access, damaged_runs, disk, frame, study_rows
from pages.parts.train import (
    advanced,
    choose_data,
    choose_settings,
    estimate,
    example,
    explore,
    monitor,
    opened,
    runs_list,
    start,
    view,
)

frame.start(
    "Train a network",
    "Choose data and a recipe, then watch it learn. Training continues if you close the tab.",
)
view.style()

with frame.errors():
    store = RunStore()
    damaged_runs.show(store)
    if not access.allowed("training"):
        example.show(store)
        st.stop()
    runs = opened.own_runs(store)
    run = opened.opened(runs)
    with st.container(key=f"train-{'run' if opened.is_first(run) else 'form'}-first"):  # on a phone
        left, right = st.columns([5, 7], gap="medium")
    with right:
        monitor.show(store, run)
    with left, frame.errors():
        dataset, problem = choose_data.choose()
        explore.describe(store, dataset)
        choose_settings.choose_recipe(store, dataset)
        advanced.show(store, dataset)
        config = choose_settings.config()
        with st.container(key="train-notes"):  # always there: what is typed below must not move
            if origin := choose_settings.origin():
                st.caption(origin)
            for caution in [*cautions(config, len(dataset.train)), *choose_data.cautions(config)]:
                st.warning(caution)
            estimate.measure(store, config)
        start.show(store, estimate.sentence(store, config, dataset), disabled=problem)
    runs_list.show(store, runs, run.id if run else "")
    study_rows.beside(store)
    disk.show()
