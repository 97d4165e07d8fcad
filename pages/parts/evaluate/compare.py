"""Compare models on the same images."""

import itertools
from collections.abc import Callable
from functools import partial

import streamlit as st

from fer.charts import calibration
from fer.charts.comparison import differences
from fer.charts.reports import precision_recall_curves, roc_curves, short_name
from fer.errors import FerError
from fer.evaluation.comparison import Comparison
from fer.evaluation.report import Report
from fer.runs.card import way
from fer.runs.store import RunStore
from pages.parts.evaluate import face_cards, own_photos
from pages.parts.evaluate.choose_report import Chosen, cached_report
from pages.parts.shared import figures, frame

FIGURES = {"recall": "Recall", "precision": "Precision", "f1": "F1"}


def rivals(chosen: Chosen) -> tuple[dict[str, Callable[[], Report]], list[str]]:
    """Functions that return every other report on the same images, by display name: stored reports or, for a user's own
    photos, those of the other models, evaluated on demand. Also the display names of damaged reports."""
    report, found, damaged = chosen.report, {}, []
    for run, tta in itertools.product(RunStore(), (False, True)):
        if (run.id, tta) == (report.model, report.tta):
            continue
        if chosen.faces:
            get = partial(own_photos.judge, run, report.dataset, tta, chosen.faces)
        else:
            get = partial(cached_report, run, report.dataset, report.split, tta)
        name = f"{run.id}, {way(tta)}"
        try:
            if (run.is_usable and run.labels == report.labels) if chosen.faces else _fits(get(), report):
                found[name] = get
        except FerError:
            damaged.append(name)
    return found, damaged


def _fits(other: Report | None, report: Report) -> bool:
    """Whether there is a report, and it is on the same images."""
    try:
        return other is not None and bool(Comparison(other, report))
    except FerError:
        return False


@st.fragment
def compare(chosen: Chosen) -> None:
    """Differences with intervals and tests, curves in one figure, and the images on which models disagree."""
    report, (others, damaged) = chosen.report, rivals(chosen)
    if damaged:
        st.warning(f"Left out, because their stored reports are damaged: {frame.plain('; '.join(damaged))}.")
    if not others:
        st.info("No other stored report covers the same images. Evaluate another model on this split first.")
        return
    names = st.pills(
        "Compare with", list(others), selection_mode="multi", default=[next(iter(others))], key="evaluate-rivals"
    )
    picked = {name: others[name]() for name in names}
    if not picked:
        return
    for other in picked.values():
        st.markdown(f"- {frame.plain(Comparison(other, report).verdict)}")
        if report.leaked.any() and not report.leaked.all():
            clean = Comparison(other.leak_free, report.leak_free)
            st.markdown(f"  - Leak-free, n = {len(clean.first):,}: {frame.plain(clean.verdict)}")
    st.caption(
        f"Paired bootstrap intervals and McNemar's exact test on the same n = {len(report):,} images"
        + (f"; {len(picked)} comparisons, p-values not corrected for multiple testing." if len(picked) > 1 else ".")
    )
    _curves(report, list(picked.values()))
    name = st.selectbox("Details of the difference from", names, key="evaluate-rival")
    comparison = Comparison(picked[name], report)
    figure = st.segmented_control(
        "Metric",
        list(FIGURES),
        default="recall",
        required=True,
        format_func=FIGURES.__getitem__,
        key="evaluate-difference",
    )
    figures.show(differences(comparison, figure), "evaluate-differences", f"Difference in {figure} by class")
    different = comparison.disagreements
    st.header(f"Different predictions: {len(different):,} of {len(report):,} images")
    st.caption(f"Most confident first; the bars show {short_name(report)}.")
    face_cards.show(chosen, different, "evaluate-apart", [picked[name]])


def _curves(report: Report, picked: list[Report]) -> None:
    reports = [report, *picked]
    label = st.selectbox("Curves of", report.labels, key="evaluate-curve-label")
    left, right = st.columns(2)
    with left:
        figures.show(precision_recall_curves(reports, label), "evaluate-compared-pr", f"Precision and recall: {label}")
    with right:
        figures.show(roc_curves(reports, label), "evaluate-compared-roc", f"ROC curves: {label}")
    figures.show(calibration.coverage_curves(reports), "evaluate-compared-coverage", "Coverage and accuracy per model")
