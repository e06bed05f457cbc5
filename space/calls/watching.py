"""Watching calls that run: whatever ends or stops what a call rests on ends the call itself 即时终止.

Decides how a process learns of it: one thread a store, for as long as calls run, looks at the number of
:mod:`space.granting.changes` every ``watch`` (dated rule, ``upkeep``) and, where it has grown or a new
day has begun, at what each call rests on. A call whose grant has ended or that a stop closes is ended
at every look until it is gone. That nothing is stored of it is decided in the transaction that would
store it (:mod:`space.query.handout`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from catalog.errors import CatalogError
from catalog.stops import closed
from catalog.store import reading
from policies.clocks import local_date
from policies.decision import Reason
from policies.rulebook import rule
from space import store
from space.errors import EngineError, SpaceError
from space.granting.changes import announced

# How long the thread stays for the next call once none runs, in seconds.
_LINGERS_S: Final = 2.0
_FAILURES: Final = (CatalogError, SpaceError, SQLAlchemyError, OSError)

ENDED: Final = Reason(
    "grant.ended_meanwhile", "the grant ended while the query ran", "grant", "ask the granting body"
)

_log = logging.getLogger(__name__)


class CallEnded(EngineError):
    """The worker of a call was killed because what the call rests on has ended.

    Attributes:
        reason: what ended it.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__()
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Held:
    """What a call rests on.

    Attributes:
        grant_id: the grant it runs under.
        organisation: who is answered.
        datasets: ``schema.table`` of what is read.
    """

    grant_id: str
    organisation: str
    datasets: tuple[str, ...]

    @classmethod
    def of(cls, grant_id: str, organisation: str, datasets: Sequence[str]) -> Held:
        """The same of any sequence of datasets."""
        return cls(grant_id, organisation, tuple(datasets))


def over(connection: Connection, held: Held, day: date) -> Reason | None:
    """Why a call may not go on; None where it may."""
    row = store.grant_row(connection, held.grant_id)
    if row is None or row.state != "in_force" or not row.valid_from <= day <= row.valid_to:
        return ENDED
    return closed(connection, held.organisation, held.datasets)


@contextmanager
def watched(
    engine: Engine, held: Held, kill: Callable[[], object], clock: Callable[[], datetime]
) -> Iterator[None]:
    """Run a call that ends when what it rests on ends.

    Args:
        engine: of the store.
        held: what it rests on.
        kill: ends the call at once, from another thread; called again until the call is gone.
        clock: gives the aware instant now.

    Raises:
        CallEnded: it was ended, in place of the failure that its killing made.
    """
    pause_s = float(rule("upkeep", "watch", local_date(clock())).value) / 1000
    watch = _Watch(held, kill, clock, pause_s)
    watcher = _watcher_of(engine)
    watcher.add(watch)
    try:
        yield
    except EngineError:
        if watch.reason is None:
            raise
        raise CallEnded(watch.reason) from None
    finally:
        watcher.remove(watch)


@dataclass(slots=True, eq=False)
class _Watch:
    held: Held
    kill: Callable[[], object]
    clock: Callable[[], datetime]
    pause_s: float
    seen: tuple[int, date] | None = None
    reason: Reason | None = None


@dataclass(slots=True)
class _Watcher:
    """The calls of one process over one store, and the thread that looks after them."""

    engine: Engine
    _watches: list[_Watch] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None

    def add(self, watch: _Watch) -> None:
        with self._changed:
            self._watches.append(watch)
            if self._thread is None:
                self._thread = threading.Thread(target=self._look_after, name="ybz-watch", daemon=True)
                self._thread.start()
            self._changed.notify()

    def remove(self, watch: _Watch) -> None:
        with self._changed:
            self._watches.remove(watch)

    def _look_after(self) -> None:
        while True:
            with self._changed:
                if not self._watches and not self._changed.wait_for(lambda: self._watches, _LINGERS_S):
                    self._thread = None
                    _forget(self)
                    return
                pause_s = min(watch.pause_s for watch in self._watches)
            # Most calls are over before the first look, and cost none.
            time.sleep(pause_s)
            with self._changed:
                watches = tuple(self._watches)
            if watches:
                self._look(watches)

    def _look(self, watches: Sequence[_Watch]) -> None:
        try:
            with reading(self.engine) as connection:
                number = announced(connection)
                for watch in watches:
                    self._judge(connection, watch, number)
        except _FAILURES as error:
            # The store does not answer now; what may not be answered is refused when it does.
            _log.warning("watch: the store could not be read (%s)", type(error).__name__)
        for watch in watches:
            if watch.reason is not None:
                watch.kill()

    def _judge(self, connection: Connection, watch: _Watch, number: int) -> None:
        now = number, local_date(watch.clock())
        if watch.reason is None and watch.seen != now:
            watch.reason, watch.seen = over(connection, watch.held, now[1]), now


# By engine: a store opened anew is watched anew.
_watchers: dict[int, _Watcher] = {}
_making = threading.Lock()


def _watcher_of(engine: Engine) -> _Watcher:
    with _making:
        found = _watchers.get(id(engine))
        if found is None or found.engine is not engine:
            found = _watchers[id(engine)] = _Watcher(engine)
        return found


def _forget(watcher: _Watcher) -> None:
    """Let go of the store of a watcher that nobody needs now."""
    with _making:
        if _watchers.get(id(watcher.engine)) is watcher:
            del _watchers[id(watcher.engine)]
