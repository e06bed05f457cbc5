"""Comparisons of an entitlement list: opened for a purpose, by the department whose list it is.

Decides that a comparison states its purpose and basis and names every list its rule asks for. By what right
it reads is :mod:`space.wayback.entitlements.access`'s; running it :mod:`space.wayback.entitlements.alerts`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, insert, select, update

from catalog.evidence import record
from catalog.store import writing
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.entitlements import entitlement_comparisons as comparisons
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.wayback.entitlements.access import contracts_of, rights
from space.wayback.entitlements.rules import Finding, entitlement


@dataclass(frozen=True, slots=True)
class Wanted:
    """A comparison a department asks for.

    Attributes:
        entitlement: name of the rule.
        dataset: the list.
        register: the population register.
        others: name in the rule → dataset of another list.
        department: code of the department whose list it is.
        purpose: what it is for.
        basis: legal basis.
    """

    entitlement: str
    dataset: str
    register: str
    department: str
    purpose: str
    basis: str
    others: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """An open or ended comparison; fields as in :class:`Wanted`, and the grants it rests on."""

    id: str
    entitlement: str
    dataset: str
    register: str
    others: Mapping[str, str]
    department: str
    department_code: str
    purpose: str
    basis: str
    grants: Mapping[str, str]
    opened_at: datetime
    ended_at: datetime | None


def open_comparison(engine: Engine, wanted: Wanted, *, by: str, now: datetime) -> Comparison:
    """Open a comparison, for a purpose and by the department's rights.

    Args:
        engine: the store.
        wanted: what is compared.
        by: the person who opens it.
        now: aware instant.

    Raises:
        RuleError: there is no such entitlement.
        Refused: no purpose or basis, a list the rule asks for is not named, or a right is lacking.
    """
    ruled = entitlement(wanted.entitlement, local_date(now))
    reasons = []
    if not wanted.purpose.strip():
        reasons.append(Reason("entitlement.purpose", "a comparison states its purpose", "purpose"))
    if not wanted.basis.strip():
        reasons.append(Reason("entitlement.basis", "a comparison states its legal basis", "basis"))
    asked = {one.list for one in ruled.excludes} if Finding.DOUBLE_CLAIM in ruled.finds else set()
    reasons += [
        Reason("entitlement.list", "the rule knows no such list, or asks for one", name)
        for name in sorted(asked ^ set(wanted.others))
    ]
    if reasons:
        raise Refused(Deny(tuple(reasons)))
    with writing(engine) as connection:
        given = rights(
            connection, wanted.department, ruled, wanted.dataset, wanted.register, wanted.others, now
        )
        department = contracts_of(connection, (wanted.dataset,))[wanted.dataset].department
        comparison_id = new_id("cmp")
        told = {"entitlement": wanted.entitlement, "dataset": wanted.dataset, "register": wanted.register}
        told |= {"purpose": wanted.purpose, "basis": wanted.basis}
        values: dict[str, Any] = {**told, "others": dict(wanted.others), "grants": given}
        values |= {"department_code": department.code}
        evidence_id = record(
            connection,
            event="entitlement:comparison:open",
            subject=comparison_id,
            body={**values, "by": by},
            now=now,
        )
        connection.execute(
            insert(comparisons).values(
                id=comparison_id,
                department=department.name,
                opened_by=by,
                opened_at=now,
                evidence_id=evidence_id,
                **values,
            )
        )
        return comparison(connection, comparison_id)


def end(engine: Engine, comparison_id: str, *, by: str, now: datetime) -> None:
    """End a comparison; its cases stay.

    Raises:
        Unknown: there is no open one of that id.
    """
    c = comparisons.c
    with writing(engine) as connection:
        done = connection.execute(
            update(comparisons).where(c.id == comparison_id, c.ended_at.is_(None)).values(ended_at=now)
        )
        if done.rowcount != 1:
            raise Unknown("open comparison", comparison_id, "see `ybz entitlement list`")
        record(
            connection, event="entitlement:comparison:end", subject=comparison_id, body={"by": by}, now=now
        )


def comparison(connection: Connection, comparison_id: str) -> Comparison:
    """The comparison of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(_comparisons().where(comparisons.c.id == comparison_id)).first()
    if row is None:
        raise Unknown("comparison", comparison_id, "see `ybz entitlement list`")
    return Comparison(*row)


def listing(
    connection: Connection, *, department: str | None = None, part: Part | None = None
) -> tuple[Comparison, ...]:
    """Comparisons, the oldest first; of one department where its code is given."""
    c, query = comparisons.c, _comparisons()
    if department is not None:
        query = query.where(c.department_code == department)
    rows = connection.execute(parted(query, part, c.opened_at, c.id))
    return tuple(Comparison(*row) for row in rows)


def _comparisons() -> Select[Any]:
    return select(*(comparisons.c[name] for name in Comparison.__dataclass_fields__))
