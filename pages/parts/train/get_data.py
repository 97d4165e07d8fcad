"""Download a data set from Kaggle, with its progress."""

import streamlit as st

from fer.data import catalog, download, folder_classes, kaggle
from pages.parts.shared import access, actions, frame, settings

EVERY = 1.0  # seconds between updates while it downloads
VOTES = "Ten annotators' votes on each image, from GitHub (Barsoum et al. 2016): soft targets, and a second opinion."
SEEN = "train-kaggle-seen"  # whether this session saw it running
PHASES = {kaggle.READING: "Reading the data set…", download.VOTES: "Fetching the FER+ votes…"}
OTHER = "other"  # any data set, by its owner/name
NAMED = ""  # class folders that have names


def show() -> None:
    """A form that starts a download, and its progress, visible to all visitors."""
    if not access.allowed("kaggle"):
        return
    last = download.latest()
    if last:
        st.fragment(_watch, run_every=EVERY if last.is_running else None)()
    if last and last.is_running:
        return
    st.markdown(
        "FER2013 has 48-pixel faces of seven emotions: 28,709 for training, 3,589 each for validation and test. For "
        "research only; the images may not be redistributed. Any other data set on Kaggle whose images are in class "
        "folders works too."
    )
    source = st.radio("Source", [*kaggle.SOURCES, OTHER], key="train-kaggle-source", format_func=_summary)
    _offer_other() if source == OTHER else _offer(source)


def _summary(source: str) -> str:
    if source == OTHER:
        return "Another Kaggle data set"
    found = kaggle.SOURCES[source]
    return found.summary if found.is_competition else f"{found.summary} (`{found.handle}`)"


def _offer(source: str) -> None:
    """A known copy of FER2013."""
    found, token = kaggle.SOURCES[source], settings.text(kaggle.TOKEN)
    is_there, wants_votes = found.name in catalog.available(), found.name == kaggle.NAME
    if is_there:
        st.markdown(f"`{found.name}` is in `data/`: choose it under *Data*.")
    if is_there and (not wants_votes or catalog.ferplus_path(catalog.find(found.name)).is_file()):
        return
    if is_there:
        st.markdown(VOTES)
        _button("Get the FER+ votes", source, votes=True)
        return
    if found.is_competition and not token:
        st.markdown("Kaggle requires an account:\n" + "\n".join(f"1. {step}" for step in kaggle.STEPS))
    st.caption(f"Saved as `data/{found.stored_as}`.")
    votes = wants_votes and st.toggle("Also get the FER+ votes", value=True, key="train-kaggle-votes", help=VOTES)
    _button("Get FER2013", source, votes=votes, token=token)


def _offer_other() -> None:
    """Any data set, by its owner and name."""
    handle = st.text_input(
        "Owner and name",
        key="train-kaggle-handle",
        placeholder="owner/name",
        help="From the data set's address: kaggle.com/datasets/owner/name. At most 2 GB.",
    )
    mapping = st.selectbox(
        "Class folders",
        [NAMED, *folder_classes.MAPPINGS],
        key="train-kaggle-folders",
        format_func=lambda name: folder_classes.MAPPINGS[name].label if name else "Named after their classes",
        help="Choose a numbering only if you know that the data set uses it.",
    )
    if handle.strip():
        _button("Get the data set", handle, votes=False, mapping=mapping, token=settings.text(kaggle.TOKEN))


def _button(label: str, source: str, **options) -> None:
    st.button(label, key="train-kaggle-get", on_click=frame.act, args=(actions.get_data, source), kwargs=options)


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
    return PHASES.get(running.phase, "Connecting to Kaggle…")
