"""Facial emotion recognition: `EmotionReader` reads photos, `read_video` and `annotate_video` films."""

from importlib import import_module

_HOMES = {
    "EmotionReader": "fer.inference.reader",
    "read_video": "fer.video.annotate",
    "annotate_video": "fer.video.annotate",
}


def __getattr__(name: str):
    """What is asked for is imported only then, so that importing `fer` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'fer' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
