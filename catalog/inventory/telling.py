"""Changes of the lists announced 清单变更告知: to the departments concerned and to whoever issues forms.

Decides whom a change of the demand, duty or negative list concerns: the departments its line names, the one
that answers for the data, and everybody who reads it — forms prefilled from it, subscriptions, grants,
datasets and rules of others. They are told in the transaction of the change; what they make of it is theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, tuple_, update

from catalog import evidence, revisions
from catalog.errors import UnknownDataset
from catalog.inventory.errors import InventoryError
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.identity import organisations
from catalog.store.tables.list_announcements import list_announcements

DEMAND: Final = "demand"
DUTY: Final = "duty"
NEGATIVE: Final = "negative"
# Uses whose "who" is the department told already, or a person.
_NOT_TOLD: Final = ("authority", "link")


@dataclass(frozen=True, slots=True)
class Concerned:
    """Somebody a change concerns.

    Attributes:
        kind: through what: ``demander``, ``holder``, ``department``, ``form``, ``subscription``, ``grant``,
            ``composed``, ``rule``, ``join``, ``library``.
        target: code of the form, id of the grant or subscription, name of the dataset; empty of a party.
        name, code: of the organisation; no code where none is known.
    """

    kind: str
    target: str
    name: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to a line of a list.

    Attributes:
        list: ``demand``, ``duty`` or ``negative``.
        act: what was done.
        subject: id of the line; of a duty the data element.
        what: the data it is about, in words or as a name of the ledger.
        words: the change in one sentence.
    """

    list: str
    act: str
    subject: str
    what: str
    words: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """One change told to one organisation; mirrors its row in the store."""

    id: str
    list: str
    act: str
    subject: str
    what: str
    words: str
    kind: str
    target: str
    organisation: str
    organisation_name: str
    made_at: datetime
    acknowledged_by: str | None
    acknowledged_at: datetime | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        taken = self.acknowledged_at.isoformat() if self.acknowledged_at else None
        return asdict(self) | {"made_at": self.made_at.isoformat(), "acknowledged_at": taken}


def announce(
    connection: Connection, change: Change, told: Iterable[Concerned], *, by: str, now: datetime
) -> int:
    """Tell those a change concerns, in its transaction.

    Args:
        connection: a writing transaction.
        change: what was done.
        told: whom it concerns; one without a name is passed over, nobody is told the same twice.
        by: who made the change.
        now: aware instant.

    Returns:
        How many are told.
    """
    named = _once(told)
    if not named:
        return 0
    codes = _codes(connection, {each.name for each in named if not each.code})
    rows = [
        {
            "id": new_id("lan"), **asdict(change), "kind": each.kind, "target": each.target,
            "organisation": each.code or codes.get(each.name, ""), "organisation_name": each.name,
            "made_at": now,
        }
        for each in named
    ]  # fmt: skip
    connection.execute(insert(list_announcements), rows)
    body = {
        **asdict(change), "actor": by,
        "told": [{"kind": r["kind"], "target": r["target"], "code": r["organisation"]} for r in rows],
    }  # fmt: skip
    evidence.record(connection, event="catalog:list:announce", subject=change.subject, body=body, now=now)
    return len(rows)


def concerned(connection: Connection, what: str, on: date) -> tuple[Concerned, ...]:
    """Who answers for data of the ledger, and who reads it on a day.

    Args:
        connection: to read with.
        what: ``schema.table`` or ``schema.table.field``; words that name no entry concern nobody.
        on: day; grants and forms that ended before it are left out.
    """
    from catalog.lineage.affected import affected_by

    place = _place(connection, what)
    if place is None:
        return ()
    dataset, field = place
    found = affected_by(connection, dataset, field, on, limit=0)
    made_from = revisions.called(connection, {each.dataset for each in found.datasets})
    owner = revisions.current(connection, dataset).contract.department
    parties = [("department", dataset, owner)]
    parties += [("composed", name, each.contract.department) for name, each in sorted(made_from.items())]
    uses = (use for use in found.uses if use.kind not in _NOT_TOLD)
    return (
        *(Concerned(kind, target, party.name, party.code) for kind, target, party in parties),
        *dict.fromkeys(Concerned(use.kind, use.id, use.who) for use in uses),
    )


