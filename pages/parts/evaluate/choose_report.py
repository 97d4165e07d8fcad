"""Choose which report the page shows: a stored one, or a new one."""

import os
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from fer.data import catalog
from fer.data.labelled_photos import LabelledFaces
from fer.errors import FerError
from fer.evaluation import evaluate, images, sentences, stored
from fer.evaluation.images import Pictures
from fer.evaluation.references import split_name
from fer.evaluation.report import Report
from fer.runs import data
from fer.runs.card import way
from fer.runs.run import Run, version
from pages.parts.shared import access, actions, frame

OUTCOME = "evaluate-outcome"  # (success, message) of the evaluation that just ended
PAIR = "evaluate-pair"  # (data set, split) chosen last, for any model
ORDER = ("test", "val", "train", "all")  # the split that no choice was based on comes first


@dataclass(frozen=True)
class Chosen:
    """A report, its run and, for a user's own photos, the faces it is based on."""

    run: Run
    report: Report
    faces: LabelledFaces | None = None


@st.cache_resource(max_entries=64, show_spinner=False)
def _read(path: str, changed: tuple, dataset: str, split: str, tta: bool) -> Report | None:
    return stored.report(Run(Path(path)), dataset, split, tta=tta)


def cached_report(run: Run, dataset: str, split: str, tta: bool) -> Report | None:
    """A stored report, read once for all visitors, and again when its file changes."""
    path = run.report_path(dataset, split, tta=tta)
    return _read(str(run.path), version(path), dataset, split, tta) if os.path.lexists(path) else None


def choose(run: Run, tta: bool) -> Chosen | None:
    """Choose data and split; a missing report can be made here. Runs without weights have only their stored reports."""
    present = [*catalog.available(), "synthetic"] if run.is_usable else []
    kept = sorted({report[:2] for report in stored.reports(run)}, key=lambda pair: (pair[0], ORDER.index(pair[1])))
    options = kept + [pair for name in present for split in ORDER if (pair := (name, split)) not in kept]
    if not options:
        st.info(f"{frame.plain(run.id)} has no stored report.")
        return None
    last = st.session_state.get(PAIR)
    dataset, split = st.session_state[PAIR] = st.selectbox(
        "Data and split",
        options,
        index=options.index(last) if last and last in options else 0,
        format_func=lambda pair: _describe(run, pair, kept),
        key=f"evaluate-data-{run.id}-{len(kept)}",  # a new widget for new names, or it would fall back to the first
    )
    report = None
    with frame.errors():
        report = cached_report(run, dataset, split, tta)
    if warning := sentences.warning(run, dataset, split):
        st.warning(warning)
    if run.is_usable and (dataset in present or Path(data.source_of(run, dataset)).exists()):
        _offer(run, dataset, split, tta, report)
    elif report is None:
        missing = f"{dataset} is not in `data/`" if run.is_usable else "the model ships without weights"
        st.info(f"No stored report on this split ({way(tta)}), and {missing}.")
    return Chosen(run, report) if report else None


def _describe(run: Run, pair: tuple[str, str], kept: list[tuple[str, str]]) -> str:
    dataset, split = pair
    if pair not in kept:
        return f"{dataset}, {split} split (not evaluated yet)"
    try:
        report = cached_report(run, dataset, split, False) or cached_report(run, dataset, split, True)
    except FerError:
        report = None
    official = split_name(report) if report else split
    return f"{dataset}, {split} split" if official == split else f"{dataset}, {official} ({split} split)"


def _offer(run: Run, dataset: str, split: str, tta: bool, report: Report | None) -> None:
    """The button that evaluates; the outcome is shown when the page reruns."""
    if not access.is_granted("training"):
        access.explain("training")
        return
    outcome, replace = st.session_state.pop(OUTCOME, None), False
    with st.container(horizontal=True, vertical_alignment="center"):
        name, type = ("Evaluate again", "secondary") if report else ("Evaluate", "primary")
        asked = st.button(name, key="evaluate-now", icon=":material/refresh:", type=type)
        if report:
            replace = st.checkbox("Overwrite the stored report if it differs", key="evaluate-replace")
    if asked:
        st.session_state[OUTCOME] = _keep(run, judge(run, dataset, split, tta), report, replace)
        st.rerun()
    if outcome:
        good, sentence = outcome
        (st.success if good else st.warning)(sentence, icon=":material/verified:" if good else ":material/difference:")


def _keep(run: Run, fresh: Report, report: Report | None, replace: bool) -> tuple[bool, str]:
    """Store a fresh report if there is none, or if it may replace the stored one. Returns (success, message)."""
    saved = f"saved in `models/{run.id}/reports/`."
    if report is None:
        actions.keep_report(run, fresh)
        return True, f"Evaluated on {len(fresh):,} images and {saved}"
    same, sentence = evaluate.reproduction(report, fresh)
    if same or not replace:
        return same, sentence if same else f"{sentence} The stored report is shown; tick the box to overwrite it."
    actions.keep_report(run, fresh)
    return False, f"{sentence} The new report is shown and {saved}"


def judge(run: Run, dataset: str, split: str, tta: bool) -> Report:
    """Evaluate with a progress bar."""
    bar = st.progress(0.0, f"Opening {dataset} …")
    on_progress = frame.progress(bar, "faces evaluated")
    report = actions.judge(run, dataset, split, tta=tta, on_progress=on_progress)
    bar.empty()
    return report


@st.cache_resource(max_entries=4, ttl="10m", show_spinner="Opening the images …")
def _pictures(run_path: str, dataset: str, fingerprint: str, last_row: int, _report: Report) -> Pictures:
    return images.pictures_of(_report, Run(Path(run_path)))


def pictures_of(chosen: Chosen) -> Pictures:
    """The images behind the report. Raises FerError if they are not on this machine."""
    if chosen.faces:
        return Pictures(chosen.faces.images, chosen.faces.names)
    report = chosen.report
    return _pictures(str(chosen.run.path), report.dataset, report.fingerprint, int(report.rows.max()), report)
