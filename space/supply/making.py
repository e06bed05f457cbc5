"""Making a supply 供数: the row of intent, the file or table, then the row of the supply with its receipt.

Decides that the same supply asked for again is the same file and receipt, that nothing is handed over
once the grant has ended or a stop closes it, and that who dies in between leaves nothing behind that
anybody was given. It is one call of the grant, taken with the receipt in one transaction; its bytes
count against the terms.

Source: 政务数据共享条例 Arts 20–23; architecture, what must never be.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa
from sqlalchemy import Connection, Engine, insert, select, update

from catalog.evidence import record
from catalog.home import Home
from catalog.keys import Keys
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.backflow import notices
from catalog.store.tables.supplies import supplies
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space import store
from space.calls import metering, pricing
from space.calls.budget import NOT_HELD, objection
from space.calls.watching import CallEnded, Held, over
from space.engines.streaming import streamed
from space.errors import Refused
from space.granting import counters
from space.granting.pins import pin
from space.identity.tokens import Caller
from space.supply import files, mark, receipts
from space.supply.ending import LOST, MAKING, READY, file_of, fsync, write_lasting
from space.supply.files import Form
from space.supply.label import Label
from space.supply.permitted import Suppliable, prepare
from space.supply.supplies import Supply, by_id

# How often what a supply rests on is looked at while it is made, in seconds.
_LOOKS_S = 0.1


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for.

    Attributes:
        grant_id: under which.
        dataset: ``schema.table``; the grant's only one where None.
        form: in which it is handed over.
        by: the person who asks.
    """

    grant_id: str
    dataset: str | None
    form: Form
    by: str


@dataclass(frozen=True, slots=True)
class Made:
    """What was written somewhere.

    Attributes:
        rows: how many.
        size_bytes: of the file, or of the values of the table as text.
        sha256: of the file, or over the rows of the table in order.
        place: name of the table; None of a file.
    """

    rows: int
    size_bytes: int
    sha256: str
    place: str | None = None


# Writes the rows of a supply: its id, what it is, its columns and batches, to what was written.
Write = Callable[["Intent", pa.Schema, Iterable[pa.RecordBatch]], Made]