def announcements(
    connection: Connection,
    *,
    organisation: str = "",
    open_only: bool = False,
    part: Part | None = None,
    told: Collection[tuple[str, str]] | None = None,
    grant: str | None = None,
) -> tuple[Announcement, ...]:
    """Announcements, the latest first; a part of them by id.

    Args:
        connection: to read with.
        organisation: code or name of who was told; everybody where empty.
        open_only: only those nobody has acknowledged.
        part: which of them.
        told: name and code of those who were told; everybody where None.
        grant: only those told of this grant; of anything where None.
    """
    a, query = list_announcements.c, select(list_announcements)
    if organisation:
        query = query.where((a.organisation == organisation) | (a.organisation_name == organisation))
    if open_only:
        query = query.where(a.acknowledged_at.is_(None))
    if told is not None:
        query = query.where(tuple_(a.organisation_name, a.organisation).in_(told))
    if grant is not None:
        query = query.where(a.kind == "grant", a.target == grant)
    latest = query.order_by(a.made_at.desc(), a.subject, a.kind, a.target, a.id)
    rows = connection.execute(latest if part is None else parted(query, part, a.id))
    return tuple(Announcement(**row._mapping) for row in rows)


def told_of(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Name and code of everybody who was told of anything."""
    a = list_announcements.c
    rows = connection.execute(select(a.organisation_name, a.organisation).distinct())
    return tuple((row.organisation_name, row.organisation) for row in rows)


def told_another(connection: Connection, announcement_id: str, code: str, name: str) -> bool:
    """Whether another organisation was told of a change: by its code, or where none was known by its name."""
    a = list_announcements.c
    mine = (a.organisation == code) | ((a.organisation == "") & (a.organisation_name == name))
    return connection.execute(select(a.id).where(a.id == announcement_id, ~mine)).first() is not None


def acknowledge(connection: Connection, announcement_id: str, *, by: str, now: datetime) -> Announcement:
    """Somebody who was told takes note.

    Raises:
        InventoryError: there is no such announcement, or it was acknowledged before.
    """
    a = list_announcements.c
    taken = update(list_announcements).where(a.id == announcement_id, a.acknowledged_at.is_(None))
    done = connection.execute(taken.values(acknowledged_by=by, acknowledged_at=now)).rowcount
    row = connection.execute(select(list_announcements).where(a.id == announcement_id)).one_or_none()
    if row is None:
        raise InventoryError(f"no announcement {announcement_id} — see `ybz lists announcements`")
    if not done:
        raise InventoryError(f"{announcement_id} was acknowledged by {row.acknowledged_by} already")
    body = {"announcement": announcement_id, "code": row.organisation, "actor": by}
    evidence.record(connection, event="catalog:list:acknowledge", subject=row.subject, body=body, now=now)
    return Announcement(**row._mapping)


def _once(told: Iterable[Concerned]) -> list[Concerned]:
    """Those who have a name, none twice; a party named by the line is told by what it answers for."""
    made = {(each.kind, each.target, each.name): each for each in told if each.name.strip()}
    by_target = {(kind, name) for kind, target, name in made if target}
    return [each for each in made.values() if each.target or (each.kind, each.name) not in by_target]


def _place(connection: Connection, what: str) -> tuple[str, str | None] | None:
    """The dataset and field that words name, or None."""
    parts = what.strip().split(".")
    try:
        contract = revisions.current(connection, ".".join(parts[:2])).contract
    except UnknownDataset:
        return None
    field = ".".join(parts[2:])
    if field and field not in {item.name for item in contract.fields}:
        return None
    return contract.name, field or None


def _codes(connection: Connection, names: Iterable[str]) -> dict[str, str]:
    """Codes of organisations by name, where the name is one organisation's alone."""
    query = select(*organisations.c["name", "code"]).where(organisations.c.name.in_(list(names)))
    rows = connection.execute(query).all()
    alone = {name for name, _ in rows if sum(other == name for other, _ in rows) == 1}
    return {name: code for name, code in rows if name in alone}
