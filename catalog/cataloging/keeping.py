"""Writing what was walked: entries, revisions, acts, findings, clocks, and what comes into force.

Decides the order of the rows, which the references between them allow; and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from catalog import outlines, revisions
from catalog.cataloging import clocks, conditions
from catalog.cataloging.acts import PUBLISH, REVIEW, Act, write
from catalog.cataloging.checking import Prepared
from catalog.cataloging.publishing import Coming, head, put_in_force
from catalog.cataloging.standing import Standing
from catalog.cataloging.values import Acts
from catalog.lineage import columns as lineage
from catalog.lineage import mentions
from catalog.store.schema import new_id
from catalog.store.tables.ledger import entries
from catalog.store.tables.ledger import revisions as revision_rows
from policies.machine import Office


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
        breaks: what it takes back of that one; None where that was not looked at.
        earlier: acts taken on this revision before.
        made: the acts taken now.
        edges: column lineage of a composed dataset.
        added: conditions this revision adds after publication, found now.
        unseen: of its conditions those nobody of the authority has seen.
        waits: why it stopped before the step asked for.
    """

    given: Prepared
    standing: Standing
    new: bool
    changed: bool
    number: int
    state: str
    former: revisions.Revision | None = None
    breaks: tuple[str, ...] | None = None
    earlier: list[Act] = field(default_factory=list)
    made: list[Act] = field(default_factory=list)
    edges: tuple[lineage.Edge, ...] = ()
    added: tuple[conditions.Added, ...] = ()
    unseen: tuple[conditions.Added, ...] = ()
    waits: tuple[str, ...] = ()


def keep(connection: Connection, ways: Sequence[Way], acts: Acts) -> Mapping[str, int]:
    """Write every row of a walk, in the caller's transaction.

    Returns:
        Dataset → how many users of it were told of a breaking change, for those where there were any.
    """
    _insert(connection, ways, acts)
    _move(connection, [way for way in ways if not way.new])
    write(connection, [act for way in ways for act in way.made])
    found = {(way.standing.entry_id, way.number): way.added for way in ways if way.added}
    conditions.keep(connection, found, acts.now)
    reviewed = [way for way in ways if way.unseen and any(act.event == REVIEW for act in way.made)]
    seen = [(way.standing.entry_id, way.number) for way in reviewed]
    conditions.see(connection, seen, acts.actor(Office.AUTHORITY), acts.now)
    followed = [
        clocks.Followed(way.standing, way.number, way.made) for way in ways if way.made and not way.new
    ]
    clocks.follow(connection, followed, acts.now)
    lineage.record_all(
        connection,
        {
            way.given.contract.name: way.edges
            for way in ways
            if way.edges and way.standing.published is None and way.state != revisions.PUBLISHED
        },
    )
    published = [way for way in ways if any(act.event == PUBLISH for act in way.made)]
    return put_in_force(connection, [_coming(way) for way in published], acts.now)


def _coming(way: Way) -> Coming:
    former = None if way.former is None else (way.former.number, way.former.contract)
    path = way.given.place or way.standing.newest_path or way.standing.path
    return Coming(way.standing, way.number, way.given.contract, former, way.edges, path, way.breaks)


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
        contracts = {way.given.digest: way.given.contract for way in changed}
        outlines.keep_all(connection, contracts)
        mentions.keep_all(connection, contracts)


def _move(connection: Connection, ways: Sequence[Way]) -> None:
    """The rows of entries that were there: where the revision on its way is now."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for way in ways:
        if values := _moved(way):
            row = {f"new_{name}": value for name, value in values.items()}
            alike.setdefault(tuple(values), []).append(row | {"of_entry": way.standing.entry_id})
    for names, rows in alike.items():
        moved = update(entries).where(entries.c.id == bindparam("of_entry"))
        connection.execute(moved.values({name: bindparam(f"new_{name}") for name in names}), rows)


def _moved(way: Way) -> dict[str, Any]:
    """What the row of an entry says anew."""
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
    place = way.given.place
    in_force_too = speaks or (not way.changed and way.standing.pending is None)
    # What comes without a file, as from a form, leaves the data where the file says they are.
    if in_force_too and place is not None and place != way.standing.path:
        values["path"] = place
    return values
