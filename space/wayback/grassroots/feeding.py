"""Feeding a ledger from backflow: rows that were delivered become events of its records, each delivery once.

Decides which record a delivered row is about. The identity number of a row may be delivered masked: then the
installation looks it up in the release the row came from, and the ledger shows it masked all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Engine, insert, select

from catalog import keys, revisions
from catalog.evidence import record
from catalog.home import Home
from catalog.keys import row_reference
from catalog.releases import published as releases
from catalog.releases.published import Release
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.grassroots import base_events, base_feeds, base_records
from contracts.codes import canonical_id
from contracts.model import Contract
from policies.clocks import local_date
from policies.masking import Mask
from policies.showing import showing
from space.wayback.backflow import inbox
from space.wayback.backflow.authoritative import as_text
from space.wayback.backflow.bodies import body
from space.wayback.grassroots.books import Book, book_of
from space.wayback.grassroots.items import Binding, bindings, kinds


@dataclass(frozen=True, slots=True)
class Fed:
    """What became of one delivery.

    Attributes:
        delivery, dataset: which.
        added, changed, removed: rows that became events.
        unplaced: rows that name no valid identifier, or left before the ledger knew them.
    """

    delivery: str
    dataset: str
    added: int
    changed: int
    removed: int
    unplaced: int


@dataclass(frozen=True, slots=True)
class _Named:
    """Whom a delivered row is about."""

    identifier: str
    household: str


@dataclass(frozen=True, slots=True)
class _Read:
    """One delivery, read and attributed to records, before anything is written."""

    made: inbox.Delivery
    binding: Binding
    contract: Contract
    release: Release
    rows: list[dict[str, Any]]
    named: Mapping[str, _Named]


def feed(home: Home, engine: Engine, body_code: str, *, by: str, now: datetime) -> tuple[Fed, ...]:
    """Turn every delivery the ledger has not taken in yet into events; doing so again adds nothing.

    Args:
        home: the installation.
        engine: its store.
        body_code: whose ledger.
        by: the person who takes them in.
        now: aware instant.

    Returns:
        One line a delivery taken in now, the oldest first.

    Raises:
        Unknown: there is no such body.
        FileChanged: a delivered file is not what was delivered.
        Refused: a stop closes what was delivered.
    """
    done = []
    for made, binding in _due(engine, body_code):
        with reading(engine) as connection:
            inbox.require_open(connection, made)
            read = _read(home, connection, made, binding, now)
        with writing(engine) as connection:
            fed = _write(home, connection, read, by, now)
        if fed is not None:
            done.append(fed)
    return tuple(done)


def _due(engine: Engine, body_code: str) -> list[tuple[inbox.Delivery, Binding]]:
    with reading(engine) as connection:
        body(connection, body_code)
        bound = {one.dataset: one for one in bindings(connection, body_code)}
        f = base_feeds.c
        had = set(connection.execute(select(f.delivery_id).where(f.body == body_code)).scalars())
        made = inbox.listing(connection, body_code)
    return [(one, bound[one.dataset]) for one in made if one.dataset in bound and one.id not in had]


def _read(home: Home, connection: Connection, made: inbox.Delivery, binding: Binding, now: datetime) -> _Read:
    release = releases.by_id(connection, made.release)
    contract = revisions.number(connection, made.dataset, release.revision).contract
    table = inbox.read_rows(home, made)
    secret = keys.load(home).pseudonym
    staying = table.filter(pc.not_equal(table["_change"], "removed"))
    on = local_date(now)
    mask = showing(on).mask_of(contract.field(binding.key_field))
    wanted = set(staying["_row"].to_pylist())
    fields = (binding.key_field, *((binding.household_field,) if binding.household_field else ()))
    columns = tuple(dict.fromkeys((*contract.key, *fields)))
    vault = releases.read_vault(home, release, columns) if wanted else staying.slice(0, 0)
    rows = _candidates(vault, binding.key_field, staying, mask)
    named = _whom(contract, binding, rows, wanted, secret, kinds(on)[binding.kind].unit)
    return _Read(made, binding, contract, release, table.to_pylist(), named)


def _whom(
    contract: Contract, binding: Binding, rows: pa.Table, wanted: set[str], secret: bytes, unit: str
) -> dict[str, _Named]:
    """Row reference → whom the row is about, from the release it came from."""
    key, household = binding.key_field, binding.household_field
    found = {}
    for row in rows.to_pylist():
        reference = row_reference(secret, contract.name, {name: row[name] for name in contract.key})
        identifier = canonical_id(unit, as_text(row[key])) if reference in wanted else None
        if identifier is not None:
            home_of = as_text(row[household]) if household else None
            found[reference] = _Named(identifier, canonical_id("household", home_of) or "")
    return found


def _candidates(table: pa.Table, key: str, rows: pa.Table, mask: Mask | None) -> pa.Table:
    """The rows of a release whose identifier may be one of those delivered, told by what a mask shows."""
    if key not in rows.column_names or not pa.types.is_string(table[key].type):
        return table
    if mask is None:
        return table.filter(pc.is_in(table[key], value_set=pc.unique(rows[key])))
    return table.filter(pc.is_in(_ends(table[key], mask), value_set=pc.unique(_ends(rows[key], mask))))


def _ends(column: Any, mask: Mask) -> Any:
    """What a mask shows of every value, whether it lies over it or not."""
    first = pc.utf8_slice_codeunits(column, 0, mask.first)
    last = pc.utf8_slice_codeunits(column, -mask.last) if mask.last else ""
    return pc.binary_join_element_wise(first, last, "")


def _write(home: Home, connection: Connection, read: _Read, by: str, now: datetime) -> Fed | None:
    made = read.made
    f = base_feeds.c
    if connection.execute(select(f.body).where(f.delivery_id == made.id)).first() is not None:
        return None  # somebody else took it in meanwhile
    left = [(made.dataset, row["_row"]) for row in read.rows if row["_change"] == "removed"]
    book = book_of(home, connection, made.subscriber, _whose(read), left)
    events, counts = _events(book, read, now)
    told = {"dataset": made.dataset, "release": made.release, **counts, "by": by}
    evidence_id = record(connection, event="grassroots:delivery:feed", subject=made.id, body=told, now=now)
    if book.fresh:
        connection.execute(insert(base_records), book.fresh)
    stamp = {"acted_by": by, "acted_at": now, "evidence_id": evidence_id}
    if events:
        connection.execute(insert(base_events), [{**event, **stamp} for event in events])
    connection.execute(
        insert(base_feeds).values(
            delivery_id=made.id, body=made.subscriber, fed_at=now, evidence_id=evidence_id, **counts
        )
    )
    return Fed(made.id, made.dataset, **counts)


def _whose(read: _Read) -> Iterator[tuple[str, str]]:
    """Kind and identifier of every record the rows of a delivery are about."""
    for one in read.named.values():
        yield read.binding.kind, one.identifier
        if one.household:
            yield "household", one.household


def _events(book: Book, read: _Read, now: datetime) -> tuple[list[dict[str, Any]], dict[str, int]]:
    counts = {"added": 0, "changed": 0, "removed": 0, "unplaced": 0}
    events = []
    for row in read.rows:
        change = row["_change"]
        record_id = _record_of(book, read, row, now)
        if record_id is None:
            counts["unplaced"] += 1
            continue
        counts[change] += 1
        events.append(_event(book, read, row, record_id, now))
    return events, counts


def _record_of(book: Book, read: _Read, row: Mapping[str, Any], now: datetime) -> str | None:
    place = (read.made.dataset, row["_row"])
    if row["_change"] == "removed":
        return book.by_row.get(place)
    named = read.named.get(row["_row"])
    if named is None:
        return None
    book.by_row[place] = book.opened(read.binding.kind, named.identifier, now)
    return book.by_row[place]


def _event(book: Book, read: _Read, row: Mapping[str, Any], record_id: str, now: datetime) -> dict[str, Any]:
    removed = row["_change"] == "removed"
    names = [name for name in read.binding.fields if name in row and not removed]
    values = {f"{read.made.dataset}.{name}": as_text(row[name]) for name in names}
    named = read.named.get(row["_row"])
    household = book.opened("household", named.household, now) if named and named.household else None
    department = read.contract.department
    return {
        "id": new_id("bev"),
        "body": book.body,
        "record_id": record_id,
        "number": book.next(record_id),
        "act": "close" if removed else "add" if row["_change"] == "added" else "change",
        "items": list(values),
        "values": values,
        "authority": department.name,
        "authority_code": department.code,
        "dataset": read.made.dataset,
        "row": row["_row"],
        "as_of": _as_of(read, row),
        "household": household,
        "source": "backflow",
        "source_id": read.made.id,
        "correction_id": None,
        "reason": "",
    }


def _as_of(read: _Read, row: Mapping[str, Any]) -> str:
    period = read.contract.period_field
    stated = as_text(row.get(period)) if period else None
    return (stated or local_date(read.release.published_at).isoformat())[:20]
