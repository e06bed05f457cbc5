"""Walls that are missing, and the two people who may do without them.

Decides which required walls do not stand around this machine's workers, and whether an override covers
them. It takes two people, a reason and a last day; every act is evidence. The walls themselves are
:mod:`space.engines.workers.walls`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.walls import wall_overrides
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space.engines.workers.pool import walls
from space.errors import Refused, Unknown
from space.identity.one_person import is_one

_OVERRIDES: Final = wall_overrides.c


@dataclass(frozen=True, slots=True)
class Override:
    """Walls two people agreed to do without for a time.

    Attributes:
        id: of the override.
        missing: names of the walls.
        reason: why.
        valid_to: last day.
        proposed_by, agreed_by: the two people; the second None while one is waited for.
        withdrawn_by: who took it back, or None.
    """

    id: str
    missing: tuple[str, ...]
    reason: str
    valid_to: date
    proposed_by: str
    agreed_by: str | None
    withdrawn_by: str | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id,
            "missing": list(self.missing),
            "reason": self.reason,
            "valid_to": self.valid_to.isoformat(),
            "proposed_by": self.proposed_by,
            "agreed_by": self.agreed_by,
            "withdrawn_by": self.withdrawn_by,
        }


@cache
def standing() -> dict[str, bool]:
    """Which walls stand around a worker here, asked of one; once a process, as a kernel does not change."""
    return walls()


def missing(on: date) -> tuple[str, ...]:
    """The required walls that do not stand."""
    found = standing()
    return tuple(name for name in rule("grants", "required_walls", on).value if not found.get(name, False))


def covered(connection: Connection, walls_missing: Collection[str], on: date) -> bool:
    """Whether an agreed override in force names every one of these walls."""
    found = connection.execute(
        select(_OVERRIDES.missing).where(
            _OVERRIDES.agreed_by.is_not(None),
            _OVERRIDES.withdrawn_by.is_(None),
            _OVERRIDES.valid_to >= on,
        )
    ).scalars()
    return any(set(walls_missing) <= set(names) for names in found)


def propose(
    connection: Connection,
    *,
    reason: str,
    valid_to: date,
    by: str,
    now: datetime,
    without: Collection[str] | None = None,
) -> Override:
    """Ask to do without the walls that are missing now; another person must agree.

    Args:
        connection: a writing transaction.
        reason: why operators should be granted all the same.
        valid_to: last day.
        by: the first person.
        now: aware instant.
        without: the walls; those missing on this machine where None.

    Raises:
        Refused: nothing is missing, no reason is given, or the term is too long.
    """
    day = local_date(now)
    names = sorted(missing(day) if without is None else without)
    longest = int(rule("grants", "longest_wall_override", day).value)
    objections = []
    if not names:
        objections.append(Reason("walls.none_missing", "every required wall stands", "walls"))
    if not reason.strip():
        objections.append(Reason("walls.no_reason", "an override needs a reason", "reason", "say why"))
    if not day <= valid_to <= day + timedelta(days=longest):
        objections.append(
            Reason("walls.term", "the override lasts too long", "until", f"at most {longest} days")
        )
    if objections:
        raise Refused(Deny(tuple(objections)))
    override_id = new_id("wov")
    body = {"missing": names, "valid_to": valid_to.isoformat(), "by": by}
    evidence_id = record(connection, event="space:walls:propose", subject=override_id, body=body, now=now)
    connection.execute(
        insert(wall_overrides).values(
            id=override_id,
            missing=names,
            reason=reason,
            valid_to=valid_to,
            proposed_by=by,
            proposed_at=now,
            evidence_id=evidence_id,
        )
    )
    return by_id(connection, override_id)


def agree(connection: Connection, override_id: str, *, by: str, now: datetime) -> Override:
    """Agree as the second person; from now on it is in force.

    Raises:
        Refused: the same person proposed it, or it is no longer waiting.
        Unknown: there is none of that id.
    """
    found = by_id(connection, override_id)
    if found.agreed_by is not None or found.withdrawn_by is not None:
        raise Refused(Deny((Reason("walls.not_waiting", "the override does not wait for anybody", "id"),)))
    if is_one(connection, found.proposed_by, by):
        raise Refused(
            Deny(
                (
                    Reason(
                        "walls.same_person", "the second person must be another", "by", "name another person"
                    ),
                )
            )
        )
    return _set(connection, found, {"agreed_by": by, "agreed_at": now}, act="agree", by=by, now=now)


def withdraw(connection: Connection, override_id: str, *, by: str, now: datetime) -> Override:
    """Take an override back; no grant is signed under it any more."""
    found = by_id(connection, override_id)
    if found.withdrawn_by is not None:
        raise Refused(Deny((Reason("walls.withdrawn", "the override is withdrawn already", "id"),)))
    changed = {"withdrawn_by": by, "withdrawn_at": now}
    return _set(connection, found, changed, act="withdraw", by=by, now=now)


def by_id(connection: Connection, override_id: str) -> Override:
    """The override of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(wall_overrides).where(_OVERRIDES.id == override_id)).first()
    if row is None:
        raise Unknown("override", override_id, "`ybz doctor` lists them")
    return _from(row)


def overrides(connection: Connection) -> tuple[Override, ...]:
    """Every override, the oldest first."""
    rows = connection.execute(select(wall_overrides).order_by(_OVERRIDES.proposed_at, _OVERRIDES.id))
    return tuple(_from(row) for row in rows)


def _set(
    connection: Connection, found: Override, changed: dict[str, Any], *, act: str, by: str, now: datetime
) -> Override:
    record(connection, event=f"space:walls:{act}", subject=found.id, body={"by": by}, now=now)
    connection.execute(update(wall_overrides).where(_OVERRIDES.id == found.id).values(**changed))
    return by_id(connection, found.id)


def _from(row: Row[Any]) -> Override:
    return Override(
        row.id,
        tuple(row.missing),
        row.reason,
        row.valid_to,
        row.proposed_by,
        row.agreed_by,
        row.withdrawn_by,
    )
