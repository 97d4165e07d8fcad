"""What the curves of a training say, in sentences."""

from collections.abc import Sequence

from fer.runs.history import never_predicted, overfits_since
from fer.runs.state import Epoch

EARLY = 2  # epochs in which a network may still answer one class alone


def remarks(history: Sequence[Epoch], labels: Sequence[str], *, is_over: bool) -> list[str]:
    """Sentences about overfitting and about classes that are never predicted; unescaped.

    Args:
        is_over: whether the training has ended.
    """
    found, parted = [], overfits_since(history)
    if parted is not None:
        advice = "More augmentation or fewer epochs would help." if is_over else "The best epoch's weights are kept."
        found.append(
            f"Overfitting since epoch {parted + 1}: the training loss keeps falling while the validation loss rises. "
            + advice
        )
    if len(history) > EARLY and (never := never_predicted(history[-1], labels)):
        names = never[0] if len(never) == 1 else f"{', '.join(never[:-1])} and {never[-1]}"
        advice = "Class weights or more images would help." if is_over else "This often changes in later epochs."
        found.append(f"Never predicted in epoch {len(history)}: {names}. {advice}")
    return found
