"""The toolbar: which model, on which data, single pass or augmented; evaluate and export stand beside them."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from fer.data import catalog
from fer.data.labels import EMOTIONS
from fer.errors import FerError
from fer.evaluation import sentences, stored
from fer.evaluation.balance import balanced_report
from fer.evaluation.references import split_name
from fer.evaluation.report import Report
from fer.runs import data
from fer.runs.card import way
from fer.runs.run import Run
from fer.teaching.keep import DATA as RECORDED
from pages.parts.evaluate import downloads, evaluate_now, links, own_photos
from pages.parts.evaluate.chosen import Chosen, cached_report, carved
from pages.parts.shared import frame, model_picker

DATA, INFERENCE, BALANCED = "data", "inference", "balanced"  # keys of these choices, and their names in the address
ORDER = ("test", "val", "train", "all")  # the split that no choice was based on comes first
WAYS = {False: "Single pass", True: "Augmented"}


@dataclass(frozen=True)
class Toolbar:
    """What is chosen in it; the report is None until the model has been evaluated on these data."""

    run: Run
    tta: bool
    chosen: Chosen | None


def choose() -> Toolbar:
    """One line of choices, and below it what must be known about them."""
    row = st.container(key="evaluate-row", horizontal=True, vertical_alignment="center", gap="small")
    notes = st.container()
    with row:
        run = model_picker.pick_run(usable_only=False, label_visibility="collapsed", width=200)
        pairs = _pairs(run)
        pair = _choose_pair(run, pairs) if pairs else None
        tta = bool(
            st.segmented_control(
                "Inference",
                [False, True],
                default=False,
                required=True,
                format_func=WAYS.__getitem__,
                key=INFERENCE,
                bind="query-params",
                label_visibility="collapsed",
            )
        )
        balance = _choose_balance(run)
    chosen = None
    if pair is None:
        own = " It knows your own classes: evaluate it on *Your photos*." if _has_own_classes(run) else ""
        notes.info(f"{frame.plain(run.id)} has no stored report.{own}")
    elif pair == own_photos.PAIR:
        photos = own_photos.held(run)
        chosen = Chosen(run, own_photos.judge(run, photos, tta), photos.photos) if photos else None
    else:
        chosen = _stored(run, pair, tta, row, notes)
    if chosen:
        correction = run.card.correction(tta=tta)
        if balance and chosen.report.labels == run.labels:
            chosen = replace(chosen, report=balanced_report(chosen.report, run.card.prior, correction.exponent))
        with row:
            downloads.menu(chosen)
    return Toolbar(run, tta, chosen)


def _choose_balance(run: Run) -> bool:
    """A switch for balanced answers; stored reports and published results are as trained."""
    if not run.card.prior:
        return False
    help = (
        "Corrects answers for how rare each emotion is in the training data, as Predict and Live do. The exponent was "
        "chosen on the validation split, where it costs at most 0.1 points of accuracy. Published results and stored "
        "reports are as trained."
    )
    return st.toggle("Balanced answers", key=BALANCED, bind="query-params", help=help)


def _stored(run: Run, pair: tuple[str, str], tta: bool, row, notes) -> Chosen | None:
    """The stored report; where it is missing or old, it can be made in the row."""
    (dataset, split), report = pair, None
    with notes, frame.errors():
        report = cached_report(run, dataset, split, tta)
    present = dataset in [*catalog.available(), "synthetic"]
    with suppress(OSError):  # a name that is too long for a path
        present = present or Path(data.source_of(run, dataset)).exists()
    if run.is_usable and present:
        evaluate_now.offer(run, pair, tta, report, row=row, notes=notes)
    elif report is None:
        missing = f"{dataset} is not in `data/`" if run.is_usable else "the model ships without weights"
        notes.info(f"No stored report on this split ({way(tta)}), and {missing}.")
    with notes:
        known = sentences.warning(run, dataset, split)
        if warning := known or (carved(run, dataset, split) if report and present else ""):
            st.warning(frame.plain(warning))
    return Chosen(run, report) if report else None


def _pairs(run: Run) -> list[tuple[str, str]]:
    """Every (data set, split) on offer, stored reports first; those of a run without weights are all it has."""
    present = [*catalog.available(), "synthetic"] if run.is_usable and not _has_own_classes(run) else []
    kept = sorted({report[:2] for report in stored.reports(run)}, key=lambda pair: (pair[0], ORDER.index(pair[1])))
    others = [pair for name in present for split in ORDER if (pair := (name, split)) not in kept]
    own = [own_photos.PAIR] if run.is_usable and own_photos.held(run) else []
    return [*kept, *own, *others]


def _has_own_classes(run: Run) -> bool:
    """Whether it was taught on Teach, with classes that no data set has."""
    return run.is_usable and run.card.data.name == RECORDED and not set(run.labels) <= set(EMOTIONS)


def _choose_pair(run: Run, pairs: list[tuple[str, str]]) -> tuple[str, str]:
    _read_address(run, pairs)
    return st.selectbox(
        "Data and split",
        pairs,
        format_func=lambda pair: _describe(run, pair),
        key=DATA,
        bind="query-params",
        label_visibility="collapsed",
        width=250,
    )


def _read_address(run: Run, pairs: list[tuple[str, str]]) -> None:
    """Also take `?data=fer2013-test` and `?data=fer2013` for what the box calls "fer2013 PrivateTest"."""
    given = st.query_params.get(DATA, "")
    for pair in pairs:
        if given and given in ("-".join(pair), pair[0]) and given != _describe(run, pair):
            links.open_as(DATA, pair)
            return
    if given and DATA not in st.session_state and given not in [_describe(run, pair) for pair in pairs]:
        st.toast(f"There is no {frame.plain(given)} to evaluate on here; this is another.", icon=":material/link_off:")


def _describe(run: Run, pair: tuple[str, str]) -> str:
    if pair == own_photos.PAIR:
        return "Your photos"
    dataset, split = pair
    report = _any_report(run, pair)
    return f"{dataset} {split_name(report) if report else split}"


def _any_report(run: Run, pair: tuple[str, str]) -> Report | None:
    try:
        return cached_report(run, *pair, False) or cached_report(run, *pair, True)
    except FerError:
        return None
