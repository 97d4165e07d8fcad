"""The seven emotions in FER2013's order, stated once, and the other names people give them."""

from fer.errors import unknown

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")

ALIASES = {
    "anger": "angry",
    "disgusted": "disgust",
    "fearful": "fear",
    "scared": "fear",
    "afraid": "fear",
    "happiness": "happy",
    "joy": "happy",
    "sadness": "sad",
    "surprised": "surprise",
    "calm": "neutral",
}


def emotion_index(name: str) -> int:
    """The position in EMOTIONS of a label or one of its aliases, whatever its case.

    Raises:
        FerError: for a name that is neither, with the nearest that is.
    """
    word = name.strip().lower()
    word = ALIASES.get(word, word)
    if word not in EMOTIONS:
        raise unknown("label", name.strip(), {*EMOTIONS, *ALIASES})
    return EMOTIONS.index(word)
