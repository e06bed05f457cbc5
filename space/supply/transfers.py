"""Downloads of supplies 下载: in ranges, so that a broken one is taken up again, and every byte is metered.

Decides that what a supply rests on is looked at before every chunk, so that no byte is handed over
after the commit that ends it, that a file which is not what was made is never handed over whole nor in parts,
and that the bytes handed over stand in a usage row however the download ends: whole, broken by the receiver,
stopped, or left by a process that died (:func:`lose_abandoned`).
Bytes count as handed over when they are given to the network, whether or not they arrive.

Source: RFC 9110, section 14 (range requests); 发改价格〔2025〕65号 (data call volume).
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Connection, Engine, insert, select, update

from catalog.lake.kept import KeptFiles, require
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.supplies import supplies, supply_transfers
from policies.clocks import local_date
from policies.decision import Reason
from policies.rulebook import rule
from space.calls import metering
from space.supply.ending import file_of
from space.supply.links import closed
from space.supply.supplies import Supply

State = Literal["whole", "broken", "stopped", "lost"]

# How often the bytes of a download under way are written down, in seconds.
_NOTED_S: Final = 1.0
# Pieces of a file that is looked through between two looks at what the supply rests on.
_PIECES: Final = 64
# Files that were looked through: their digest, and when they were put.
_REMEMBERED: Final = 1000
_intact: dict[str, tuple[str, float]] = {}
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of a file, both ends included; an empty file has none."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many."""
        return self.last - self.first + 1


def span(asked: str | None, size: int) -> Span | None:
    """The bytes a ``Range`` header asks for; None where no byte of the file is among them.

    A header of several ranges, or one that cannot be read, asks for the whole file.

    >>> span("bytes=10-", 100), span("bytes=-5", 100), span(None, 100).size, span("bytes=100-", 100)
    (Span(first=10, last=99), Span(first=95, last=99), 100, None)
    """
    whole = Span(0, size - 1)
    found = _RANGE.fullmatch(asked.replace(" ", "")) if asked else None
    if found is None or not (found[1] or found[2]):
        return whole
    if not found[1]:
        return Span(max(0, size - int(found[2])), size - 1) if int(found[2]) else None
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if first > last:
        return None if first >= size else whole
    return Span(first, last)


@dataclass(slots=True)
class Transfer:
    """One download under way.

    Attributes:
        engine: of the store.
        clock: gives the aware instant now.
        supply: what is handed over.
        files: where its file is kept.
        part: the bytes of it that are handed over.
        link_id: the address it is fetched by; None on this machine.
    """

    engine: Engine
    clock: Callable[[], datetime]
    supply: Supply
    files: KeptFiles
    part: Span
    link_id: str | None
    id: str = ""
    sent: int = 0
    stopped: Reason | None = None
    _noted: float = 0.0
    _whole: bool = False
    _over: bool = False

    def begin(self) -> None:
        """Write down that it begins."""
        self.id, now = new_id("trf"), self.clock()
        with writing(self.engine) as connection:
            connection.execute(
                insert(supply_transfers).values(
                    id=self.id,
                    supply_id=self.supply.id,
                    link_id=self.link_id,
                    first_byte=self.part.first,
                    last_byte=self.part.last,
                    sent_bytes=0,
                    state="open",
                    began_at=now,
                    seen_at=now,
                )
            )
        self._noted = time.monotonic()

    def chunks(self) -> Iterator[bytes]:
        """The bytes, for as long as what the supply rests on holds; :meth:`end` comes after."""
        name = file_of(self.supply.grant_id, self.supply.id, self.supply.form)
        told, whole = hashlib.sha256(), self.part.size == int(self.supply.size_bytes or 0)
        if not whole and not self._looked_through(name):
            return
        for read in self.files.part(name, self.part.first, self.part.size):
            if self.look() is not None:
                return
            told.update(read)
            if whole and self.sent + len(read) == self.part.size:
                # Before the last bytes leave: a file that was changed arrives broken, and never whole.
                require(name, str(self.supply.sha256), told.hexdigest())
            # Counted before it leaves: what the receiver may have must not be less than what is stated.
            self.sent += len(read)
            yield read
            self._note()
        if self.sent < self.part.size:
            return
        self._whole = True

    def _looked_through(self, name: str) -> bool:
        """Hold the whole file against its digest before a part of it leaves, once as long as it stays as put.

        Returns:
            False where what the supply rests on ended meanwhile.

        Raises:
            StorageDamaged: it is not what was made.
        """
        sha256, put_at = str(self.supply.sha256), self.files.put_at(name)
        if put_at is not None and _intact.get(self.supply.id) == (sha256, put_at):
            return True
        told = hashlib.sha256()
        for count, read in enumerate(self.files.part(name, 0, int(self.supply.size_bytes or 0))):
            if count % _PIECES == 0 and self.look() is not None:
                return False
            told.update(read)
        require(name, sha256, told.hexdigest())
        while len(_intact) >= _REMEMBERED:
            _intact.pop(next(iter(_intact)), None)
        if put_at is not None:
            _intact[self.supply.id] = (sha256, put_at)
        return True

    def look(self) -> Reason | None:
        """Why nothing more may be handed over now; None where it may."""
        with reading(self.engine) as connection:
            self.stopped = closed(connection, self.supply, self.clock())
        return self.stopped

    def end(self) -> None:
        """Write down how it ended and what was handed over, with its usage row; once."""
        if self._over:
            return
        self._over = True
        state: State = "whole" if self._whole else "broken"
        state = "stopped" if self.stopped is not None else state
        with writing(self.engine) as connection:
            _settle(connection, self.id, self.supply.id, self.sent, state, self.clock())

    def _note(self) -> None:
        if time.monotonic() - self._noted < _NOTED_S:
            return
        t = supply_transfers.c
        with writing(self.engine) as connection:
            connection.execute(
                update(supply_transfers)
                .where(t.id == self.id)
                .values(sent_bytes=self.sent, seen_at=self.clock())
            )
        self._noted = time.monotonic()


def lose_abandoned(engine: Engine, now: datetime) -> int:
    """Write down the downloads of processes that died, with the bytes last noted; how many."""
    seconds = int(rule("supply", "transfer_deadline", local_date(now)).value)
    t = supply_transfers.c
    dead = select(supply_transfers).where(t.state == "open", t.seen_at < now - timedelta(seconds=seconds))
    with reading(engine) as connection:
        if connection.execute(dead.limit(1)).first() is None:
            return 0
    with writing(engine) as connection:
        rows = connection.execute(dead).all()
        for row in rows:
            _settle(connection, row.id, row.supply_id, row.sent_bytes, "lost", now)
    return len(rows)


def _settle(
    connection: Connection, transfer_id: str, supply_id: str, sent: int, state: State, now: datetime
) -> None:
    t = supply_transfers.c
    done = connection.execute(
        update(supply_transfers)
        .where(t.id == transfer_id, t.state == "open")
        .values(state=state, sent_bytes=sent, ended_at=now, seen_at=now)
    )
    if done.rowcount != 1:  # it was found dead, and only slow: what was noted then stands
        return
    s = supplies.c
    row = connection.execute(select(s.grant_id, s.receiver).where(s.id == supply_id)).one()
    use = metering.Use(
        organisation=row.receiver,
        outcome="delivered",
        grant_id=row.grant_id,
        reason=None if state == "whole" else f"download.{state}",
        product="supply",
        bytes_supplied=sent,
    )
    usage = metering.meter(connection, use, now)
    connection.execute(update(supply_transfers).where(t.id == transfer_id).values(usage_id=usage.id))
