"""Compare: all models on the same images, and any two of them in detail."""

from collections.abc import Callable
from functools import partial
from itertools import product

import streamlit as st

from fer.charts import strip
from fer.errors import FerError
from fer.evaluation.comparison import Comparison
from fer.evaluation.references import about, short_name
from fer.evaluation.report import Report
from fer.runs.card import way
from fer.runs.store import RunStore
from pages.parts.evaluate import compare_details, own_photos
from pages.parts.evaluate.chosen import Chosen, cached_report
from pages.parts.shared import frame

MOST = 4  # models beside the first two: figures of more cannot be read


def rivals(chosen: Chosen) -> tuple[dict[str, Callable[[], Report]], list[str]]:
    """Functions that return every other report on the same images, by display name: stored reports or, for a user's own
    photos, those of the other models, evaluated on demand. Also the display names of damaged reports."""
    report, found, damaged = chosen.report, {}, []
    held = own_photos.held(chosen.run) if chosen.photos else None
    for run, tta in product(RunStore(), (False, True)):
        if (run.id, tta) == (report.model, report.tta):
            continue
        if held:
            get = partial(own_photos.judge, run, held, tta)
        else:
            get = partial(cached_report, run, report.dataset, report.split, tta)
        name = f"{run.id}, {way(tta)}"
        try:
            if (run.is_usable and own_photos.fits(held, run)) if held else _fits(get(), report):
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
def show(chosen: Chosen) -> None:
    """The leaderboard left; right, two models or more, the difference in a sentence, and its details."""
    report, (others, damaged) = chosen.report, rivals(chosen)
    if damaged:
        st.warning(f"Left out, because their stored reports are damaged: {frame.plain('; '.join(damaged))}.")
    if not others:
        st.info("No other stored report covers the same images. Evaluate another model on this split first.")
        return
    everyone = {short_name(report): lambda: report, **others}
    left, right = st.columns([4, 8], gap="medium")
    with right:
        picked = _pick(everyone, short_name(report), best=None if chosen.photos else _best(others, chosen.report.tta))
    with left:
        shown = list(picked) if chosen.photos else everyone  # evaluating every model would take long
        _leaderboard({name: everyone[name]() for name in shown}, picked)
    if len(picked) > 1:
        with right:
            _say(list(picked.values()))
            compare_details.show(chosen, list(picked.values()))


def _best(others: dict[str, Callable[[], Report]], tta: bool) -> str:
    """The other model to start with: the most accurate one that can be used, in the same way of inference."""
    usable = {run.id for run in RunStore() if run.is_usable}
    reports = {name: get() for name, get in others.items()}
    return max(
        reports, key=lambda name: (reports[name].tta == tta, reports[name].model in usable, reports[name].accuracy)
    )


def _pick(everyone: dict[str, Callable[[], Report]], shown: str, *, best: str | None) -> dict[str, Report]:
    """The reports to compare, the first one first; at first the page's, with the best of the others."""
    names = list(everyone)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        key = f"evaluate-first-{shown}"  # a new model above the tabs is the first here too
        first = st.selectbox(
            "Compare", names, index=names.index(shown), key=key, label_visibility="collapsed", width=260
        )
        others = [name for name in names if name != first]
        second = st.selectbox(
            "with",
            others,
            index=others.index(best) if best in others else 0,
            key="evaluate-second",
            label_visibility="collapsed",
            width=260,
        )
        with st.popover("More"):
            left = [name for name in others if name != second]
            more = st.pills("Also compare with", left, selection_mode="multi", key="evaluate-rivals")
            if len(more) > MOST:
                st.caption(f"Only the first {MOST} of these are compared.")
    return {name: everyone[name]() for name in [first, second, *more[:MOST]]}


def _leaderboard(reports: dict[str, Report], picked: dict[str, Report]) -> None:
    ranked = sorted(reports.items(), key=lambda item: -item[1].accuracy)
    marks = [
        strip.Mark(
            _short(name),
            report.accuracy,
            *report.interval,
            color=strip.MODELS[list(picked).index(name) % len(strip.MODELS)] if name in picked else strip.GREY,
            is_bold=name in picked,
        )
        for name, report in ranked
    ]
    st.html(strip.render(marks, "Leaderboard: accuracy with 95% intervals on the same images"))
    report = ranked[0][1]
    st.caption(f"Accuracy with 95% intervals, {frame.plain(about(report).partition(' on ')[2].rpartition(',')[0])}.")


def _short(name: str) -> str:
    return name.replace(f", {way(False)}", "").replace(f", {way(True)}", ", augmented")


def _say(reports: list[Report]) -> None:
    """The differences in sentences."""
    first, *others = reports
    for other in others:
        st.markdown(f"**{frame.plain(Comparison(other, first).verdict)}**")
        if first.leaked.any() and not first.leaked.all():
            clean = Comparison(other.leak_free, first.leak_free)
            st.caption(f"Leak-free, n = {len(clean.first):,}: {clean.numbers}.")
    if len(others) > 1:
        st.caption(f"{len(others)} comparisons; p-values are not corrected for multiple testing.")
