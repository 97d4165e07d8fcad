"""Figures of reports: published results, confusion matrix, precision-recall and ROC curves."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.colors import hex_to_rgb

from fer.charts import as_text, layout
from fer.evaluation import metrics, tables
from fer.evaluation.numbers import interval
from fer.evaluation.references import REFERENCES, about_lines, short_name
from fer.evaluation.report import Report
from fer.evaluation.sentences import confusion_sentence
from fer.inference.palette import DASHES, GREY, MODELS, lines_of

POINTS = 400  # drawn per curve, more than a screen resolves; areas use all points
STRENGTHS = {"recall": 1.0, "precision": 0.65, "f1": 0.35}  # of one hue, because colours mean classes elsewhere
BRIGHTNESS = 0.6  # cells are coloured by value ** BRIGHTNESS, so that small confusions are visible next to the diagonal


def reference_strip(report: Report) -> go.Figure:
    """The report's accuracy, official and leak-free, with intervals, next to published results on the same split."""
    figure = go.Figure()
    for reference in REFERENCES:
        figure.add_scatter(
            x=[reference.accuracy],
            y=[reference.name],
            error_x={"type": "constant", "value": reference.spread, "visible": bool(reference.spread), "color": GREY},
            mode="markers",
            marker={"color": GREY, "size": 11, "symbol": "diamond" if reference.comparable else "diamond-open"},
            hovertemplate=f"{reference.name}: %{{x:.1%}}<br>{reference.note}<extra></extra>",
        )
    marks = {"official": (report, MODELS[0])}
    if 0 < report.leaked.sum() < len(report):
        marks = {"leak-free": (report.leak_free, MODELS[1]), **marks}
    for name, (part, color) in marks.items():
        low, high = part.interval
        figure.add_scatter(
            x=[part.accuracy],
            y=[f"{report.model}, {name}"],
            error_x={"array": [high - part.accuracy], "arrayminus": [part.accuracy - low], "color": color},
            mode="markers",
            marker={"color": color, "size": 13},
            hovertemplate=f"%{{y}}: %{{x:.1%}}, {interval(low, high)}, n = {len(part):,}<extra></extra>",
        )
    layout(figure, "Accuracy on PrivateTest", about_lines([report]), height=400)
    ranked = sorted(REFERENCES, key=lambda reference: reference.accuracy)
    names = [*(reference.name for reference in ranked), *(f"{report.model}, {name}" for name in marks)]
    figure.update_yaxes(categoryorder="array", categoryarray=names)
    figure.update_xaxes(tickformat=".0%")
    return figure.update_layout(showlegend=False)


def confusion_matrix(report: Report, normalisation: str = "counts") -> go.Figure:
    """The confusion matrix.

    Args:
        normalisation: one of metrics.NORMALISATIONS: counts, shares of each true class, or of each predicted class.
    """
    counts, classes = report.confusion, range(len(report.labels))
    values, names = metrics.normalised(counts, normalisation), [as_text(label) for label in report.labels]
    written = "{}" if normalisation == "counts" else "{:.0%}"
    cells = go.Heatmap(
        x=names,
        y=names,
        z=(values / max(values.max(), 1e-12)) ** BRIGHTNESS,
        text=[[written.format(value) for value in row] for row in values.tolist()],
        texttemplate="%{text}",
        customdata=[[as_text(confusion_sentence(report, i, j)) for j in classes] for i in classes],
        hovertemplate="%{customdata}<extra></extra>",
        colorscale="Blues",
        showscale=False,
        xgap=1,
        ygap=1,
    )
    titles = {"counts": "counts", "rows": "% of true class", "columns": "% of predicted class"}
    figure = layout(go.Figure(cells), f"Confusion matrix, {titles[normalisation]}", about_lines([report]), height=560)
    figure.update_xaxes(title="predicted", type="category", ticklabeloverflow="allow", showgrid=False)
    return figure.update_yaxes(title="true", type="category", autorange="reversed", showgrid=False)


