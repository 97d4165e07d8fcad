"""Readings that a visitor's browser sends, checked, because they come from outside."""

from collections.abc import Mapping

import numpy as np

from fer.video.live import KEPT
from fer.video.observations import Reading

FIXED = 7  # values before the probabilities: time, model, number of the face, and its box
MOST_ROWS = 20_000  # in one message; the page sends at most 2,000
LARGEST = 1e7  # seconds, pixels or faces: beyond any session


class SentReadings:
    """The readings of one live session in a browser.

    Attributes:
        session: the browser's name for it; another one starts anew.
        readings: oldest first; at most the last KEPT.
        received: how many rows have come, readable or not.
    """

    def __init__(self):
        self.session, self.received = "", 0
        self.readings: list[Reading] = []

    def take(self, message: object, labels: Mapping[str, tuple[str, ...]]) -> None:
        """Add what a message has beyond what is known. Rows that make no sense are left out.

        Args:
            message: {"session": str, "from": number of the first row, "rows": [[time, model, number, x1, y1, x2, y2,
                ...probabilities], ...]}; sent again until it is acknowledged.
            labels: of every model that the page has used.
        """
        if not isinstance(message, dict):
            return
        session, start, rows = (message.get(name) for name in ("session", "from", "rows"))
        if not isinstance(session, str) or not isinstance(start, int) or not isinstance(rows, list):
            return
        if start < 0 or len(rows) > MOST_ROWS:
            return
        if session != self.session:
            self.session, self.received, self.readings = session, start, []  # a restarted server gets the rest
        if start > self.received:
            return
        new = rows[self.received - start :]
        self.received += len(new)
        self.readings += [reading for row in new if (reading := _reading(row, labels))]
        del self.readings[:-KEPT]


def _reading(row: object, labels: Mapping[str, tuple[str, ...]]) -> Reading | None:
    if not isinstance(row, list) or len(row) < FIXED or not isinstance(row[1], str):
        return None
    names, numbers = labels.get(row[1]), [row[0], *row[2:]]
    if names is None or len(row) != FIXED + len(names) or not all(_is_number(value) for value in numbers):
        return None
    box = int(row[3]), int(row[4]), int(row[5]), int(row[6])
    return Reading(float(row[0]), int(row[2]), box, names, np.array(row[FIXED:], np.float32), row[1])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) < LARGEST
