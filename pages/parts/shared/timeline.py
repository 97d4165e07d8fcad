"""Readings over time: a summary of every face, the timeline of one, and downloads."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from fer.charts import timeline
from fer.video import observations
from pages.parts.shared import figures
from pages.parts.shared.csv_file import csv_file, show_table


def show(read: Sequence[observations.Reading], key: str, every: float = 0.0) -> None:
    """Show readings, oldest first, of faces that were seen for at least half a second; the downloads have them all.

    Args:
        key: prefix of the widgets' keys and the file names.
        every: seconds between readings, as for `observations.lasting`.
    """
    labels, faces = observations.labels_of(read), observations.summary(observations.lasting(read, every))
    if faces:
        _faces(read, faces, key)
    else:
        st.caption("No face was seen for half a second or longer.")
    with st.container(horizontal=True):
        for name, make, mime in (  # made only when clicked: a long session has many readings
            ("CSV", lambda: csv_file(observations.table(read, labels)), "text/csv"),
            ("JSON", lambda: _json(read, labels), "application/json"),
        ):
            file = f"{key}.{name.lower()}"
            st.download_button(f"Readings ({name})", make, file, mime, key=f"{key}-{name}", on_click="ignore")


def _faces(read: Sequence[observations.Reading], faces: list[observations.Summary], key: str) -> None:
    numbers = [face.number for face in faces]
    show_table(
        pd.DataFrame([_row(face) for face in faces]),
        hide_index=True,
        key=f"{key}-summary",
        alt="Each face's time on screen and mean probabilities",
        column_config=dict.fromkeys(observations.labels_of(read), st.column_config.NumberColumn(format="%.0f%%")),
    )
    chosen = st.selectbox("Face", numbers, key=f"{key}-face")
    mine = [reading for reading in read if reading.number == chosen]
    about = f"face {chosen}", f"n = {len(mine):,} readings, smoothed"
    figures.show(timeline.timeline(mine, about), f"{key}-timeline", f"Probabilities of face {chosen} over time")


def _json(read: Sequence[observations.Reading], labels: Sequence[str]) -> str:
    return observations.table(read, labels).to_json(orient="records", indent=1) or ""  # never None without a path


def _row(face: observations.Summary) -> dict:
    means = {label: 100 * mean for label, mean in face.means.items()}
    return {"face": face.number, "seconds seen": round(face.seconds, 1), "mostly": face.label, **means}
