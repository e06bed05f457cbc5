"""The lists of places in the store: entering one, and what they say on a day as of an instant.

Decides that a list replaces what stood of its kind for the same division or name, and nothing else; what is
replaced stays, so that what was attributed by it can be told again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Engine, Table, insert, or_, select, update

from catalog.errors import CatalogError
from catalog.evidence import record
from catalog.places.addresses import AddressList, PlaceName
from catalog.places.divisions import Division, Divisions, Succession, holds
from catalog.places.polygons import Polygon, Polygons
from catalog.store import writing
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.places import (
    place_divisions,
    place_lists,
    place_names,
    place_polygons,
    place_successions,
)
from contracts.canonical import canonical
from contracts.codes import CODES
from policies.attribution import Attributing, attributing

Kind = Literal["divisions", "successions", "names", "polygons"]
# What one row of a list says again of: a list with the same replaces it.
_SAME: Final[dict[str, tuple[Table, tuple[str, ...]]]] = {
    "divisions": (place_divisions, ("code", "valid_from")),
    "successions": (place_successions, ("code", "successor")),
    "names": (place_names, ("name", "code", "kind", "low", "high", "parity", "valid_from")),
    "polygons": (place_polygons, ("code", "valid_from")),
}
# Rows of one statement.
_PAGE: Final = 500
# Region trees by the state of the lists and the day: prefilled forms ask for the same one again and again.
_TREES: Final[dict[tuple[str, date], Divisions]] = {}
_KEPT: Final = 16


class NotAList(CatalogError):
    """A list of places that cannot be entered; says which row."""


@dataclass(frozen=True, slots=True)
class DatedPolygon:
    """A polygon, and the days it holds."""

    code: str
    rings: tuple[Any, ...]
    valid_from: str = ""
    valid_to: str = ""


Entry = Division | Succession | PlaceName | DatedPolygon


@dataclass(frozen=True, slots=True)
class Entered:
    """What entering a list did: rows new to the ledger, and rows that replaced others."""

    id: str
    kind: str
    rows: int
    new: int
    replaced: int


@dataclass(frozen=True, slots=True)
class Places:
    """Everything the lists say on one day as of one instant."""

    tree: Divisions
    addresses: AddressList
    polygons: Polygons
    rules: Attributing


def enter(
    engine: Engine, kind: Kind, entries: Sequence[Entry], *, source: str, by: str, now: datetime
) -> Entered:
    """Enter a list: what it says anew stands beside the rest, what it says otherwise replaces it.

    Args:
        engine: the store.
        kind: of the list.
        entries: its rows.
        source: decree, standard or office it comes from.
        by: the person who enters it.
        now: aware instant; what is attributed from then on is attributed by it.

    Raises:
        NotAList: it is empty, or a row has no region code, no name, or days that are none.
    """
    rows = [_row(entry, number) for number, entry in enumerate(entries, start=1)]
    if not rows:
        raise NotAList(f"the list of {kind} is empty — nothing was entered")
    table, same = _SAME[kind]
    digest = hashlib.sha256(canonical(rows)).hexdigest()
    made = new_id("plc")
    with writing(engine) as connection:
        body = {"kind": kind, "source": source, "rows": len(rows), "sha256": digest, "by": by}
        evidence = record(connection, event="catalog:places:enter", subject=made, body=body, now=now)
        connection.execute(
            insert(place_lists).values(
                id=made, entered_by=by, entered_at=now, evidence_id=evidence,
                **{key: body[key] for key in ("kind", "source", "rows", "sha256")},
            )
        )  # fmt: skip
        fresh, replaced = _against(connection, table, same, rows)
        for at in range(0, len(replaced), _PAGE):
            old = table.c.id.in_(replaced[at : at + _PAGE])
            connection.execute(update(table).where(old).values(superseded_at=now))
        for at in range(0, len(fresh), _PAGE):
            page = fresh[at : at + _PAGE]
            connection.execute(
                insert(table),
                [{**row, "id": new_id("plr"), "list_id": made, "recorded_at": now} for row in page],
            )
    return Entered(made, kind, len(rows), len(fresh), len(replaced))


def places(connection: Connection, day: date, moment: datetime) -> Places:
    """What the lists say.

    Args:
        connection: of the store.
        day: in the world.
        moment: in the ledger: what was entered later is not known yet.
    """
    divisions = [
        Division(r.code, r.name, r.parent, r.valid_from, r.valid_to)
        for r in _as_of(connection, place_divisions, moment)
    ]
    after = [
        Succession(r.code, r.successor, r.valid_from) for r in _as_of(connection, place_successions, moment)
    ]
    names = [
        PlaceName(r.name, r.code, r.kind, r.low, r.high, r.parity, r.valid_from, r.valid_to)
        for r in _as_of(connection, place_names, moment)
    ]
    land = [
        Polygon(r.code, tuple(r.rings))
        for r in _as_of(connection, place_polygons, moment)
        if holds(r.valid_from, r.valid_to, day)
    ]
    rules = attributing(day)
    tree = Divisions(divisions, after, day)
    return Places(tree, AddressList(divisions, names, tree, rules), Polygons(land, tree), rules)


def state(connection: Connection, day: date, moment: datetime) -> str:
    """What tells one state of the lists from another: two that are equal attribute every row alike."""
    entered = select(place_lists.c.id).where(place_lists.c.entered_at <= moment)
    newest = entered.order_by(place_lists.c.entered_at.desc(), place_lists.c.id.desc()).limit(1)
    said: list[Any] = [connection.execute(newest).scalar() or ""]
    if not said[0]:
        return ""
    days = [place_divisions.c.valid_from, place_divisions.c.valid_to, place_successions.c.valid_from,
            place_names.c.valid_from, place_names.c.valid_to, place_polygons.c.valid_from,
            place_polygons.c.valid_to]  # fmt: skip
    for column in days:
        passed = select(column).where(column <= day.isoformat()).order_by(column.desc()).limit(1)
        said.append(connection.execute(passed).scalar() or "")
    return hashlib.sha256(canonical(said)).hexdigest()


def divisions_on(connection: Connection, day: date, moment: datetime) -> Divisions:
    """The region tree alone."""
    said = (state(connection, day, moment), day)
    if said not in _TREES:
        if len(_TREES) > _KEPT:
            _TREES.clear()
        _TREES[said] = _tree(connection, day, moment)
    return _TREES[said]


def _tree(connection: Connection, day: date, moment: datetime) -> Divisions:
    known = (
        Division(r.code, r.name, r.parent, r.valid_from, r.valid_to)
        for r in _as_of(connection, place_divisions, moment)
    )
    after = (
        Succession(r.code, r.successor, r.valid_from) for r in _as_of(connection, place_successions, moment)
    )
    return Divisions(list(known), list(after), day)


def lists(connection: Connection, part: Part | None = None) -> tuple[dict[str, Any], ...]:
    """Every list that was entered, oldest first; a part by when it was entered, and id."""
    p = place_lists.c
    found = connection.execute(parted(select(place_lists), part, p.entered_at, p.id))
    return tuple(dict(row._mapping) for row in found)


def _known(table: Table, moment: datetime) -> tuple[ColumnElement[bool], ...]:
    t = table.c
    return t.recorded_at <= moment, or_(t.superseded_at.is_(None), t.superseded_at > moment)


def _as_of(connection: Connection, table: Table, moment: datetime) -> Iterable[Any]:
    t = table.c
    return connection.execute(select(table).where(*_known(table, moment)).order_by(t.code, t.id)).all()


def _against(
    connection: Connection, table: Table, same: tuple[str, ...], rows: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows that say something new, and ids of those they replace."""
    names = list(rows[0])
    known: dict[tuple[Any, ...], Any] = {}
    for row in connection.execute(select(table).where(table.c.superseded_at.is_(None))):
        known[tuple(getattr(row, name) for name in same)] = row
    fresh: dict[tuple[Any, ...], dict[str, Any]] = {}
    replaced: list[str] = []
    for each in rows:
        mark = tuple(each[name] for name in same)
        old = known.pop(mark, None)
        if old is not None and all(getattr(old, name) == each[name] for name in names):
            continue
        if old is not None:
            replaced.append(old.id)
        fresh[mark] = each
    return list(fresh.values()), replaced


def _row(entry: Entry, number: int) -> dict[str, Any]:
    row = asdict(entry)
    for name in ("code", "successor"):
        if name in row and CODES["region"](row[name]) is None:
            raise NotAList(f"row {number} has no region code — write 2, 4, 6, 9 or 12 digits")
    if "name" in row and not row["name"].strip():
        raise NotAList(f"row {number} names nothing — write the name")
    for name in ("valid_from", "valid_to"):
        if row.get(name) and not _is_day(row[name]):
            raise NotAList(f"row {number}: {name} is no day — write YYYY-MM-DD")
    if isinstance(entry, DatedPolygon):
        row["rings"] = [[[float(p[0]), float(p[1])] for p in ring] for ring in entry.rings]
        row |= dict(
            zip(("west", "east", "south", "north"), Polygon(entry.code, entry.rings).box, strict=True)
        )
    return row


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
