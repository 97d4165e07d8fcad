"""Download FER2013 from Kaggle, with its progress."""

import streamlit as st

from fer.data import catalog, download, kaggle
from pages.parts.shared import access, actions, frame, settings

EVERY = 1.0  # seconds between updates while it downloads
VOTES = "Ten annotators' votes on each image, from GitHub (Barsoum et al. 2016): soft targets, and a second opinion."
SEEN = "train-kaggle-seen"  # whether this session saw it running
PHASES = {kaggle.READING: "Reading the CSV …", download.VOTES: "Fetching the FER+ votes …"}


def show() -> None:
    """A form that starts the download, and its progress, visible to all visitors."""
    if not access.allowed("kaggle"):
        return
    last = download.latest()
    if last:
        st.fragment(_watch, run_every=EVERY if last.is_running else None)()
    if last and last.is_running:
        return
    if kaggle.NAME not in catalog.available():
        _offer()
    elif catalog.ferplus_path(catalog.find(kaggle.NAME)).is_file():
        st.markdown(f"`{kaggle.NAME}` and the FER+ votes are in `data/`: choose it below.")
    else:
        st.markdown(f"`{kaggle.NAME}` is in `data/`: choose it below. {VOTES}")
        _button("Get the FER+ votes", "copy", votes=True)


def _offer() -> None:
    st.markdown(
        "48-pixel faces of seven emotions: 28,709 for training, 3,589 each for validation and test. For research only; "
        "the images may not be redistributed. Saved as one CSV, `data/fer2013.csv`, about 300 MB on this server's disk."
    )
    source = st.radio(
        "Source",
        list(kaggle.SOURCES),
        key="train-kaggle-source",
        format_func=lambda name: kaggle.SOURCES[name].summary,
    )
    token = settings.text(kaggle.TOKEN)
    if kaggle.SOURCES[source].needs_token and not token:
        st.markdown("Kaggle requires an account:\n" + "\n".join(f"1. {step}" for step in kaggle.STEPS))
    votes = st.toggle(
        "Also get the FER+ votes",
        value=True,
        key="train-kaggle-votes",
        help=VOTES,
    )
    _button("Get FER2013", source, votes=votes, token=token)


def _button(label: str, source: str, **options) -> None:
    st.button(label, key="train-kaggle-get", on_click=frame.act, args=(actions.get_fer2013, source), kwargs=options)


def _watch() -> None:
    last = download.latest()
    if last and last.is_running:
        st.session_state[SEEN] = True
        st.progress(last.done / last.total if last.total else 0.0, _progress_text(last))
        st.button("Cancel", key="train-kaggle-cancel", on_click=frame.act, args=(actions.cancel_download,))
    elif st.session_state.pop(SEEN, False):
        st.rerun()  # the whole page: the download has ended
    elif last and last.error:
        st.error(frame.plain(last.error), icon=":material/error:")
        st.button("Dismiss", key="train-kaggle-dismiss", on_click=frame.act, args=(actions.forget_download,))


def _progress_text(running: download.Download) -> str:
    if running.total:
        megabytes, total, speed = (value / 1e6 for value in (running.done, running.total, running.speed))
        return f"{megabytes:,.0f} of {total:,.0f} MB, {speed:.1f} MB/s"
    return PHASES.get(running.phase, "Connecting to Kaggle …")
