"""Turns: as many of one owner as run well, in the order they came, and nobody else's business."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from space.engines.workers.turns import Turns


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(6_000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to be")


@contextmanager
def _held(turns: Turns, owner: str) -> Iterator[threading.Event]:
    """Somebody has a turn, until the event is set."""
    done = threading.Event()

    def hold() -> None:
        with turns.turn(owner, 30) as mine:
            assert mine
            done.wait(30)

    before = turns.count(owner)[1]
    with ThreadPoolExecutor(1) as one:
        asked = one.submit(hold)
        _until(lambda: turns.count(owner)[1] == before + 1)
        try:
            yield done
        finally:
            done.set()
        asked.result(30)


def test_whoever_came_first_is_the_first_to_run() -> None:
    turns, ran = Turns(together=1), list[int]()

    def run(number: int) -> None:
        with turns.turn("grant", 30) as mine:
            assert mine
            ran.append(number)

    with ThreadPoolExecutor(5) as callers:
        with _held(turns, "grant"):
            asked = []
            for number in range(5):
                asked.append(callers.submit(run, number))
                _until(lambda: turns.count("grant")[0] == len(asked))
            assert ran == []
        for one in asked:
            one.result(30)
    assert ran == [0, 1, 2, 3, 4]
    assert turns.count("grant") == (0, 0)


def test_no_more_run_at_once_than_agreed() -> None:
    turns, running, most, lock = Turns(together=2), 0, 0, threading.Lock()

    def run(_: int) -> None:
        nonlocal running, most
        with turns.turn("grant", 30) as mine:
            assert mine
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.01)
            with lock:
                running -= 1

    with ThreadPoolExecutor(8) as callers:
        list(callers.map(run, range(24)))
    assert most == 2


def test_another_owner_waits_for_nobody() -> None:
    turns = Turns(together=1)
    with _held(turns, "grant"), turns.turn("another", 0) as mine:
        assert mine


def test_who_finds_no_turn_in_time_is_told_and_is_in_nobodys_way() -> None:
    turns = Turns(together=1)
    with _held(turns, "grant") as done:
        with turns.turn("grant", 0.05) as mine:
            assert not mine
        assert turns.count("grant") == (0, 1)
        done.set()
        with turns.turn("grant", 30) as mine:
            assert mine


def test_a_turn_is_given_back_where_its_call_fails() -> None:
    turns = Turns(together=1)
    for _ in range(2):
        try:
            with turns.turn("grant", 0) as mine:
                assert mine
                raise RuntimeError
        except RuntimeError:
            pass
    assert turns.count("grant") == (0, 0)


def test_at_the_end_whoever_waits_is_told_and_nobody_gets_a_turn() -> None:
    turns = Turns(together=1)

    def ask() -> bool:
        with turns.turn("grant", 30) as mine:
            return mine

    with ThreadPoolExecutor(1) as callers, _held(turns, "grant"):
        waits = callers.submit(ask)
        _until(lambda: turns.count("grant") == (1, 1))
        turns.end()
        assert waits.result(30) is False
    assert ask() is False
