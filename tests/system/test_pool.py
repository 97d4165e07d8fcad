"""A pool under threads, errors and its limit."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from fer.system.pool import Pool


def test_one_thread_uses_the_same_member_again():
    made = iter(range(9))
    pool = Pool(lambda: next(made), 4)
    for _ in range(3):
        with pool.lend() as member:
            assert member == 0


def test_threads_never_share_a_member_and_there_are_no_more_than_the_limit():
    made, lent, all_in = [], set(), threading.Barrier(3, timeout=30)

    def make() -> object:
        made.append(object())
        return made[-1]

    def use(_) -> None:
        with pool.lend() as member:
            assert member not in lent
            lent.add(member)
            all_in.wait()  # passes only if three are lent at the same time
            lent.remove(member)

    pool = Pool(make, 3)
    with ThreadPoolExecutor(12) as threads:
        list(threads.map(use, range(60)))
    assert len(made) == 3


def test_a_member_whose_use_fails_is_replaced_and_its_place_is_free_again():
    made = iter(range(9))
    pool = Pool(lambda: next(made), 1)
    with pytest.raises(ValueError, match="bad"), pool.lend():
        raise ValueError("bad")
    with pool.lend() as member:
        assert member == 1


def test_a_member_that_cannot_be_made_takes_no_place():
    outcomes = iter([MemoryError, None])

    def make() -> str:
        if error := next(outcomes):
            raise error
        return "made"

    pool = Pool(make, 1)
    with pytest.raises(MemoryError), pool.lend():
        pass
    with pool.lend() as member:
        assert member == "made"
