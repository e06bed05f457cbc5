"""Walking steps of cataloguing for one contract or thousands, with few statements.

Decides which steps follow each other when they are taken at once, up to a given one. Which step is lawful
is the table's (:func:`policies.machine.machine`); what is written is one row and one evidence entry an act.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, insert, update

from catalog import lineage, outlines, revisions
from catalog.cataloging import clocks, conditions
from catalog.cataloging.acts import (
    CHECK,
    COMPILE,
    PROCEDURE,
    PUBLISH,
    REVIEW,
    SIGN_OFF,
    Act,
    Who,
    acts_of,
    separated,
    write,
)
from catalog.cataloging.checking import Prepared
from catalog.cataloging.publishing import Coming, head, put_in_force
from catalog.cataloging.standing import RESTING, Standing, standings
from catalog.cataloging.values import Acts, Catalogued
from catalog.numbering import GovernmentCatalogue
from catalog.store.schema import new_id
from catalog.store.tables.ledger import entries
from catalog.store.tables.ledger import revisions as revision_rows
from contracts.compare import Breaking, compare
from policies.clocks import local_date
from policies.machine import Office, machine

# The steps in their order, and in which office each is taken.
ORDER: Final = (
    (COMPILE, Office.STEWARD),
    (CHECK, Office.STEWARD),
    (SIGN_OFF, Office.HEAD),
    (REVIEW, Office.AUTHORITY),
    (PUBLISH, Office.AUTHORITY),
)
_EVENTS: Final = tuple(event for event, _ in ORDER)


@dataclass(slots=True)
class Way:
    """One contract on its way through the steps.

    Attributes:
        given: the contract, checked.
        standing: of its entry before; of the new entry where it has none yet.
        new: whether the entry is new.
        changed: whether a revision is made.
        number: of the revision the steps are about.
        state: it has reached.
        former: revision in force before, or None; only looked up where something changes.
        earlier: acts taken on this revision before.
        made: the acts taken now.
        edges: column lineage of a composed dataset.
        added: conditions added after publication.
        waits: why it stopped before the step asked for.
    """

    given: Prepared
    standing: Standing
    new: bool
    changed: bool
    number: int
    state: str
    former: revisions.Revision | None = None
    earlier: list[Act] = field(default_factory=list)
    made: list[Act] = field(default_factory=list)
    edges: tuple[lineage.Edge, ...] = ()
    added: tuple[conditions.Added, ...] = ()
    waits: tuple[str, ...] = ()
    told: int = 0


def walk(
    connection: Connection, given: Sequence[Prepared], acts: Acts, *, upto: str, again: bool = False
) -> tuple[Catalogued, ...]:
    """Take the steps of cataloguing, up to one of them, for every contract given.

    Args:
        connection: a writing transaction.
        given: contracts, checked.
        acts: who acts, why and when.
        upto: the last step to take: ``compile``, ``check`` or ``publish``.
        again: a revision that was returned, refused, retracted or withdrawn may be submitted again as it is.

    Returns:
        One result a contract, in the order given.
    """
    known = standings(connection, [one.contract.name for one in given])
    edges = _edges(connection, given)
    codes = _codes(connection, [one for one in given if one.contract.name not in known], acts)
    ways = [
        _start(connection, one, known.get(one.contract.name) or _new(one, codes), acts, again)
        for one in given
    ]
    for way in ways:
        way.edges = edges.get(way.given.contract.name, ())
        _steps(connection, way, acts, upto)
    _write(connection, ways, acts)
    return tuple(_result(way) for way in ways)


def _edges(connection: Connection, given: Sequence[Prepared]) -> dict[str, tuple[lineage.Edge, ...]]:
    """Lineage of composed datasets; a circle is refused before anything is written."""
    composed = [one.contract for one in given if one.contract.composed is not None]
    if not composed:
        return {}
    known = lineage.known_inputs(connection, *(one.contract for one in given))
    return {contract.name: lineage.column_lineage(contract, known) for contract in composed}


def _codes(connection: Connection, new: Sequence[Prepared], acts: Acts) -> dict[str, str]:
    """Dataset → the code its new entry gets."""
    scheme = GovernmentCatalogue(local_date(acts.now))
    named = [one.contract for one in new if one.contract.name not in acts.codes]
    codes = scheme.next_codes(connection, [contract.classification for contract in named])
    given = {contract.name: code for contract, code in zip(named, codes, strict=True)}
    return {**acts.codes, **given}


def _start(connection: Connection, given: Prepared, found: Standing, acts: Acts, again: bool) -> Way:
    """The way of a contract, its compilation taken where that makes something new."""
    new = found.way == machine(PROCEDURE).start
    if not new and found.newest_digest == given.digest:
        way = Way(given, found, False, False, found.newest, found.way)
        way.earlier = [act for act in acts_of(connection, found.entry_id) if act.revision == found.newest]
        if again and way.state in RESTING:
            _take(way, COMPILE, Office.STEWARD, acts, {"digest": given.digest, "breaks": []})
        return way
    way = Way(given, found, new, True, 1 if new else found.newest + 1, found.way)
    details: dict[str, Any] = {"digest": given.digest, "breaks": []}
    if not new:
        way.former = revisions.current(connection, found.name)
        before = revisions.number(connection, found.name, found.newest)
        step = compare(before.contract, given.contract)
        details["breaks"] = list(step.reasons) if isinstance(step, Breaking) else []
        if found.published is not None:
            way.added = conditions.added_conditions(way.former.contract, given.contract)
    _take(way, COMPILE, Office.STEWARD, acts, details)
    return way


def _new(given: Prepared, codes: Mapping[str, str]) -> Standing:
    contract, start = given.contract, machine(PROCEDURE).start
    return Standing(
        new_id("ent"), contract.name, codes[contract.name], contract.title, contract.department.name,
        contract.department.code, start, 1, given.digest, None, None, False, given.place, given.place,
    )  # fmt: skip


def _steps(connection: Connection, way: Way, acts: Acts, upto: str) -> None:
    """The steps after compilation."""
    if not way.changed and way.state in RESTING:
        way.waits = (
            f"it is {way.state} and the contract is unchanged: see `ybz entry history {way.standing.name}`",
        )
        return
    if not way.given.admitted:
        return
    for event, office in ORDER[1 : _EVENTS.index(upto) + 1]:
        if way.state != _before(event):
            continue
        details: Mapping[str, Any] = way.given.checked if event == CHECK else {}
        if event == REVIEW and (unseen := _unseen(connection, way)):
            if not acts.seen_added_condition:
                way.waits = tuple(_waiting(each, way.standing.name) for each in unseen)
                return
            details = {"seen_added_condition": [each.path for each in unseen]}
        _take(way, event, office, acts, details)


def _before(event: str) -> str:
    """The state in which a step of the straight way is taken."""
    return next(s.state for s in machine(PROCEDURE).steps if s.event == event)


def _unseen(connection: Connection, way: Way) -> tuple[conditions.Added, ...]:
    if way.changed:
        return way.added
    found = conditions.findings_of(connection, way.standing.entry_id, way.number)
    return tuple(each.found for each in conditions.unseen(found))


def _waiting(added: conditions.Added, name: str) -> str:
    return (
        f"{added.path}: {added.what} after publication: the authority states that it has seen it"
        f" (`ybz approve {name} --seen-added-condition`)"
    )


def _take(way: Way, event: str, office: Office, acts: Acts, details: Mapping[str, Any]) -> None:
    after = machine(PROCEDURE).after(way.state, event, office)
    who = Who(acts.actor(office), office)
    held = separated(way.given.contract.name, who, [*way.earlier, *way.made], local_date(acts.now))
    reason = acts.reason if event == COMPILE else ""
    way.made.append(
        Act(
            way.standing.entry_id, way.given.contract.name, way.number, event, office, who.name, way.state,
            after, reason, acts.now, {**details, **held},
        )
    )  # fmt: skip
    way.state = after


def _write(connection: Connection, ways: Sequence[Way], acts: Acts) -> None:
    """Every row of the walk, in an order the references between them allow."""
    _insert(connection, ways, acts)
    _move(connection, [way for way in ways if not way.new])
    write(connection, [act for way in ways for act in way.made])
    for way in ways:
        if way.added:
            conditions.keep(connection, way.standing.entry_id, way.number, way.added, acts.now)
        if any(act.event == REVIEW for act in way.made) and (way.added or not way.changed):
            by = acts.actor(Office.AUTHORITY)
            conditions.see(connection, way.standing.entry_id, way.number, by, acts.now)
        if not way.new:
            clocks.follow(connection, way.standing, way.number, way.made, acts.now)
        elif way.state == "signed_off":
            clocks.received(connection, way.standing, acts.now)
        if way.edges and way.standing.published is None and way.state != revisions.PUBLISHED:
            lineage.record_edges(connection, way.given.contract.name, way.edges)
    published = [way for way in ways if any(act.event == PUBLISH for act in way.made)]
    told = put_in_force(connection, [_coming(connection, way) for way in published], acts.now)
    for way in published:
        way.told = told.get(way.standing.name, 0)


def _coming(connection: Connection, way: Way) -> Coming:
    former = None
    if way.standing.published is not None:
        found = way.former or revisions.current(connection, way.standing.name)
        former = (found.number, found.contract)
    path = way.given.place or way.standing.newest_path or way.standing.path
    return Coming(way.standing, way.number, way.given.contract, former, way.edges, path)


def _insert(connection: Connection, ways: Sequence[Way], acts: Acts) -> None:
    new = [
        {
            "id": way.standing.entry_id, "name": way.standing.name, "code": way.standing.code,
            "state": way.state if way.state != revisions.PUBLISHED else "reviewed", "current_revision": 1,
            "created_at": acts.now, "path": way.given.place, **head(way.given.contract),
        }
        for way in ways
        if way.new
    ]  # fmt: skip
    changed = [way for way in ways if way.changed]
    made = [
        {
            "id": new_id("rev"), "entry_id": way.standing.entry_id, "number": way.number,
            "contract": way.given.text, "digest": way.given.digest, "reason": acts.reason,
            "made_by": acts.by, "made_at": acts.now, "path": way.given.place,
        }
        for way in changed
    ]  # fmt: skip
    if new:
        connection.execute(insert(entries), new)
    if made:
        connection.execute(insert(revision_rows), made)
        outlines.keep_all(connection, {way.given.digest: way.given.contract for way in changed})


def _move(connection: Connection, ways: Sequence[Way]) -> None:
    """The rows of entries that were there: where the revision on its way is now."""
    for way in ways:
        values: dict[str, Any] = {}
        speaks = way.standing.published is None  # no revision in force stands before the newest
        if way.changed:
            values = way.standing.moved(way.state) | {"current_revision": way.number}
            if speaks:
                values |= head(way.given.contract)
            else:
                values["published_revision"] = way.standing.published
        elif way.made:
            values = way.standing.moved(way.state)
        if speaks or (not way.changed and way.standing.pending is None):
            values["path"] = way.given.place
        if values:
            of_entry = entries.c.id == way.standing.entry_id
            connection.execute(update(entries).where(of_entry).values(**values))


def _result(way: Way) -> Catalogued:
    standing = way.standing
    in_force = way.number if way.state == revisions.PUBLISHED else standing.published
    points = (*way.given.open_points, *way.waits)
    return Catalogued(
        standing.entry_id, standing.name, standing.code, way.number, way.state, way.changed, points,
        in_force, way.told,
    )  # fmt: skip
