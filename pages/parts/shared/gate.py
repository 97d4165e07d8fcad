"""The one gate before everything that costs or changes something on the server.

What a page hides is a courtesy; what counts is that each action asks for its right itself, when it happens. They are
in actions.py, and Tune's in pages/parts/tune/actions.py; tests/pages/test_actions.py finds those that a page would call
past the gate.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

from pages.parts.shared import access, disk

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Action:
    """What an action needs.

    Attributes:
        right: one of settings.RIGHTS.
        stores: whether it needs disk space.
    """

    right: str
    stores: bool
    do: Callable


ACTIONS: dict[str, Action] = {}


def needs(right: str, *, stores: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Register an action, and refuse it to visitors without the right, or once the disk budget is used up."""

    def gated(action: Callable[P, R]) -> Callable[P, R]:
        @wraps(action)
        def do(*args: P.args, **options: P.kwargs) -> R:
            access.require(right)
            if stores:
                disk.require()
            return action(*args, **options)

        ACTIONS[action.__name__] = Action(right, stores, do)
        return do

    return gated
