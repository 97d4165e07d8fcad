"""FER2013's official splits, and published results on its PrivateTest, with sources.

Two entries are for orientation only, and are marked so. Deliberately excluded: results on PublicTest or on both test
splits together, on re-split data, or with classes dropped, and claims of 79% and more, which were never reproduced.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fer.data.labels import EMOTIONS
from fer.evaluation.report import Report
from fer.runs.card import way

IMPORTED = (
    "This model was trained elsewhere, on unknown data. If these images were part of it, the figures show how well it "
    "memorised them, not how well it generalises."
)

# images per class, which identify the splits in any file format
OFFICIAL_SPLITS = {
    "PublicTest": [467, 56, 496, 895, 653, 415, 607],
    "PrivateTest": [491, 55, 528, 879, 594, 416, 626],
}


@dataclass(frozen=True)
class Reference:
    """A known accuracy on PrivateTest.

    Attributes:
        accuracy: share of correct predictions, [0, 1].
        note: how it was obtained.
        comparable: whether it was measured on PrivateTest's images and FER2013's labels; others are drawn hollow.
        spread: half the width of the range given by the source, or 0.
    """

    name: str
    accuracy: float
    note: str
    source: str
    spread: float = 0.0
    comparable: bool = True


REFERENCES = (
    Reference(
        "Humans",
        0.65,
        "65 ± 5%, a small study by the data set's authors on other FER2013 images",
        "Goodfellow et al. 2013, https://arxiv.org/abs/1307.0414",
        spread=0.05,
        comparable=False,
    ),
    Reference(
        "PyPI fer 25.10.3",
        0.658,
        "mini_XCEPTION, 58 k parameters, measured by this project; chosen on PublicTest and PrivateTest together",
        "https://pypi.org/project/fer/",
    ),
    Reference(
        "One FER+ annotator",
        0.702,
        "one FER+ annotator against the plurality of the other nine, so on FER+ labels, not FER2013's: roughly how far "
        "people agree on these faces; measured by this project",
        "Barsoum et al. 2016, https://arxiv.org/abs/1608.01041",
        comparable=False,
    ),
    Reference(
        "Kaggle winner 2013",
        0.7116,
        "the only entry evaluated blind",
        "Tang 2013, https://arxiv.org/abs/1306.0239",
    ),
    Reference(
        "ViT-B/16",
        0.7116,
        "86 M parameters, pre-trained on ImageNet-21k",
        "https://huggingface.co/trpakov/vit-face-expression",
    ),
    Reference(
        "ResMaskingNet",
        0.7414,
        "143 M parameters, pre-trained on ImageNet, 224 pixels",
        "https://github.com/phamquiluan/ResidualMaskingNetwork",
    ),
)


def split_name(report: Report) -> str:
    """FER2013's name of the report's split, or the split's own name if it isn't an official one."""
    if sorted(report.labels) != sorted(EMOTIONS):
        return report.split
    support = report.in_order(EMOTIONS).confusion.sum(axis=1).tolist()
    return next((name for name, counts in OFFICIAL_SPLITS.items() if counts == support), report.split)


def is_comparable(report: Report) -> bool:
    """Whether published results are on the same images: FER2013's PrivateTest, with its seven labels. Any other split
    is not, also where it is called `test`."""
    return split_name(report) == "PrivateTest"


def short_name(report: Report) -> str:
    """Model and inference mode."""
    return f"{report.model}, {way(report.tta, report.balanced)}"


def data_and_split(report: Report) -> str:
    """ "fer2013 PrivateTest"; only the data set if all of it was evaluated."""
    return report.dataset if report.split == "all" else f"{report.dataset} {split_name(report)}"


def judged_on(report: Report) -> str:
    """Data set, split and number of images."""
    return f"{data_and_split(report)}, n = {len(report):,}"


def about(report: Report) -> str:
    """Model, data set, split, number of images and inference mode: the caption of every figure."""
    return ", ".join(about_lines([report]))


def about_lines(reports: Sequence[Report]) -> tuple[str, str]:
    """The same in two lines, for one model or for several on the same images."""
    first, *others = reports
    images = f"n = {len(first):,}"
    if others:
        return f"{len(reports)} models on {data_and_split(first)}", images
    return f"{first.model} on {data_and_split(first)}", f"{images}, {way(first.tta, first.balanced)}"
