"""A video: the visitor chooses a part, it is read while it is decoded, then shown with every face marked."""

import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from fer.faces.image import data_url
from fer.inference.palette import color_map
from fer.inference.reader import EmotionReader
from fer.runs.members import changed
from fer.runs.run import Run
from fer.system.text import capital
from fer.video import annotate, observations
from fer.video.decoder import SUFFIXES, open_video
from fer.video.observations import Moment, Reading
from pages.parts.shared import frame, lanes, model_picker, timeline
from pages.parts.shared.model_picker import Way

SHORT = 0.5  # seconds; a video below has no parts to choose from
RESULT, SOURCE = "predict-video-result", "predict-video-source"


@dataclass(frozen=True)
class Source:
    """An uploaded video in a folder that is deleted when the session ends; `duration` in seconds, None if unknown."""

    file_id: str
    folder: tempfile.TemporaryDirectory
    path: Path
    duration: float | None


@dataclass(frozen=True)
class Result:
    """The readings of a video; its files are deleted when the session ends.

    Attributes:
        made_from: upload, model and settings; if any of them changes, the video must be read again.
        part, every: the seconds that were read, and the seconds between readings.
        threshold: confidence below which a reading is not sure.
    """

    name: str
    made_from: tuple
    folder: tempfile.TemporaryDirectory
    readings: list[Reading]
    moments: dict[str, Moment]
    warning: str
    part: tuple[float, float]
    every: float
    threshold: float

    @property
    def video(self) -> Path:
        return Path(self.folder.name) / "marked.mp4"


def show(run: Run, way: Way, right) -> None:
    """The uploader and the settings here, the result in `right`."""
    upload = st.file_uploader("Video", SUFFIXES, key="predict-video")
    result = None
    if upload:
        with frame.errors(f"{upload.name}: "):
            result = _read_or_show(upload, run, way, right)
    else:
        st.session_state.pop(SOURCE, None)
        if result := st.session_state.get(RESULT):
            st.button("Remove this video", key="predict-video-forget", on_click=st.session_state.pop, args=(RESULT,))
    with right:
        if result:
            _show_result(result)
        else:
            is_open = upload and (held := st.session_state.get(SOURCE)) and held.file_id == upload.file_id
            do = "Press *Read the video*" if is_open else "Add a video"
            st.info(f"{do} to see its timeline and strongest moments here.", icon=":material/movie:")


def _read_or_show(upload: UploadedFile, run: Run, way: Way, right) -> Result | None:
    """The settings and the button; the result if it was made with exactly these."""
    source = _source(upload)
    part = _choose_part(source)
    every, smoothing = _settings()
    made_from = (upload.file_id, run.id, changed(run), way, every, smoothing, part)
    result = st.session_state.get(RESULT)
    if result and result.made_from == made_from:
        return result
    if st.button("Read the video", type="primary", key="predict-video-read", icon=":material/play_arrow:"):
        with right:
            working = st.empty()
        with working.container():
            bar = st.progress(0.0, "Opening the video…")
            st.button("Cancel", key="predict-video-cancel")  # any click ends this script run, and with it the reading
            st.caption("Clicking elsewhere cancels it, too.")
        try:
            reader = model_picker.reader(run, way=way)
            st.session_state[RESULT] = _read(bar, upload.name, source, reader, smoothing, part, 1 / every, made_from)
            st.rerun()
        finally:
            working.empty()
    return None


def _source(upload: UploadedFile) -> Source:
    """The upload as a file on the disk, written once."""
    held = st.session_state.get(SOURCE)
    if held and held.file_id == upload.file_id:
        return held
    folder = tempfile.TemporaryDirectory(prefix="fer-")
    path = Path(folder.name) / f"video{Path(upload.name).suffix.lower()}"
    path.write_bytes(upload.getbuffer())
    with open_video(path) as video:
        st.session_state[SOURCE] = Source(upload.file_id, folder, path, video.duration)
    return st.session_state[SOURCE]


def _choose_part(source: Source) -> tuple[float, float | None]:
    """From which second to which; the whole video at first."""
    if not source.duration or source.duration < SHORT:
        return 0.0, None
    end = round(source.duration, 1)
    start, stop = st.slider(
        "Part to read", 0.0, end, (0.0, end), 0.1, format="%.1f s", key=f"predict-video-part-{source.file_id}"
    )
    return start, (None if stop == end else max(stop, start + 0.1))


def _settings() -> tuple[int, float]:
    """Readings per second, and the smoothing in seconds."""
    with st.popover("Settings", icon=":material/speed:", key="predict-video-settings"):
        every = st.select_slider(
            "Readings per second",
            (1, 2, 5, 10, 30),
            5,
            key="predict-video-rate",
            persist_state="session",
            help="More readings take longer.",
        )
        key = "predict-video-smoothing"
        smoothing = st.slider(
            "Smoothing", 0.0, 3.0, annotate.SMOOTHING, 0.1, format="%.1f s", key=key, persist_state="session"
        )
    return every, smoothing


def _read(
    bar, name: str, source: Source, reader: EmotionReader, smoothing: float, part: tuple, every: float, made_from: tuple
) -> Result:
    folder = tempfile.TemporaryDirectory(prefix="fer-")
    started, read, moments, warning, last = time.monotonic(), [], {}, "", part[0]
    frames = annotate.annotate_video(
        source.path, Path(folder.name) / "marked.mp4", reader=reader, every=every, smoothing=smoothing, part=part
    )
    with closing(frames):  # pyright: ignore[reportArgumentType]  # a generator, though declared as an iterator
        for seen in frames:
            read += seen.readings
            moments, warning, last = seen.moments, seen.warning, seen.time
            bar.progress(seen.share or 0.0, _progress_text(seen, time.monotonic() - started))
    end = part[1] or source.duration or last + every
    return Result(name, made_from, folder, read, moments, warning, (part[0], end), every, reader.threshold)


def _progress_text(seen: annotate.Frame, elapsed: float) -> str:
    if not seen.share:
        return f"{seen.time:.0f} s of video read"
    return f"{seen.share:.0%}, {seen.time:.0f} s of video; about {elapsed / seen.share - elapsed:.0f} s left"


def _show_result(result: Result) -> None:
    if result.warning:
        st.warning(frame.plain(result.warning))
    st.video(result.video)
    if not result.readings:
        st.warning("No face found in this part of the video.", icon=":material/search_off:")
        return
    lanes.mount(_lanes(result), "predict-video-lanes")
    with st.container(horizontal=True), result.video.open("rb") as file:
        st.download_button(
            "Annotated video (MP4)",
            file,
            f"{Path(result.name).stem}-emotions.mp4",
            "video/mp4",
            key="predict-video-take",
            on_click="ignore",
            icon=":material/download:",
        )
    details = st.expander("Details and data", on_change="rerun", key="predict-video-details")
    if details.open:
        with details:
            timeline.show(result.readings, "predict-video", result.every)


def _lanes(result: Result) -> dict:
    """What lanes.js shows."""
    (start, end), colors = result.part, color_map(result.readings[-1].labels)
    lasting = observations.lasting(result.readings, result.every)
    faces = lanes.faces_of(lasting, result.every, colors, result.threshold)
    moments = [
        {"title": capital(label), "percent": f"{moment.reading.confidence:.0%}", "time": moment.reading.time}
        | {"number": moment.reading.number, "color": colors[label], "image": data_url(moment.thumbnail, "JPEG")}
        for label, moment in sorted(result.moments.items(), key=lambda item: -item[1].reading.confidence)
        if moment.reading.confidence >= result.threshold
    ]
    return {"start": start, "end": end, "faces": faces, "moments": moments}
