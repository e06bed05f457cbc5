"""Breaking changes announced: to subscribers, grant holders, issuers of forms, departments that compose.

Decides who is told and when: everyone who uses the dataset, in the transaction that puts the breaking
revision in force, each with what of it they feel. What breaks is :mod:`contracts.comparing.contracts`'s
matter, who uses a dataset is :mod:`catalog.lineage.impact`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, insert, or_, select, true, update

from catalog import evidence
from catalog.errors import CatalogError
from catalog.evidence.append import record_all
from catalog.lineage.impact import Felt, impact_of, used_among
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.cataloging import entry_announcements
from catalog.store.tables.ledger import entries
from contracts.model import Contract
from policies.clocks import local_date

SUBSCRIPTION: Final = "subscription"
GRANT: Final = "grant"
FORM: Final = "form"
COMPOSED: Final = "composed"
# Who issues a form is known by name alone, which may be longer than a code.
_CODE: Final = 40


class AnnouncementError(CatalogError):
    """An announcement that is not there, or cannot be acknowledged."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """A breaking revision, told to one user of the dataset; mirrors its row in the store.

    Attributes:
        name: of the dataset.
        from_revision, to_revision: the revision replaced, and the one in force since.
        kind: ``subscription``, ``grant``, ``form`` or ``composed``.
        target: id of the subscription or grant, code of the form, or name of the composed dataset.
        organisation, organisation_name: who is told.
        breaks: whether what they have stops working or means something else.
        reasons: what breaks, one sentence each.
        effects: what of it they feel, one sentence each.
        acknowledged_by, acknowledged_at: who took note; None until then.
    """

    id: str
    name: str
    from_revision: int
    to_revision: int
    kind: str
    target: str
    organisation: str
    organisation_name: str
    breaks: bool
    reasons: tuple[str, ...]
    effects: tuple[str, ...]
    made_at: datetime
    acknowledged_by: str | None
    acknowledged_at: datetime | None

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "id": self.id, "name": self.name, "from": self.from_revision, "to": self.to_revision,
            "kind": self.kind, "target": self.target, "organisation": self.organisation,
            "organisation_name": self.organisation_name, "breaks": self.breaks,
            "reasons": list(self.reasons), "effects": list(self.effects), "at": self.made_at.isoformat(),
            "acknowledged_by": self.acknowledged_by,
            "acknowledged_at": self.acknowledged_at.isoformat() if self.acknowledged_at else None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """A breaking revision about to come into force.

    Attributes:
        entry_id: of the entry.
        former, number: of the revision in force until now, and of its successor.
        contract: of the successor.
        breaks: what it takes back, one sentence each.
    """

    entry_id: str
    former: int
    number: int
    contract: Contract
    breaks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads announcements: of what it was told, and of what it sees the details of, all.

    Attributes:
        code, name: of the organisation.
        departments: codes of those whose entries' announcements it reads whoever was told; None = of all.
        grant: the only grant of its token, whose announcements alone it reads; None where it has all.
    """

    code: str
    name: str
    departments: Collection[str] | None
    grant: str | None = None

    def among(self) -> ColumnElement[bool]:
        """Which rows it reads."""
        a = entry_announcements.c
        if self.grant is not None:
            return (a.kind == GRANT) & (a.target == self.grant)
        if self.departments is None:
            return true()
        by_name = (a.kind == FORM) & (a.organisation_name == self.name)
        return or_(a.organisation == self.code, by_name, entries.c.department_code.in_(self.departments))


def announce(connection: Connection, steps: Sequence[Step], now: datetime) -> dict[str, int]:
    """Tell the users of datasets that breaking revisions come into force.

    Args:
        connection: a writing transaction, in which the old revisions are still the ones in force.
        steps: every breaking revision.
        now: aware instant.

    Returns:
        Dataset → how many are told, for those where anybody is.
    """
    used = used_among(connection, [step.contract.name for step in steps], local_date(now))
    rows: list[dict[str, Any]] = []
    recorded, told = [], {}
    for step in steps:
        name = step.contract.name
        mine = _rows(connection, step, now) if name in used else []
        body = {
            "dataset": name, "from": step.former, "to": step.number, "reasons": list(step.breaks),
            "told": [{"kind": r["kind"], "target": r["target"], "code": r["organisation"]} for r in mine],
        }  # fmt: skip
        recorded.append(("catalog:entry:announce", name, body))
        rows += mine
        if mine:
            told[name] = len(mine)
    if rows:
        connection.execute(insert(entry_announcements), rows)
    record_all(connection, recorded, now=now)
    return told


