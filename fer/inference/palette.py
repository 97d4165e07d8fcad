"""The colours of emotions and of models, the same everywhere."""

from collections.abc import Sequence
from itertools import cycle

# Okabe & Ito's palette (https://jfly.uni-koeln.de/color/), which colour-blind people can tell apart, on light and dark
COLORS = {
    "angry": "#D55E00",
    "disgust": "#009E73",
    "fear": "#CC79A7",
    "happy": "#E69F00",
    "sad": "#0072B2",
    "surprise": "#56B4E9",
    "neutral": "#8C8C8C",
}
GREY = "#8C8C8C"  # marks that are no emotion and no model; seen on light and on dark
MODELS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")  # of the same palette, one a model
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")  # tell models apart without colours


def colors_of(labels: Sequence[str]) -> list[str]:
    """A colour for each class of a model, the same in every figure: an emotion's own, and for others in turn those that
    the emotions among them leave free; of more than six others some share one."""
    free = [color for color in MODELS if color not in {COLORS.get(label) for label in labels}] or MODELS
    others = [label for label in labels if label not in COLORS]
    turns = dict(zip(others, cycle(free), strict=False))
    return [COLORS.get(label) or turns[label] for label in labels]


def color_map(labels: Sequence[str]) -> dict[str, str]:
    """`colors_of` by label."""
    return dict(zip(labels, colors_of(labels), strict=True))


def lines_of(labels: Sequence[str]) -> list[dict[str, str]]:
    """A line for each class: its colour, and a dash of its own where classes share one."""
    colors = colors_of(labels)
    return [{"color": color, "dash": DASHES[colors[:i].count(color)]} for i, color in enumerate(colors)]
