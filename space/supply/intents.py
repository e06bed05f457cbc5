"""The intent of a supply: what is asked for, and the row that stands before anything is written.

Decides that the same supply asked for again is the one that is there, that two do not make it at once, that
nothing is begun which may not be handed over, and that what was lost leaves no file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa
from sqlalchemy import Connection, Engine, insert, select, update

from catalog.evidence import record
from catalog.home import Home
from catalog.lake.kept import kept_of
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.supplies import supplies
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space import store
from space.calls.budget import NOT_HELD, objection
from space.calls.watching import Held, over
from space.supply.ending import LOST, MAKING, draft_of, file_of
from space.supply.files import Form
from space.supply.label import Label
from space.supply.permitted import Suppliable
from space.supply.supplies import Supply, by_id


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


# Writes the rows of a supply: its id, what it is, its columns and batches, to what was written.
Write = Callable[[Intent, pa.Schema, Iterable[pa.RecordBatch]], Made]


def intend(
    engine: Engine, ready: Suppliable, asked: Asked, exchange_id: str | None, now: datetime
) -> Intent | Supply | Deny:
    """Write the row of intent; or give the supply that is there, or why it is not made now.

    Args:
        engine: of the store.
        ready: what may be supplied.
        asked: what is asked for.
        exchange_id: of the exchange database, where it is a table.
        now: aware instant.
    """
    s, grant = supplies.c, ready.grant
    same = (
        s.grant_id == grant.id,
        s.dataset == ready.contract.name,
        s.release_id == ready.release.id,
        s.terms_digest == grant.terms_digest,
        s.statement == ready.statement,
    )
    with writing(engine) as connection:
        found = connection.execute(select(supplies).where(*same, s.state != LOST)).first()
        if found is not None and found.state == MAKING and now >= found.deadline_at:
            connection.execute(update(supplies).where(s.id == found.id).values(state=LOST, ended_at=now))
            found = None
        if found is not None and found.state == MAKING:
            return Deny((_MAKING,))
        if found is not None:
            return by_id(connection, found.id)
        in_the_way = objection_to(connection, ready, local_date(now))
        if in_the_way is not None:
            return Deny((in_the_way,))
        made = _begin(connection, ready, asked, exchange_id, now)
    return Intent(made, ready, label_of(made, ready, now))


def _begin(
    connection: Connection, ready: Suppliable, asked: Asked, exchange_id: str | None, now: datetime
) -> str:
    """The row of intent, with its evidence; its id."""
    made, grant = new_id("sup"), ready.grant
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
                {"name": c.name, "title": c.title, "type": c.type, "masked": c.masked} for c in ready.columns
            ],
            state=MAKING,
            made_by=asked.by,
            made_at=now,
            deadline_at=now + timedelta(hours=hours),
            evidence_id=evidence_id,
        )
    )
    return made


def lose(engine: Engine, home: Home, intent: Intent, now: datetime) -> None:
    """Take a supply back that nobody was given."""
    s = supplies.c
    with writing(engine) as connection:
        connection.execute(
            update(supplies).where(s.id == intent.id, s.state == MAKING).values(state=LOST, ended_at=now)
        )
    name = file_of(intent.ready.grant.id, intent.id, intent.ready.form.value)
    draft_of(home, name).unlink(missing_ok=True)
    kept_of(home).remove(name)


def held_by(ready: Suppliable) -> Held:
    """What a supply rests on while it is made."""
    return Held.of(ready.grant.id, ready.receiver.code, (ready.contract.name,))


def objection_to(connection: Connection, ready: Suppliable, day: date) -> Reason | None:
    """Why a supply is not handed over, in the transaction that would."""
    ended = over(connection, held_by(ready), day)
    if ended is not None:
        return ended
    row = store.lock_grant(connection, ready.grant.id)
    return NOT_HELD if row is None else objection(row, day)


_MAKING = Reason(
    "supply.making", "this supply is being made", "supply", "ask again later: it is then handed over"
)


def label_of(supply_id: str, ready: Suppliable, now: datetime) -> Label:
    """What a supply says of itself."""
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