def _rows(connection: Connection, step: Step, now: datetime) -> list[dict[str, Any]]:
    found = impact_of(connection, step.contract, local_date(now))
    users = (
        *((SUBSCRIPTION, felt) for felt in found.subscribers),
        *((GRANT, felt) for felt in found.grants),
        *((FORM, felt) for felt in found.forms),
        *((COMPOSED, felt) for felt in found.composed),
    )
    return [
        {
            "id": new_id("ann"), "entry_id": step.entry_id, "from_revision": step.former,
            "to_revision": step.number, "kind": kind, "target": felt.id, "organisation": felt.code[:_CODE],
            "organisation_name": felt.who, "breaks": felt.breaks, "reasons": list(step.breaks),
            "effects": _effects(felt), "made_at": now,
        }
        for kind, felt in users
    ]  # fmt: skip


def announcements(
    connection: Connection,
    *,
    organisation: str = "",
    name: str = "",
    open_only: bool = False,
    part: Part | None = None,
    reader: Reader | None = None,
) -> tuple[Announcement, ...]:
    """Announcements, the latest first; a part of them by id.

    Args:
        connection: to read with.
        organisation: code or name of who was told; everybody where empty.
        name: of the dataset; every one where empty.
        open_only: only those nobody has acknowledged.
        part: which of them.
        reader: who reads; everything where None.
    """
    a = entry_announcements.c
    query = select(entry_announcements, entries.c.name).join(entries, entries.c.id == a.entry_id)
    if organisation:
        query = query.where((a.organisation == organisation) | (a.organisation_name == organisation))
    if name:
        query = query.where(entries.c.name == name)
    if reader is not None:
        query = query.where(reader.among())
    if open_only:
        query = query.where(a.acknowledged_at.is_(None))
    latest = query.order_by(a.made_at.desc(), entries.c.name, a.kind, a.target)
    rows = connection.execute(latest if part is None else parted(query, part, a.id))
    return tuple(_announcement(row) for row in rows)


def acknowledge(connection: Connection, announcement_id: str, by: str, now: datetime) -> Announcement:
    """Somebody who was told takes note.

    Raises:
        AnnouncementError: there is no such announcement, or it was acknowledged before.
    """
    found = _only(connection, announcement_id)
    if found.acknowledged_by is not None:
        raise AnnouncementError(f"{announcement_id} was acknowledged by {found.acknowledged_by} already")
    connection.execute(
        update(entry_announcements)
        .where(entry_announcements.c.id == announcement_id)
        .values(acknowledged_by=by, acknowledged_at=now)
    )
    body = {"announcement": announcement_id, "dataset": found.name, "revision": found.to_revision,
            "code": found.organisation, "actor": by}  # fmt: skip
    evidence.record(connection, event="catalog:entry:acknowledge", subject=found.name, body=body, now=now)
    return _only(connection, announcement_id)


def _only(connection: Connection, announcement_id: str) -> Announcement:
    query = select(entry_announcements, entries.c.name).join(
        entries, entries.c.id == entry_announcements.c.entry_id
    )
    row = connection.execute(query.where(entry_announcements.c.id == announcement_id)).one_or_none()
    if row is None:
        raise AnnouncementError(f"no announcement {announcement_id} — see `ybz entry announcements`")
    return _announcement(row)


def _effects(felt: Felt) -> list[str]:
    return [
        f"{effect.field}: {effect.what}" if effect.field else effect.what
        for effect in felt.effects
    ]  # fmt: skip


def _announcement(row: Row[Any]) -> Announcement:
    taken = {name: getattr(row, name) for name in Announcement.__dataclass_fields__}
    return Announcement(**taken | {"reasons": tuple(row.reasons), "effects": tuple(row.effects)})
