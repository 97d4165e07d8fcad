"""The report that the page shows, with what belongs to it; stored reports and images are read once for all visitors."""

import os
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from fer.errors import FerError
from fer.evaluation import images, stored
from fer.evaluation.images import Pictures
from fer.evaluation.own_photos import OwnPhotos
from fer.evaluation.report import Report
from fer.runs.run import Run, version


@dataclass(frozen=True)
class Chosen:
    """A report, its run and, if it is on a user's own photos, those."""

    run: Run
    report: Report
    photos: OwnPhotos | None = None


@st.cache_resource(max_entries=64, show_spinner=False)
def _read(path: str, changed: tuple, dataset: str, split: str, tta: bool) -> Report | None:
    return stored.report(Run(Path(path)), dataset, split, tta=tta)


def cached_report(run: Run, dataset: str, split: str, tta: bool) -> Report | None:
    """A stored report, read again when its file changes."""
    path = run.report_path(dataset, split, tta=tta)
    return _read(str(run.path), version(path), dataset, split, tta) if os.path.lexists(path) else None


@st.cache_resource(max_entries=4, ttl="10m", show_spinner="Opening the images …")
def _pictures(run_path: str, dataset: str, fingerprint: str, last_row: int, _report: Report) -> Pictures:
    return images.pictures_of(_report, Run(Path(run_path)))


def pictures_of(chosen: Chosen) -> Pictures:
    """The images behind the report. Raises FerError if they are not on this machine."""
    if chosen.photos:
        return Pictures(chosen.photos.faces.images, chosen.photos.faces.names)
    report = chosen.report
    return _pictures(str(chosen.run.path), report.dataset, report.fingerprint, int(report.rows.max()), report)


def fetch(chosen: Chosen) -> Pictures | None:
    """The same, or None if they are not on this machine."""
    try:
        return pictures_of(chosen)
    except FerError:
        return None
