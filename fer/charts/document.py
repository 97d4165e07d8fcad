"""A report as one self-contained HTML document, also made for printing."""

import json
from dataclasses import asdict
from pathlib import Path

import jinja2
import plotly.graph_objects as go
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from fer.charts import calibration, reports
from fer.data.labelled_photos import LabelledFaces
from fer.evaluation import references, sentences, tables
from fer.evaluation.headline import headline
from fer.evaluation.images import Pictures
from fer.evaluation.numbers import with_interval
from fer.evaluation.report import Report
from fer.runs.run import Run

MISTAKES = 20  # listed by row number
TALLEST = 430  # pixels per figure; two fit on an A4 page
THRESHOLD = 0.6  # of the coverage sentence
PAGE = jinja2.Template((Path(__file__).parent / "document.html").read_text(encoding="utf-8"), autoescape=True)


def render(run: Run, report: Report, faces: LabelledFaces | None = None) -> str:
    """The report as HTML without external scripts, styles or images; about 5 MB, mostly Plotly.

    Args:
        faces: the user's own photos, if the report is on those.
    """
    pictures = Pictures(faces.images, faces.names) if faces else None
    comparable = references.is_comparable(report)
    temperature = run.card.correction(tta=report.tta, balance=report.balanced).temperature
    figures = {
        "strip": reports.reference_strip(report) if comparable else None,
        "confusion": reports.confusion_matrix(report),
        "shares": reports.confusion_matrix(report, "rows"),
        "columns": reports.confusion_matrix(report, "columns"),
        "precision_recall": reports.precision_recall_curves([report]),
        "roc": reports.roc_curves([report]),
        "reliability": calibration.reliability_diagram(report, temperature),
        "coverage": calibration.coverage_curves([report], THRESHOLD),
    }
    return PAGE.render(
        title=f"{report.model} on {references.data_and_split(report)}",
        about=references.about(report),
        warning=sentences.warning(run, report.dataset, report.split),
        headline=headline(report),
        with_interval=with_interval,
        caution=sentences.caution(report),
        references=references.REFERENCES if comparable else (),
        confusions=sentences.worst_confusions(report),
        classes=tables.classes(report).to_dict("records"),
        calibration=sentences.calibration_sentence(run, report),
        coverage=sentences.coverage_sentence(report, THRESHOLD),
        mistakes=tables.answers(report, tables.mistakes(report)[:MISTAKES], pictures).to_dict("records"),
        photos=sentences.photos_sentences(faces, report) if faces else [],
        failures=faces.failures if faces else (),
        provenance=_provenance(run, report),
        plotly=get_plotlyjs(),
        figures={name: _html(figure) for name, figure in figures.items()},
    )


def _html(figure: go.Figure | None) -> Markup:
    if not figure:
        return Markup("")
    figure.update_layout(template="plotly_white", height=min(figure.to_dict()["layout"]["height"], TALLEST))
    text = figure.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False})
    return Markup(f"<figure>{text}</figure>")


def _provenance(run: Run, report: Report) -> list[tuple[str, str]]:
    card = run.card
    about = [
        ("data set fingerprint (SHA-256)", report.fingerprint),
        ("network", f"{card.architecture}, {card.parameters:,} parameters"),
    ]
    if source := card.imported:
        return [*about, ("imported from", f"{source.file}, SHA-256 {source.sha256}"), ("training", "unknown")]
    if card.members:
        return [*about, ("mean of the answers of", ", ".join(member.run for member in card.members))]
    parts, teachers = (", ".join(part.run for part in sources) for sources in (card.average_of, card.teachers))
    machine = json.dumps(asdict(card.machine) if card.machine else {})
    return [
        *about,
        ("trained on", f"{card.data.name}, {card.data.train:,} images, {card.epochs} epochs"),
        ("training time", f"{card.training_seconds / 60:.0f} minutes on {machine}"),
        *([("weights averaged from", parts)] if parts else []),
        *([("teachers", teachers)] if teachers else []),
        ("versions", json.dumps(card.versions)),
        ("recipe", run.config.to_json()),
    ]
