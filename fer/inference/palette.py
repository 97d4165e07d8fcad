"""The colours of emotions and models, shared by the whole app."""

from collections.abc import Sequence
from itertools import cycle

# Okabe & Ito's palette (https://jfly.uni-koeln.de/color/), distinguishable for colour-blind people on light and dark
COLORS = {
    "angry": "#D55E00",
    "disgust": "#009E73",
    "fear": "#CC79A7",
    "happy": "#E69F00",
    "sad": "#0072B2",
    "surprise": "#56B4E9",
    "neutral": "#8C8C8C",
}
GREY = "#8C8C8C"  # for other marks; visible on light and dark
MODELS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")  # from the same palette, one per model
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")  # distinguish models without colour


def colors_of(labels: Sequence[str]) -> list[str]:
    """A colour for each class of a model, the same in every figure. Emotions have fixed colours; other classes cycle
    through the unused ones, so some share a colour if there are too many."""
    free = [color for color in MODELS if color not in {COLORS.get(label) for label in labels}] or MODELS
    others = [label for label in labels if label not in COLORS]
    turns = dict(zip(others, cycle(free), strict=False))
    return [COLORS.get(label) or turns[label] for label in labels]


def color_map(labels: Sequence[str]) -> dict[str, str]:
    """`colors_of` by label."""
    return dict(zip(labels, colors_of(labels), strict=True))


def lines_of(labels: Sequence[str]) -> list[dict[str, str]]:
    """A line style for each class: its colour, and if up to six classes share one, a distinct dash."""
    colors = colors_of(labels)
    return [{"color": color, "dash": DASHES[colors[:i].count(color) % len(DASHES)]} for i, color in enumerate(colors)]
