"""What one asks first: how accurate is the model, how sure is that, and how good are others on the same images."""

from pathlib import Path

import jinja2
import streamlit as st

from fer.charts import strip
from fer.evaluation import references, sentences
from fer.evaluation.numbers import interval, written
from fer.evaluation.report import Report
from pages.parts.evaluate.chosen import Chosen
from pages.parts.shared import frame
from pages.parts.shared.report_tables import headline

HERO = jinja2.Template((Path(__file__).parent / "hero.html").read_text(encoding="utf-8"), autoescape=True)


def show(chosen: Chosen) -> None:
    """Accuracy with its interval, leak-free beside it, and the published results if they are on the same images."""
    report = chosen.report
    comparable = references.is_comparable(report)
    own, published = st.columns([5, 6], vertical_alignment="center") if comparable else (st.container(), None)
    with own:
        st.html(_figures(report))
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.caption(_about(report), width="content")
            figures = st.popover("All metrics", type="tertiary", key="evaluate-figures", on_change="rerun")
            if figures.open:  # half a second of bootstrap
                with figures:
                    headline(report)
            if comparable:
                with st.popover("Sources", type="tertiary", key="evaluate-sources"):
                    _sources()
    if published:
        with published, st.container(key="evaluate-published"):  # app.css leaves both out on phones
            st.caption("Accuracy on FER2013's PrivateTest. Hollow: other images or labels.")
            st.html(strip.published(report))
    if caution := sentences.caution(report):
        st.warning(caution)


def _about(report: Report) -> str:
    text = frame.plain(references.about(report))
    if references.is_comparable(report):
        return text
    return f"{text}. Published results are on FER2013's PrivateTest, so they are not shown beside these images."


def _figures(report: Report) -> str:
    figures = [{"name": f"accuracy, n = {len(report):,}", "report": report, "why": ""}]
    left_out = int(report.leaked.sum())
    if 0 < left_out < len(report):
        why = f"Without the {left_out:,} images that have an exact copy in the training split"
        figures.append({"name": f"leak-free, n = {len(report.leak_free):,}", "report": report.leak_free, "why": why})
    return HERO.render(figures=figures, one_in=sentences.one_in(report), written=written, interval=interval)


def _sources() -> None:
    for mark in references.REFERENCES:
        st.markdown(f"- **{mark.name}**, {mark.accuracy:.1%}: {mark.note}. {mark.source}")
    st.caption(
        "Hollow marks are on other images or labels, for orientation only. Results on other splits, re-split data "
        "or fewer classes are left out."
    )
