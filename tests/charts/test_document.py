"""The HTML report is self-contained, complete, and escapes every name."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest
from helpers.made_reports import CASES, make

from fer.charts import document
from fer.data.labels import EMOTIONS
from fer.evaluation import references, sentences, stored, tables
from fer.evaluation.headline import headline
from fer.evaluation.numbers import with_interval
from fer.evaluation.report import Report
from fer.runs.run import Run
from fer.runs.store import RunStore


class Read(HTMLParser):
    """The tags of a document with their attributes, and its text without scripts and styles."""

    def __init__(self, html: str):
        super().__init__()
        self.tags, self.words, self.styles, self.scripts = [], [], [], []
        self._into = self.words
        self.feed(html)
        self.text = re.sub(r"\s+", " ", " ".join(self.words))

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self._into = {"script": self.scripts, "style": self.styles}.get(tag, self.words)

    def handle_endtag(self, tag):
        self._into = self.words

    def handle_data(self, data):
        self._into.append(data)

    def count(self, *names: str) -> int:
        return sum(tag in names for tag, _ in self.tags)


def read(run: Run, report: Report) -> Read:
    return Read(document.render(run, report))


@pytest.fixture(scope="module")
def run() -> Run:
    return RunStore()["vgg_small"]


@pytest.fixture(scope="module")
def report(run) -> Report:
    found = stored.report(run, "fer2013", "test")
    assert found
    return found


@pytest.fixture(scope="module")
def page(run, report) -> Read:
    return read(run, report)


def test_the_document_loads_nothing_external(page):
    attributes = {name for _, given in page.tags for name in given}
    assert not attributes & {"src", "href", "srcset", "data", "action"} and not page.count("link", "iframe", "img")
    assert not any("url(" in style or "@import" in style for style in page.styles)
    assert len("".join(page.scripts)) > 1_000_000, "Plotly is embedded"


def test_the_document_starts_with_the_model_and_the_data(page, report):
    assert page.text.strip().startswith("vgg_small on fer2013 PrivateTest")
    assert references.about(report) in page.text and "n = 3,589" in page.text


def test_the_document_has_every_headline_metric_with_its_interval(page, report):
    found = headline(report)
    assert len(found) == 6
    for figure in found:
        value = with_interval(figure.value, figure.low, figure.high, figure.kind)
        assert f"{figure.name} {value} {figure.why}" in page.text


def test_the_document_has_the_metrics_of_every_emotion(page, report):
    for row in tables.classes(report).to_dict("records"):
        assert f"{row['class']} {row['support']} {100 * row['precision']:.1f}% (" in page.text
        assert f"{row['average precision']:.3f} {row['ROC area']:.3f}" in page.text


def test_the_document_has_confusions_calibration_coverage_and_mistakes(page, run, report):
    for sentence in (
        *sentences.worst_confusions(report),
        sentences.calibration_sentence(run, report),
        sentences.coverage_sentence(report, document.THRESHOLD),
    ):
        assert sentence in page.text
    surest = tables.mistakes(report)[0]
    assert f"{report.rows[surest]} {EMOTIONS[report.targets[surest]]}" in page.text


def test_the_document_states_its_provenance(page, run, report):
    assert report.fingerprint in page.text and "1,176,359 parameters" in page.text
    assert '"learning_rate": 0.02' in page.text and run.card.versions["keras"] in page.text
    assert all(reference.source in page.text for reference in references.REFERENCES)


def test_all_eight_figures_are_drawn(page):
    assert page.count("figure") == 8
    assert sum("Plotly.newPlot(" in script and len(script) < 1_000_000 for script in page.scripts) == 8


def test_only_results_on_privatetest_are_shown_with_published_ones(run):
    report = stored.report(run, "fer2013", "val")
    assert report
    page = read(run, report)
    assert page.count("figure") == 7 and "Kaggle winner" not in page.text and "PublicTest" in page.text


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"split": "val"}, "epochs and recipe were chosen on the validation split"),
        ({"split": "train"}, "was trained on these images"),
        ({"split": "all"}, "was trained on these images"),
        ({"split": "test"}, ""),
        ({"split": "val", "dataset": "other"}, ""),
    ],
)
def test_a_split_with_optimistic_results_gives_a_warning(changes, warning, run):
    page = read(run, make([0, 1, 2], [0, 1, 1], **({"dataset": "fer2013"} | changes)))
    assert page.count("strong") == bool(warning) and warning in page.text


EVIL = ["<b>", "</script><img src=x onerror=alert(1)>", '"><a href="https://example.com">', "{{ 7 * 7 }}"]


@pytest.mark.parametrize("name", EVIL)
@pytest.mark.parametrize("field", ["model", "dataset"])
def test_names_are_escaped(field, name, run):
    page = read(run, make([0, 1, 2], [0, 1, 1], **{field: name}))
    assert name in page.text and not page.count("b", "img", "a") and page.count("figure") == 7


@pytest.mark.parametrize("name", ["a class never occurs", "one image, wrong", "all correct", "all leaked"])
def test_a_report_on_a_users_few_photos_makes_a_document(name, run):
    report = CASES[name].part(np.arange(min(12, len(CASES[name]))))
    changed = make(report.targets, report.predictions, dataset="mine", split="all")
    page = read(run, changed)
    assert page.text.strip().startswith("m on mine m on mine") and f"m on mine, n = {len(report)}," in page.text
    assert "nan" not in page.text and page.count("strong") == 0 and "PrivateTest" not in page.text
    assert all(label in page.text for label in EMOTIONS)


def test_a_report_on_only_leaked_images_makes_a_document(run):
    counts = references.OFFICIAL_SPLITS["PrivateTest"]
    page = read(run, make(np.repeat(range(7), counts), leaked=range(3589), dataset="fer2013"))
    assert page.count("figure") == 8 and "leak-free" not in page.text