@dataclass(frozen=True, slots=True)
class Intent:
    """A supply that is being made.

    Attributes:
        id: of the supply.
        ready: what may be supplied.
        label: what it says of itself.
    """

    id: str
    ready: Suppliable
    label: Label


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
        intent = self._intend(ready, asked, exchange_id)
        if not isinstance(intent, Intent):
            return self._refuse(who, asked, intent) if isinstance(intent, Deny) else intent
        try:
            return self._write(intent, write)
        except (CallEnded, Refused) as error:
            if undo is not None:
                undo(intent)
            self._lose(intent)
            decision = Deny((error.reason,)) if isinstance(error, CallEnded) else error.decision
            return self._refuse(who, asked, decision)
        except BaseException:
            # Whatever went wrong, nobody was given it; the failure goes on as it was.
            self._lose(intent)
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

    def _intend(self, ready: Suppliable, asked: Asked, exchange_id: str | None) -> Intent | Supply | Deny:
        """The row of intent; or the supply that is there, or why it is not made now."""
        now = self.clock()
        s, grant = supplies.c, ready.grant
        same = (
            s.grant_id == grant.id,
            s.dataset == ready.contract.name,
            s.release_id == ready.release.id,
            s.terms_digest == grant.terms_digest,
            s.statement == ready.statement,
        )
        with writing(self.engine) as connection:
            found = connection.execute(select(supplies).where(*same, s.state != LOST)).first()
            if found is not None and found.state == MAKING and now >= found.deadline_at:
                connection.execute(update(supplies).where(s.id == found.id).values(state=LOST, ended_at=now))
                found = None
            if found is not None and found.state == MAKING:
                return Deny((_MAKING,))
            if found is not None:
                return by_id(connection, found.id)
            in_the_way = _objection(connection, ready, local_date(now))
            if in_the_way is not None:
                return Deny((in_the_way,))
            made = new_id("sup")
            hours = int(rule("supply", "making_deadline", local_date(now)).value)
            body = {
                "grant": grant.id,
                "dataset": ready.contract.name,
                "release": ready.release.id,
                "form": asked.form.value,
                "by": asked.by,
            }
            evidence_id = record(connection, event="space:supply:intend", subject=made, body=body, now=now)
            connection.execute(
                insert(supplies).values(
                    id=made,
                    grant_id=grant.id,
                    receiver=ready.receiver.code,
                    dataset=ready.contract.name,
                    release_id=ready.release.id,
                    terms_digest=grant.terms_digest,
                    statement=ready.statement,
                    form=asked.form.value,
                    exchange_id=exchange_id,
                    reads=ready.sql,
                    columns=[
                        {"name": c.name, "title": c.title, "type": c.type, "masked": c.masked}
                        for c in ready.columns
                    ],
                    state=MAKING,
                    made_by=asked.by,
                    made_at=now,
                    deadline_at=now + timedelta(hours=hours),
                    evidence_id=evidence_id,
                )
            )
        return Intent(made, ready, _label(made, ready, now))

    def _write(self, intent: Intent, write: Write) -> Supply:
        key = mark.key_of(self.keys.pseudonym, intent.id)
        with streamed(intent.ready.sql, intent.ready.files) as (schema, batches):
            made = write(intent, schema, self._watched(intent.ready, mark.marked(batches, key)))
        with writing(self.engine) as connection:
            now = self.clock()  # read inside: nothing that ended before bears an earlier instant
            in_the_way = _objection(connection, intent.ready, local_date(now))
            if in_the_way is not None:
                raise Refused(Deny((in_the_way,)))
            return self._settle(connection, intent, made, now)

    def _watched(self, ready: Suppliable, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The batches for as long as what they rest on holds, and no more rows than the terms let out."""
        held = _held(ready)
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
        path = file_of(self.home, ready.grant.id, intent.id, ready.form.value)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.parent.chmod(0o700)
        draft = path.with_suffix(".part")
        rows = files.write(ready.form, draft, intent.label, schema, batches)
        fsync(draft)
        made = Made(rows, draft.stat().st_size, files.sha256(draft))
        write_lasting(path, draft)
        return made

    def _settle(self, connection: Connection, intent: Intent, made: Made, now: datetime) -> Supply:
        """Hand the supply over: quota, usage, receipt, row and notice together."""
        ready, grant = intent.ready, intent.ready.grant
        taken = store.spend(connection, grant.id, calls=1, nrho=0, day=local_date(now))
        assert taken, "the quota was looked at under the lock of the grant's row"
        counters.take_calls(connection, grant.id, grant.terms, now)
        size = counters.Size(made.rows, len(ready.columns), made.size_bytes)
        counters.take_volume(connection, grant.id, grant.terms, size, now)
        measure = pricing.Measure("supply")
        priced = pricing.price(connection, grant.id, grant.terms, measure, fresh=True, now=now)
        use = metering.Use(
            organisation=ready.receiver.code,
            outcome="answered",
            grant_id=grant.id,
            calls=1,
            price_fen=priced.charge.fen,
            query=grant.salted(ready.statement),
            product="supply",
            month_place=priced.place,
            month_before=priced.before,
        )
        metered = metering.meter(connection, use, now)
        receipt = receipts.delivered(intent, made, priced, metered, now)
        connection.execute(
            update(supplies)
            .where(supplies.c.id == intent.id)
            .values(
                state=READY,
                ready_at=now,
                rows=made.rows,
                size_bytes=made.size_bytes,
                sha256=made.sha256,
                place=made.place,
                usage_id=metered.id,
                receipt_id=receipt["id"],
                receipt=receipts.sign(connection, self.keys, receipt, now),
                keep_until=_keep_until(ready, now),
            )
        )
        connection.execute(
            insert(notices).values(
                id=new_id("ntc"),
                organisation=ready.receiver.code,
                kind="supply",
                subject=intent.id,
                message=f"{ready.contract.name}, release {ready.release.number}, is ready as {ready.form}",
                sent_at=now,
            )
        )
        return by_id(connection, intent.id)

    def _lose(self, intent: Intent) -> None:
        """Take a supply back that nobody was given."""
        now, s = self.clock(), supplies.c
        with writing(self.engine) as connection:
            connection.execute(
                update(supplies).where(s.id == intent.id, s.state == MAKING).values(state=LOST, ended_at=now)
            )
        path = file_of(self.home, intent.ready.grant.id, intent.id, intent.ready.form.value)
        for one in (path, path.with_suffix(".part")):
            one.unlink(missing_ok=True)

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


_MAKING = Reason(
    "supply.making", "this supply is being made", "supply", "ask again later: it is then handed over"
)


def _too_many(most: int) -> Reason:
    return Reason(
        "supply.rows",
        "the release has more rows than the terms let out at once",
        "max_rows",
        f"the terms allow {most}; ask for terms with a narrower row filter, or more rows",
    )


def _held(ready: Suppliable) -> Held:
    return Held.of(ready.grant.id, ready.receiver.code, (ready.contract.name,))


def _objection(connection: Connection, ready: Suppliable, day: date) -> Reason | None:
    """Why a supply is not handed over, in the transaction that would."""
    ended = over(connection, _held(ready), day)
    if ended is not None:
        return ended
    row = store.lock_grant(connection, ready.grant.id)
    return NOT_HELD if row is None else objection(row, day)


def _keep_until(ready: Suppliable, now: datetime) -> date | None:
    """The last day the receiver may keep it, where the terms say so."""
    retention = ready.grant.terms.retention
    return None if retention is None else local_date(now) + timedelta(days=retention.days)


def _label(supply_id: str, ready: Suppliable, now: datetime) -> Label:
    return Label(
        supply=supply_id,
        grant=ready.grant.id,
        receiver=ready.receiver.code,
        receiver_name=ready.receiver.name,
        purpose=ready.grant.terms.purpose,
        dataset=ready.contract.name,
        title=ready.contract.title,
        release=ready.release.number,
        made_at=now,
        columns=tuple((column.name, column.title, column.masked) for column in ready.columns),
    )
