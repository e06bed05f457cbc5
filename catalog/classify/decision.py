"""A decision on a finding or a grade as it stands: what it is about, who signed it, how long it holds.

Decides when a decision runs out: after its day, or once the field it was taken on is declared otherwise.
What is done to one is :mod:`catalog.classify.decisions`'s.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, or_, select

from catalog.cataloging.standing import of_departments
from catalog.errors import CatalogError
from catalog.store.parts import Part, parted
from catalog.store.tables.classification import classification_decisions as rows
from contracts.model import Contract
from policies.machine import Office

# The kind of a decision about the field as such: what it declares and inherits.
FIELD: Final = "*"
NEW: Final = "new"
OPEN: Final = ("awaiting", "in_force", "raised")


class DecisionRefused(CatalogError):
    """A decision that cannot be taken, and what can be done instead."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a decision is about.

    Attributes:
        contract: of the dataset, as it stands.
        field: name of the field.
        kind: detector whose finding it is, :data:`FIELD` for the field as such.
        grade: level found, inherited or declared.
        sensitive: whether the finding is of sensitive personal information.
    """

    contract: Contract
    field: str
    kind: str
    grade: int
    sensitive: bool = False

    def __post_init__(self) -> None:
        if self.field not in {f.name for f in self.contract.fields}:
            raise DecisionRefused(f"{self.contract.name} has no field {self.field} — see `ybz classify show`")


@dataclass(frozen=True, slots=True)
class Signed:
    """Who acts, in which office, when and why.

    Attributes:
        basis: law, standard or document the reason rests on.
    """

    by: str
    office: Office
    now: datetime
    reason: str
    basis: str = ""

    def __post_init__(self) -> None:
        if not self.by.strip() or not self.reason.strip():
            raise DecisionRefused("a decision states who takes it and why — give `by` and `reason`")


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; mirrors its row in the store."""

    id: str
    dataset: str
    field: str
    kind: str
    act: str
    state: str
    grade_before: int
    grade: int
    reason: str
    basis: str
    field_digest: str
    until: date | None
    made_by: str
    made_as: str
    made_at: datetime
    second_by: str | None
    second_as: str | None
    second_at: datetime | None
    ended_by: str | None
    ended_at: datetime | None
    ended_why: str | None


def of(connection: Connection, decision_id: str) -> Decision:
    """One decision.

    Raises:
        DecisionRefused: there is none of that id.
    """
    row = connection.execute(select(rows).where(rows.c.id == decision_id)).one_or_none()
    if row is None:
        raise DecisionRefused(f"there is no decision {decision_id} — see `ybz classify list`")
    return _decision(row)


def decisions_of(connection: Connection, dataset: str | None = None) -> tuple[Decision, ...]:
    """Every decision, of one dataset or of all, the first taken first."""
    query = select(rows).order_by(rows.c.made_at, rows.c.id)
    if dataset is not None:
        query = query.where(rows.c.dataset == dataset)
    return tuple(_decision(row) for row in connection.execute(query))


def decisions_part(
    connection: Connection,
    part: Part,
    *,
    departments: Collection[str] | None,
    dataset: str | None = None,
    open_on: date | None = None,
) -> tuple[Decision, ...]:
    """A part of the decisions on entries there are, by id.

    Args:
        connection: to read with.
        part: which of them.
        departments: codes of the departments whose entries are told of; of all where None.
        dataset: only on this one.
        open_on: only those that are open, and whose day is not over on this one.
    """
    query = select(rows).where(of_departments(rows.c.dataset, departments))
    if dataset is not None:
        query = query.where(rows.c.dataset == dataset)
    if open_on is not None:
        lasts = or_(rows.c.until.is_(None), rows.c.until >= open_on)
        query = query.where(rows.c.state.in_(OPEN), lasts)
    return tuple(_decision(row) for row in connection.execute(parted(query, part, rows.c.id)))


def run_out(made: Decision, contract: Contract | None, on: date) -> str:
    """Why a decision holds no longer on a day; "" where it does."""
    if made.until is not None and made.until < on:
        return f"it held until {made.until}"
    known = {f.name for f in contract.fields} if contract is not None else set()
    if contract is None or made.field not in known:
        return "the field is gone"
    if field_digest(contract, made.field) != made.field_digest:
        return "the field is declared otherwise than it was"
    return ""


def field_digest(contract: Contract, name: str) -> str:
    """What a decision on a field holds for: the field as declared, and the SQL it is made by."""
    declared = asdict(contract.field(name))
    for words in ("description", "extra"):
        declared.pop(words)
    sql = contract.composed.sql if contract.composed is not None else ""
    text = json.dumps([declared, sql], sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _decision(row: Row[Any]) -> Decision:
    return Decision(**row._mapping)
