"""Making a supply 供数: the row of intent, the file or table, then the row of the supply with its receipt.

Decides the order, that nothing is handed over once the grant has ended or a stop closes it, and that who dies
in between leaves nothing behind that anybody was given. The intent is :mod:`space.supply.intents`'s, the
receipt :mod:`space.supply.handing_over`'s.

Source: 政务数据共享条例 Arts 20–23; architecture, what must never be.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from sqlalchemy import Engine

from catalog.home import Home
from catalog.keys import Keys
from catalog.lake.kept import kept_of
from catalog.store import reading, writing
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space import store
from space.calls import metering
from space.calls.watching import CallEnded, over
from space.engines.streaming import streamed
from space.errors import Refused
from space.granting.pins import pin
from space.identity.tokens import Caller
from space.supply import files, mark
from space.supply.ending import draft_of, file_of
from space.supply.handing_over import hand_over
from space.supply.intents import (
    Asked,
    Intent,
    Made,
    Write,
    held_by,
    intend,
    lose,
    objection_to,
)
from space.supply.permitted import Suppliable, prepare
from space.supply.supplies import Supply

# How often what a supply rests on is looked at while it is made, in seconds.
_LOOKS_S = 0.1


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes supplies, wired once.

    Attributes:
        engine: of the store.
        home: of the installation.
        keys: sign receipts, and key the mark.
        clock: gives the aware instant now.
    """

    engine: Engine
    home: Home
    keys: Keys
    clock: Callable[[], datetime]

    def file(self, who: Caller, asked: Asked) -> Supply | Deny:
        """Make a supply as a file, or give the one that was made before.

        Args:
            who: the holder of the grant.
            asked: what is asked for; of a file.
        """
        return self.make(who, asked, self._write_file)

    def make(
        self,
        who: Caller,
        asked: Asked,
        write: Write,
        *,
        place: str = "",
        exchange_id: str | None = None,
        undo: Callable[[Intent], None] | None = None,
    ) -> Supply | Deny:
        """Make a supply by a writer of its rows, or give the one that was made before.

        Args:
            who: the holder of the grant.
            asked: what is asked for.
            write: writes the rows.
            place: of a table: exchange database and name; part of what makes two supplies the same.
            exchange_id: of the exchange database.
            undo: takes back what was written where it may not be handed over after all.
        """
        ready = self._prepare(who, asked, place)
        if isinstance(ready, Suppliable) and ready.unpinned:
            with writing(self.engine) as connection:
                pin(connection, asked.grant_id, ready.period, ready.unpinned, self.clock())
            ready = self._prepare(who, asked, place)
        if isinstance(ready, Deny):
            return self._refuse(who, asked, ready)
        intent = intend(self.engine, ready, asked, exchange_id, self.clock())
        if not isinstance(intent, Intent):
            return self._refuse(who, asked, intent) if isinstance(intent, Deny) else intent
        try:
            return self._write(intent, write)
        except (CallEnded, Refused) as error:
            if undo is not None:
                undo(intent)
            lose(self.engine, self.home, intent, self.clock())
            decision = Deny((error.reason,)) if isinstance(error, CallEnded) else error.decision
            return self._refuse(who, asked, decision)
        except BaseException:
            # Whatever went wrong, nobody was given it; the failure goes on as it was.
            lose(self.engine, self.home, intent, self.clock())
            raise

    def _prepare(self, who: Caller, asked: Asked, place: str) -> Suppliable | Deny:
        with reading(self.engine) as connection:
            return prepare(
                connection,
                self.home,
                who,
                asked.grant_id,
                asked.dataset,
                asked.form,
                self.clock(),
                place=place,
            )

    def _write(self, intent: Intent, write: Write) -> Supply:
        key = mark.key_of(self.keys.pseudonym, intent.id)
        with streamed(intent.ready.sql, intent.ready.files) as (schema, batches):
            made = write(intent, schema, self._watched(intent.ready, mark.marked(batches, key)))
        with writing(self.engine) as connection:
            now = self.clock()  # read inside: nothing that ended before bears an earlier instant
            in_the_way = objection_to(connection, intent.ready, local_date(now))
            if in_the_way is not None:
                raise Refused(Deny((in_the_way,)))
            return hand_over(connection, self.keys, intent, made, now)

    def _watched(self, ready: Suppliable, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The batches for as long as what they rest on holds, and no more rows than the terms let out."""
        held = held_by(ready)
        looked, rows = 0.0, 0
        for batch in batches:
            if time.monotonic() - looked > _LOOKS_S:
                with reading(self.engine) as connection:
                    ended = over(connection, held, local_date(self.clock()))
                if ended is not None:
                    raise CallEnded(ended)
                looked = time.monotonic()
            rows += batch.num_rows
            if rows > ready.most_rows:
                raise Refused(Deny((_too_many(ready.most_rows),)))
            yield batch

    def _write_file(self, intent: Intent, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Made:
        ready = intent.ready
        name = file_of(ready.grant.id, intent.id, ready.form.value)
        # Written here first, for nobody else to read; a sweep deletes what a process that died leaves.
        draft = draft_of(self.home, name)
        draft.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.parent.parent.chmod(0o700)
        rows = files.write(ready.form, draft, intent.label, schema, batches)
        made = Made(rows, draft.stat().st_size, files.sha256(draft))
        kept_of(self.home).take(draft, name)
        return made

    def _refuse(self, who: Caller, asked: Asked, decision: Deny) -> Deny:
        """Meter a refusal, as every call of a known caller is."""
        with writing(self.engine) as connection:
            row = store.grant_row(connection, asked.grant_id)
            mine = row is not None and row.grantee == who.organisation
            refused = metering.Use(
                organisation=who.organisation,
                outcome="refused",
                grant_id=asked.grant_id if mine else None,
                reason=decision.reasons[0].code,
                product="supply",
            )
            metering.meter(connection, refused, self.clock())
        return decision


def _too_many(most: int) -> Reason:
    return Reason(
        "supply.rows",
        "the release has more rows than the terms let out at once",
        "max_rows",
        f"the terms allow {most}; ask for terms with a narrower row filter, or more rows",
    )
