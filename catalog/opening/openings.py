"""Openings as the ledger keeps them: their values, their steps, and how they are looked up.

Decides nothing: which step may be taken is :mod:`catalog.opening.route`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from catalog import evidence
from catalog.errors import CatalogError
from catalog.store.parts import Part, parted
from catalog.store.tables.opening import opening_steps, openings
from policies.decision import Deny
from policies.machine import Office, machine


class OpeningError(CatalogError):
    """An opening that is not there, or a step that lacks what it must state."""


class OpeningRefused(CatalogError):
    """A step the rules do not allow for this dataset.

    Attributes:
        denial: every reason.
    """

    def __init__(self, name: str, denial: Deny) -> None:
        self.denial = denial
        why = "; ".join(f"{r.message} — {r.allowed}" if r.allowed else r.message for r in denial.reasons)
        super().__init__(f"{name} is not opened: {why}")


@dataclass(frozen=True, slots=True)
class Opening:
    """A dataset on its way to the public; mirrors its row."""

    id: str
    dataset: str
    state: str
    licence: str
    method: str
    effect_grade: int
    reason: str
    assessment: Mapping[str, Any] | None
    assessed_by: str | None
    check: Mapping[str, Any] | None
    approval: str | None
    approved_by: str | None
    opened_at: datetime
    changed_at: datetime
    scope: str | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in values.items()}


def called(connection: Connection, dataset: str) -> Opening:
    """The opening of a dataset.

    Raises:
        OpeningError: it was never proposed.
    """
    found = find(connection, dataset)
    if found is None:
        first = machine("opening").steps[0]
        raise OpeningError(
            f"{dataset} was never proposed — open now: {first.event} (by the {first.office.value})"
        )
    return found


def listing(connection: Connection, part: Part | None = None) -> tuple[Opening, ...]:
    """Every opening, by dataset."""
    rows = connection.execute(parted(select(openings), part, openings.c.dataset))
    return tuple(_opening(row) for row in rows)


def steps(connection: Connection, dataset: str) -> tuple[dict[str, Any], ...]:
    """Every step an opening took, in order."""
    s = opening_steps.c
    rows = connection.execute(
        select(opening_steps).where(s.opening_id == called(connection, dataset).id).order_by(s.number)
    )
    return tuple({**row._mapping, "at": row.at.isoformat()} for row in rows)


def step(
    connection: Connection,
    opening: Opening,
    event: str,
    office: Office,
    *,
    reason: str,
    by: str,
    now: datetime,
    body: Mapping[str, Any],
) -> str:
    """Keep a step that was taken, with its evidence; the id of the evidence."""
    told = {**body, "opening": opening.id, "state": opening.state, "office": office.value, "actor": by}
    proof = evidence.record(
        connection, event=f"catalog:opening:{event}", subject=opening.dataset, body=told, now=now
    )
    s = opening_steps.c
    last = connection.execute(select(func.max(s.number)).where(s.opening_id == opening.id)).scalar()
    connection.execute(
        insert(opening_steps).values(
            opening_id=opening.id, number=(last or 0) + 1, event=event, office=office.value,
            state=opening.state, reason=reason, actor=by, at=now, evidence_id=proof,
        )
    )  # fmt: skip
    return proof


def changed(connection: Connection, opening: Opening, state: str, now: datetime, **values: Any) -> Opening:
    """Write the state a step led to, and what it stated."""
    connection.execute(
        update(openings).where(openings.c.id == opening.id).values(state=state, changed_at=now, **values)
    )
    return called(connection, opening.dataset)


def find(connection: Connection, dataset: str) -> Opening | None:
    """The opening of a dataset, or None."""
    row = connection.execute(select(openings).where(openings.c.dataset == dataset)).one_or_none()
    return None if row is None else _opening(row)


def _opening(row: Row[Any]) -> Opening:
    return Opening(**row._mapping)
