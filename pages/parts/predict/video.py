"""A video: read while it is decoded, then shown with every face marked."""

import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from fer.inference.reader import EmotionReader
from fer.runs.run import Run
from fer.video import annotate
from fer.video.decoder import SUFFIXES
from fer.video.observations import Moment, Reading
from pages.parts.shared import frame, model_picker, timeline

RESULT = "predict-video-result"


@dataclass(frozen=True)
class Result:
    """The readings of a video; its files are deleted when the session ends.

    Attributes:
        made_from: upload, model and settings; if any of them changes, the video must be read again.
    """

    name: str
    made_from: tuple
    folder: tempfile.TemporaryDirectory
    readings: list[Reading]
    moments: dict[str, Moment]
    warning: str

    @property
    def video(self) -> Path:
        return Path(self.folder.name) / "marked.mp4"


def show(run: Run, tta: bool) -> None:
    """The uploader, the settings, and the result."""
    upload = st.file_uploader("Video", [suffix[1:] for suffix in SUFFIXES], key="predict-video")
    left, right = st.columns(2)
    every = left.select_slider(
        "Readings per second",
        (1, 2, 5, 10, 30),
        5,
        key="predict-video-rate",
        persist_state="session",
        help="More readings take longer.",
    )
    smoothing = right.slider(
        "Smoothing",
        0.0,
        3.0,
        annotate.SMOOTHING,
        0.1,
        format="%.1f s",
        key="predict-video-smoothing",
        persist_state="session",
    )
    result = st.session_state.get(RESULT)
    if not upload:
        if result:
            _show_result(result)
            st.button("Discard this video", key="predict-video-forget", on_click=st.session_state.pop, args=(RESULT,))
        return
    made_from = (upload.file_id, run.id, run.tflite_path.stat().st_mtime_ns, tta, every, smoothing)
    if result and result.made_from == made_from:
        _show_result(result)
    elif st.button("Read the video", type="primary", key="predict-video-read", icon=":material/play_arrow:"):
        working = st.empty()
        with working.container():
            st.caption("Clicking elsewhere cancels it.")
            st.button("Cancel", key="predict-video-cancel")  # any click ends this script run, and with it the reading
            bar = st.progress(0.0, "Opening the video …")
        with frame.errors(f"{upload.name}: "):
            st.session_state[RESULT] = _read(
                bar, upload, model_picker.reader(run, tta=tta), 1 / every, smoothing, made_from
            )
            st.rerun()
        working.empty()
    else:
        st.caption("Clicking elsewhere while the video is read cancels it.")


def _read(bar, upload: UploadedFile, reader: EmotionReader, every: float, smoothing: float, made_from: tuple) -> Result:
    folder = tempfile.TemporaryDirectory(prefix="fer-")
    source = Path(folder.name) / f"video{Path(upload.name).suffix.lower()}"
    source.write_bytes(upload.getbuffer())
    started, read = time.monotonic(), []
    frames = annotate.annotate_video(
        source, Path(folder.name) / "marked.mp4", reader=reader, every=every, smoothing=smoothing
    )
    moments, warning = {}, ""
    with closing(frames):  # pyright: ignore[reportArgumentType]  # a generator, though declared as an iterator
        for seen in frames:
            read += seen.readings
            moments, warning = seen.moments, seen.warning
            bar.progress(seen.share or 0.0, _progress_text(seen, time.monotonic() - started))
    source.unlink()
    return Result(upload.name, made_from, folder, read, moments, warning)


def _progress_text(seen: annotate.Frame, elapsed: float) -> str:
    if not seen.share:
        return f"{seen.time:.0f} s of video read"
    return f"{seen.share:.0%}, {seen.time:.0f} s of video; about {elapsed / seen.share - elapsed:.0f} s left"


def _show_result(result: Result) -> None:
    st.header(frame.plain(result.name), divider="gray")
    if result.warning:
        st.warning(frame.plain(result.warning))
    st.video(result.video)
    with result.video.open("rb") as file:
        stem = Path(result.name).stem
        st.download_button(
            "Annotated video (MP4)",
            file,
            f"{stem}-emotions.mp4",
            "video/mp4",
            key="predict-video-take",
            on_click="ignore",
        )
    if not result.readings:
        st.warning("No face found in this video.", icon=":material/search_off:")
        return
    timeline.show(result.readings, "predict-video")
    st.header("Strongest moment of each emotion")
    with st.container(horizontal=True):
        for label, moment in sorted(result.moments.items(), key=lambda item: -item[1].reading.probability(item[0])):
            reading = moment.reading
            when = f"face {reading.number} at {reading.time:.1f} s"
            words = f"{frame.plain(label)} {reading.probability(label):.0%}, {when}"
            st.image(moment.thumbnail, width=120, alt=words, caption=words)
