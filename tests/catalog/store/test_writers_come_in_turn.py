"""Writers of one process: in the order they asked, one at a time, and nobody waits for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from catalog.errors import StoreBusy
from catalog.home import Home
from catalog.store import create_store, engine, writing
from catalog.store.tables.ledger import entries
from catalog.store.turns import Turns


def waits(turns: Turns, number: int) -> Callable[[], bool]:
    return lambda: len(turns._waiting) == number


def until(holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
        time.sleep(0.005)
    raise AssertionError("it never came to be")


def test_whoever_asked_first_is_first() -> None:
    turns, told = Turns(), list[int]()

    def one(number: int) -> None:
        with turns.turn(30):
            told.append(number)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    with turns.turn(30):
        for number, thread in enumerate(threads, 1):
            thread.start()
            until(waits(turns, number))
        assert told == []
    for thread in threads:
        thread.join()
    assert told == list(range(6))
    with turns.turn(0):
        told.append(6)
    assert told[-1] == 6


def test_who_waits_too_long_is_told_so_and_stands_in_nobodys_way() -> None:
    turns = Turns()
    with turns.turn(1):
        with pytest.raises(StoreBusy, match="nothing was done"), turns.turn(0.05):
            raise AssertionError("two had the same turn")
        assert not turns._waiting
    with turns.turn(0):
        pass


def test_who_is_interrupted_while_waiting_stands_in_nobodys_way(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            raise KeyboardInterrupt

    turns = Turns()
    with turns.turn(1):
        monkeypatch.setattr(threading, "Event", Interrupted)
        with pytest.raises(KeyboardInterrupt), turns.turn(1):
            raise AssertionError("two had the same turn")
    with turns.turn(0):
        pass


def test_a_turn_that_ends_in_an_error_is_passed_on() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.turn(1):
        raise ZeroDivisionError
    with turns.turn(0):
        pass


def test_writers_of_one_store_do_not_look_for_its_place_while_one_of_them_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = create_store(Home(tmp_path / "var"))
    assert store.dialect.name == "sqlite", "a server has a queue of its own"
    looked: list[str] = []
    begin = engine._begin_writing_sqlite

    def noted(driver: object) -> None:
        looked.append(threading.current_thread().name)
        begin(driver)

    monkeypatch.setattr(engine, "_begin_writing_sqlite", noted)

    def write() -> None:
        with writing(store) as connection:
            connection.execute(update(entries).values(title="x"))
            connection.execute(select(entries)).all()

    with writing(store):
        threads = [threading.Thread(target=write) for _ in range(3)]
        for thread in threads:
            thread.start()
        until(waits(engine._turns[store], 3))
        assert len(looked) == 1
    for thread in threads:
        thread.join()
    assert len(looked) == 4