def class_bars(report: Report) -> go.Figure:
    """Recall, precision and F1 of every class as paired bars with 95% intervals; none where undefined."""
    table, figure = tables.classes(report), go.Figure()
    red, green, blue = hex_to_rgb(MODELS[0])
    for name, strength in STRENGTHS.items():
        title, value = "F1" if name == "f1" else name.capitalize(), table[name]
        low, high = table[f"{name} low"], table[f"{name} high"]
        figure.add_bar(
            x=[as_text(label) for label in report.labels],
            y=value,
            name=title,
            marker={
                "color": f"rgba({red}, {green}, {blue}, {strength})",
                "line": {"color": MODELS[0], "width": 1.5},  # pale bars are faint on dark
            },
            error_y={"array": high - value, "arrayminus": value - low, "thickness": 1.5, "width": 3, "color": "black"},
            customdata=np.stack([low, high, table["support"]], axis=1),
            hovertemplate=(
                f"%{{x}}, {title}: %{{y:.1%}}<br>95% interval %{{customdata[0]:.1%}} to %{{customdata[1]:.1%}}, "
                "%{customdata[2]:,} images<extra></extra>"
            ),
        )
    about, images = about_lines([report])
    layout(figure, "Recall, precision and F1 by class", (about, f"{images}, 95% intervals"), height=420)
    figure.update_xaxes(type="category")
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%")
    return figure.update_layout(barmode="group", bargap=0.25)


def precision_recall_curves(reports: Sequence[Report], label: str | None = None) -> go.Figure:
    """Precision over recall: all classes of one report, or one class of several reports."""
    figure = go.Figure()
    for series in _series(reports, label):
        precision, recall = metrics.precision_recall(*series["ranking"])
        area = metrics.average_precision(*series["ranking"])
        _add_curve(
            figure, series, recall, precision, f"average precision {area:.3f}", "recall %{x:.1%}, precision %{y:.1%}"
        )
    return _finish_curves(figure, reports, label, "Precision and recall", "recall", "precision")


def roc_curves(reports: Sequence[Report], label: str | None = None) -> go.Figure:
    """True positive rate over false positive rate: all classes of one report, or one class of several reports."""
    figure = go.Figure()
    for series in _series(reports, label):
        false, true = metrics.roc(*series["ranking"])
        area = metrics.roc_area(*series["ranking"])
        _add_curve(figure, series, false, true, f"area {area:.3f}", "false positives %{x:.1%}, true positives %{y:.1%}")
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": GREY, "dash": "dot"}, name="chance", hoverinfo="skip"
    )
    return _finish_curves(figure, reports, label, "ROC", "false positive rate", "true positive rate")


def _series(reports: Sequence[Report], label: str | None) -> list[dict]:
    """Name, line and (truth, scores) of each curve; classes that cannot be ranked are omitted."""
    if label is None:
        report = reports[0]
        named = [(name, report, line) for name, line in zip(report.labels, lines_of(report.labels), strict=True)]
    else:
        lines = [{"color": color, "dash": dash} for color, dash in zip(MODELS, DASHES, strict=True)]
        named = [(short_name(report), report, lines[i % len(lines)]) for i, report in enumerate(reports)]
    found = []
    for name, report, line in named:
        index = report.labels.index(label or name)
        positive = report.targets == index
        if 0 < positive.sum() < len(positive):
            found.append({"name": name, "line": line, "ranking": (positive, report.probabilities[:, index])})
    return found


def _add_curve(figure: go.Figure, series: dict, x, y, area: str, hover: str) -> None:
    drawn = np.unique(np.linspace(0, len(x) - 1, POINTS).round().astype(int))
    x, y = x[drawn], y[drawn]
    name = f"{as_text(series['name'])}: {area}"
    template = f"{name}<br>{hover}<extra></extra>"
    figure.add_scatter(x=x, y=y, mode="lines", name=name, line=series["line"], hovertemplate=template)


def _finish_curves(figure, reports: Sequence[Report], label: str | None, title: str, x: str, y: str) -> go.Figure:
    what = f"{title}: {label}" if label else f"{title} by class"
    layout(figure, what, about_lines(reports), height=560)
    if not any(trace.name != "chance" for trace in figure.data):
        text = "No curve: this needs images of the class and of other classes."
        figure.add_annotation(text=text, showarrow=False, x=0.5, y=0.5, xref="paper", yref="paper")
    figure.update_xaxes(title=x, range=[0, 1.03], dtick=0.2, tickformat=".0%")
    figure.update_yaxes(title=y, range=[0, 1.03], dtick=0.2, tickformat=".0%")
    return figure
