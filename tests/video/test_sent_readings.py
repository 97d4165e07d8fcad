"""Readings from a browser are taken once each, and nothing else is."""

import pytest

from fer.video.sent_readings import SentReadings

LABELS = {"a": ("happy", "sad"), "b": ("awake", "asleep", "away")}


def row(time: float, model: str = "a", number: int = 1, shares=(0.75, 0.25)) -> list:
    return [time, model, number, 10, 20, 30, 40, *shares]


def message(rows: list, start: int = 0, session: str = "1") -> dict:
    return {"session": session, "from": start, "rows": rows}


def test_readings_have_the_labels_of_the_model_that_made_them():
    sent = SentReadings()
    sent.take(message([row(0.1), row(0.2, "b", 2, (0.5, 0.25, 0.25))]), LABELS)
    first, second = sent.readings
    assert (first.time, first.number, first.box, first.model, first.label) == (0.1, 1, (10, 20, 30, 40), "a", "happy")
    assert second.labels == LABELS["b"] and second.probabilities.tolist() == [0.5, 0.25, 0.25]


def test_what_is_sent_again_is_taken_once_and_a_gap_is_not_taken():
    sent = SentReadings()
    sent.take(message([row(1), row(2)]), LABELS)
    sent.take(message([row(1), row(2), row(3)]), LABELS)
    sent.take(message([row(4)], start=3), LABELS)
    sent.take(message([row(9)], start=8), LABELS)
    assert [reading.time for reading in sent.readings] == [1, 2, 3, 4] and sent.received == 4


def test_another_session_starts_anew():
    sent = SentReadings()
    sent.take(message([row(1), row(2)]), LABELS)
    sent.take(message([row(0.5)], session="2"), LABELS)
    assert [reading.time for reading in sent.readings] == [0.5] and (sent.session, sent.received) == ("2", 1)


def test_a_server_that_was_restarted_takes_the_session_from_where_the_page_is():
    sent = SentReadings()
    sent.take(message([row(5)], start=40), LABELS)
    assert [reading.time for reading in sent.readings] == [5] and sent.received == 41


@pytest.mark.parametrize(
    "bad",
    [
        None,
        [],
        [1, 2],
        row(1, model="unknown"),
        row(1, shares=(1.0,)),
        row(float("nan")),
        row(1e12),
        row(10**400),
        row(float("inf")),
        [1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, "a", 1, 2, 3, 4, 5, "0.5", 0.5],
    ],
)
def test_rows_that_make_no_sense_are_left_out_and_counted(bad):
    sent = SentReadings()
    sent.take(message([bad, row(2)]), LABELS)
    assert [reading.time for reading in sent.readings] == [2] and sent.received == 2


@pytest.mark.parametrize("bad", [None, 3, [], {}, {"session": 1, "from": 0, "rows": []}, message([], start=-1)])
def test_messages_that_make_no_sense_are_ignored(bad):
    sent = SentReadings()
    sent.take(bad, LABELS)
    assert sent.received == 0 and not sent.readings
