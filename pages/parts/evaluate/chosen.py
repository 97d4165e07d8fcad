"""The report that the page shows, with what belongs to it; stored reports and images are read once for all visitors."""

import os
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from fer.data import catalog
from fer.errors import FerError
from fer.evaluation import images, sentences, stored
from fer.evaluation.images import Pictures
from fer.evaluation.own_photos import OwnPhotos
from fer.evaluation.report import Report
from fer.runs import data
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


@st.cache_resource(max_entries=4, ttl="10m", show_spinner="Opening the images…")
def _pictures(run_path: str, dataset: str, fingerprint: str, last_row: int, _report: Report) -> Pictures:
    return images.pictures_of(_report, Run(Path(run_path)))


def pictures_of(chosen: Chosen) -> Pictures:
    """The images behind the report. Raises FerError if they are not on this machine."""
    if chosen.photos:
        return Pictures(chosen.photos.faces.images, chosen.photos.faces.names)
    report = chosen.report
    return _pictures(str(chosen.run.path), report.dataset, report.fingerprint, int(report.rows.max()), report)


def carved(run: Run, dataset: str, split: str) -> str:
    """That a data set has no such split of its own; empty if it has, or cannot be opened."""
    source = data.source_of(run, dataset)
    try:
        return _carved(str(run.path), source, catalog.stamp(source), split)
    except FerError:
        return ""


@st.cache_data(max_entries=64, show_spinner=False)
def _carved(run_path: str, source: str, stamp: str, split: str) -> str:
    return sentences.carved(data.data_for(Run(Path(run_path)), source), split)


def fetch(chosen: Chosen) -> Pictures | None:
    """The same, or None if they are not on this machine."""
    try:
        return pictures_of(chosen)
    except FerError:
        return None
