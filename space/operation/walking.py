"""One step of an agreement or a scenario: looked up in its table, kept in its history, recorded.

Decides nothing beyond the tables ``agreement.csv`` and ``scenario.csv``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.operation import operation_agreements, operation_steps
from policies.decision import Deny, Reason
from policies.machine import machine
from policies.operation import Party
from space.errors import Refused

AGREEMENT: Final = "agreement"
SCENARIO: Final = "scenario"
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts.

    Attributes:
        by: the person.
        office: in which they act.
    """

    by: str
    office: Party


# Who acts when a term begins or runs out.
NOBODY: Final = Actor("clock", Party.CLOCK)


def after(procedure: str, state: str, event: str, actor: Actor, subject: str) -> str:
    """The state a step leads to.

    Raises:
        IllegalStep: the table does not have it.
    """
    return machine(procedure, Party).after(state, event, actor.office, subject)


def note(
    connection: Connection,
    procedure: str,
    subject: str,
    event: str,
    state: str,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    details: Mapping[str, Any] = _NOTHING,
) -> str:
    """Keep a step and record it; returns the entry's id."""
    body = {"state": state, "actor": actor.by, "office": actor.office.value, **details}
    entry = record(connection, event=f"space:{procedure}:{event}", subject=subject, body=body, now=now)
    s = operation_steps.c
    former = select(func.count()).select_from(operation_steps).where(s.subject == subject)
    connection.execute(
        insert(operation_steps).values(
            id=new_id("stp"), subject=subject, number=connection.execute(former).scalar_one() + 1,
            event=event, state=state, office=actor.office.value, made_by=actor.by, reason=reason,
            made_at=now, evidence_id=entry,
        )
    )  # fmt: skip
    return entry


def reasoned(reason: str) -> str:
    """The reason of a step that needs one.

    Raises:
        Refused: none is given.
    """
    if not reason.strip():
        raise Refused(Deny((Reason("operation.reason", "this step states its reason", "reason"),)))
    return reason.strip()


def lock(connection: Connection, agreement_id: str) -> None:
    """Hold an agreement until the transaction ends, so that two steps do not cross."""
    a = operation_agreements.c
    connection.execute(select(a.id).where(a.id == agreement_id).with_for_update())
