"""Reading the organisation tree as it is or was on a day, and who followed whom.

Decides under which name a unit is shown: what was published by a former department stays under the name
it had then (:func:`name_of`), today's view names who answers for it now (:func:`successors`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from catalog.organisations import units
from catalog.organisations.units import Span
from catalog.store.tables.organisations import (
    organisation_event_units,
    organisation_events,
    organisation_spans,
    organisation_units,
)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the tree.

    Attributes:
        kind: ``rename``, ``merge``, ``split``, ``abolish``, ``move`` or ``transfer``.
        effective_on: from which day on.
        basis: document.
        predecessors, successors: codes, in the order stated.
    """

    id: str
    kind: str
    effective_on: date
    basis: str
    predecessors: tuple[str, ...]
    successors: tuple[str, ...]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id,
            "kind": self.kind,
            "effective_on": self.effective_on.isoformat(),
            "basis": self.basis,
            "predecessors": list(self.predecessors),
            "successors": list(self.successors),
        }


def name_of(connection: Connection, code: str, on: date) -> str | None:
    """The name of a unit on a day; of one that is over by then the last it had, of none None."""
    return name_on(units.spans_of(connection, code), on)


def name_on(spans: Iterable[Span], on: date) -> str | None:
    """The same of a unit whose spans are read already, the first days first."""
    known = [each for each in spans if each.valid_from <= on]
    return known[-1].name if known else None


def successors(connection: Connection, code: str, on: date) -> tuple[str, ...]:
    """Who stands on a day in the place of a unit, followed through every reform.

    Args:
        connection: to read with.
        code: of the unit.
        on: day, Asia/Shanghai.

    Returns:
        Codes of units that exist that day, in the order stated; the unit's own while it exists; empty where
        it is unknown or ended without a successor.
    """
    return _followed(
        code, on, lambda each: units.span_on(connection, each, on), lambda each: changes(connection, each)
    )


@dataclass(frozen=True, slots=True)
class Tree:
    """The whole tree as it is on a day, for whoever asks of many units.

    Attributes:
        on: the day.
        units: code → the unit, of those that exist that day.
        ended: code → changes it was a predecessor of, the first first.
    """

    on: date
    units: Mapping[str, Span]
    ended: Mapping[str, tuple[Change, ...]]

    def successors(self, code: str) -> tuple[str, ...]:
        """The same as :func:`successors`."""
        return _followed(code, self.on, self.units.get, lambda each: self.ended.get(each, ()))


def whole(connection: Connection, on: date) -> Tree:
    """The tree of a day, read in as many statements however many units it has."""
    ended: dict[str, tuple[Change, ...]] = {}
    for change in changes(connection):
        for code in change.predecessors:
            ended[code] = (*ended.get(code, ()), change)
    return Tree(on, {span.code: span for span in units_on(connection, on)}, ended)


def _followed(
    code: str,
    on: date,
    unit: Callable[[str], Span | None],
    taking_part: Callable[[str], Iterable[Change]],
    seen: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    """See :func:`successors`; how a unit of the day is found, and the changes one took part in, is given."""
    if code in seen:
        return ()
    if unit(code) is not None:
        return (code,)
    ended = [
        change
        for change in taking_part(code)
        if code in change.predecessors
        and change.effective_on <= on
        and change.kind in ("merge", "split", "abolish")
    ]
    if not ended:
        return ()
    found: dict[str, None] = {}
    for follower in ended[-1].successors:
        found |= dict.fromkeys(_followed(follower, on, unit, taking_part, seen | {code}))
    return tuple(found)


def changes(connection: Connection, code: str | None = None) -> tuple[Change, ...]:
    """Changes of the tree, or those a unit took part in; the first first."""
    e, u = organisation_events.c, organisation_event_units.c
    query = select(organisation_events).order_by(e.effective_on, e.made_at, e.id)
    if code is not None:
        query = query.where(e.id.in_(select(u.event_id).where(u.code == code)))
    rows = connection.execute(query).all()
    parts: dict[str, dict[str, list[str]]] = {}
    wanted = select(organisation_event_units).order_by(u.position)
    if code is not None:
        wanted = wanted.where(u.event_id.in_([row.id for row in rows]))
    for part in connection.execute(wanted):
        parts.setdefault(part.event_id, {}).setdefault(part.role, []).append(part.code)
    return tuple(
        Change(
            row.id, row.kind, row.effective_on, row.basis,
            tuple(parts.get(row.id, {}).get("predecessor", ())),
            tuple(parts.get(row.id, {}).get("successor", ())),
        )
        for row in rows
    )  # fmt: skip


def units_on(connection: Connection, on: date) -> tuple[Span, ...]:
    """Every unit of a day, by code."""
    s, u = organisation_spans.c, organisation_units.c
    rows: Iterable[Any] = connection.execute(
        select(s.code, u.kind, s.name, s.parent, s.region, s.valid_from, s.valid_to)
        .join(organisation_units, u.code == s.code)
        .where(s.valid_from <= on, (s.valid_to.is_(None)) | (s.valid_to > on))
        .order_by(s.code, s.valid_from)
    )
    return tuple(units.span(row) for row in rows)


def lines(spans: Iterable[Span]) -> list[tuple[int, Span]]:
    """Units as a tree, each with its depth, below its parent; without one there it stands at the top."""
    known = {span.code: span for span in spans}
    below: dict[str | None, list[Span]] = {}
    for span in known.values():
        below.setdefault(span.parent if span.parent in known else None, []).append(span)
    found: list[tuple[int, Span]] = []

    def walk(parent: str | None, depth: int) -> None:
        for span in sorted(below.get(parent, ()), key=lambda each: each.code):
            found.append((depth, span))
            walk(span.code, depth + 1)

    walk(None, 0)
    return found


def names(connection: Connection, codes: Iterable[str], on: date) -> Mapping[str, str]:
    """Code → name on a day, of those the tree knows."""
    wanted = tuple(dict.fromkeys(codes))
    spans = units.spans_of_all(connection, wanted)
    found = {code: name_on(spans.get(code, ()), on) for code in wanted}
    return {code: name for code, name in found.items() if name is not None}
