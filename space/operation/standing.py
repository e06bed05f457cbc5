"""Agreements and scenarios as they stand on a day: what a request or a grant under them is measured by.

Reads only. Decides in which state an agreement is on a day whose begin or end nobody has entered yet; whether
something lies within is :mod:`space.operation.scope`'s.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from catalog import revisions
from catalog.revisions import PUBLISHED
from catalog.store.tables.grants import grants, requests
from catalog.store.tables.operation import (
    operation_agreements,
    operation_listed,
    operation_requests,
    operation_scenario_items,
    operation_scenarios,
    operation_versions,
)
from contracts.comparing.contracts import Breaking, compare
from policies.decision import Deny, Reason
from space.operation.scope import AgreementScope, Asked, Listed, ScenarioScope, judge


@dataclass(frozen=True, slots=True)
class Under:
    """The agreement and the scenario something is asked for under.

    Attributes:
        agreement, scenario: what they allow; None where there is none of that name.
        agreement_id, scenario_id: their ids; empty where there is none.
    """

    agreement: AgreementScope | None
    scenario: ScenarioScope | None
    agreement_id: str = ""
    scenario_id: str = ""

    @property
    def complete(self) -> bool:
        """Whether both are there."""
        return bool(self.agreement_id and self.scenario_id)


def state_on(row: Row[Any], on: date) -> str:
    """The state of an agreement on a day, whether or not its begin and end were entered."""
    state: str = row.state
    if state == "signed" and row.starts_on <= on:
        state = "in_force"
    return "expired" if state in ("in_force", "suspended") and row.ends_on < on else state


def under(connection: Connection, number: str, title: str, datasets: Collection[str], on: date) -> Under:
    """The agreement of a number and its scenario of a title, as far as some datasets are concerned.

    Args:
        connection: to read with.
        number: of the agreement, as the parties write it.
        title: of the scenario.
        datasets: whose listing is looked at.
        on: day, Asia/Shanghai.
    """
    a, s = operation_agreements.c, operation_scenarios.c
    row = connection.execute(select(operation_agreements).where(a.number == number)).first()
    if row is None:
        return Under(None, None)
    found = connection.execute(
        select(operation_scenarios).where(s.agreement_id == row.id, s.title == title)
    ).first()
    agreement = _agreement(connection, row, datasets, on)
    if found is None:
        return Under(agreement, None, row.id)
    return Under(agreement, _scenario(connection, found, on), row.id, found.id)


def outside(
    connection: Connection, request_id: str, last: date, items: Iterable[tuple[str, str]], on: date
) -> Iterator[Reason]:
    """Every reason why items of an operator's request lie outside its agreement and scenario today.

    Args:
        connection: to read with.
        request_id: of a request for authorised operation; others have no agreement, and no reasons.
        last: last day of use.
        items: dataset and field of each.
        on: day, Asia/Shanghai.
    """
    row = connection.execute(select(requests).where(requests.c.id == request_id)).first()
    if row is None or row.kind != "operation":
        return
    asked = Asked(
        operator=row.applicant,
        body=str(row.statement.get("implementing_body") or ""),
        purpose=row.purpose,
        last=last,
        items=tuple(items),
    )
    number, title = _named(connection, row)
    found = under(connection, number, title, {dataset for dataset, _ in asked.items}, on)
    decision = judge(asked, found.agreement, found.scenario, on)
    yield from decision.reasons if isinstance(decision, Deny) else ()


def set_aside(connection: Connection, grant_id: str, on: date) -> Reason | None:
    """Why a grant is not resumed by itself: the agreement it stands under is not in force. None where it is.

    Args:
        connection: to read with.
        grant_id: of a suspended grant.
        on: day, Asia/Shanghai.
    """
    o, a = operation_requests.c, operation_agreements.c
    query = (
        select(operation_agreements)
        .join(operation_requests, o.agreement_id == a.id)
        .join(grants, grants.c.request_id == o.request_id)
        .where(grants.c.id == grant_id)
    )
    row = connection.execute(query).first()
    if row is None or state_on(row, on) == "in_force":
        return None
    return Reason(
        "scope.agreement.not_in_force",
        f"the agreement is {state_on(row, on)}",
        "agreement",
        "only an agreement in force carries requests and grants (`ybz agreement show`)",
    )


def listed(connection: Connection, agreement_id: str, version: int) -> tuple[Row[Any], ...]:
    """The catalogue list of a version: dataset, revision, digest of its contract."""
    held = operation_listed.c
    query = select(operation_listed).where(held.agreement_id == agreement_id, held.version == version)
    return tuple(connection.execute(query.order_by(held.dataset)))


def parties(connection: Connection) -> frozenset[str]:
    """Codes of the organisations that are a party of an agreement."""
    a = operation_agreements.c
    found = (connection.execute(select(code).distinct()).scalars() for code in (a.body_code, a.operator_code))
    return frozenset(code for codes in found for code in codes)


def versions_of(connection: Connection, ids: Collection[str]) -> dict[str, list[Row[Any]]]:
    """Agreement → its versions, the first first; of several agreements at once."""
    v, found = operation_versions.c, {one: list[Row[Any]]() for one in ids}
    query = select(operation_versions).where(v.agreement_id.in_(ids)).order_by(v.agreement_id, v.version)
    for row in connection.execute(query):
        found[row.agreement_id].append(row)
    return found


def lists_of(connection: Connection, ids: Collection[str]) -> dict[tuple[str, int], dict[str, int]]:
    """Agreement and version → its catalogue list, dataset → revision; of several agreements at once."""
    held, found = operation_listed.c, dict[tuple[str, int], dict[str, int]]()
    query = select(operation_listed).where(held.agreement_id.in_(ids)).order_by(held.dataset)
    for row in connection.execute(query):
        found.setdefault((row.agreement_id, row.version), {})[row.dataset] = row.revision
    return found


def document_of(connection: Connection, agreement_id: str, version: int) -> dict[str, Any]:
    """What a version says."""
    v = operation_versions.c
    query = select(v.document).where(v.agreement_id == agreement_id, v.version == version)
    stated: dict[str, Any] = json.loads(connection.execute(query).scalar_one())
    return stated


def _named(connection: Connection, row: Row[Any]) -> tuple[str, str]:
    """Number and title a request stands under: as found when it was filed, else as it states them."""
    o = operation_requests.c
    query = (
        select(operation_agreements.c.number, operation_scenarios.c.title)
        .join(operation_requests, o.agreement_id == operation_agreements.c.id)
        .join(operation_scenarios, operation_scenarios.c.id == o.scenario_id)
        .where(o.request_id == row.id)
    )
    found = connection.execute(query).first()
    if found is not None:
        return found.number, found.title
    return str(row.statement.get("agreement") or ""), str(row.statement.get("scenario") or "")


def _agreement(connection: Connection, row: Row[Any], datasets: Collection[str], on: date) -> AgreementScope:
    # Before it is signed, nothing is agreed on: what its draft lists is not looked at.
    held = {each.dataset: each for each in listed(connection, row.id, row.version)}
    named = [name for name in datasets if name in held]
    now = revisions.called(connection, named)
    purposes = document_of(connection, row.id, row.version)["purposes"] if row.version else []
    return AgreementScope(
        number=row.number,
        state=state_on(row, on),
        operator=row.operator_code,
        body=row.body_code,
        ends_on=row.ends_on,
        purposes=frozenset(purposes),
        listed={name: _listed(connection, held[name], now.get(name)) for name in named},
    )


def _listed(connection: Connection, row: Row[Any], now: revisions.Revision | None) -> Listed:
    then = revisions.number(connection, row.dataset, row.revision).contract
    fields = frozenset(field.name for field in then.fields)
    if now is None or now.state != PUBLISHED:
        return Listed(row.revision, fields, 0)
    step = None if now.number == row.revision else compare(then, now.contract)
    return Listed(row.revision, fields, now.number, step.reasons if isinstance(step, Breaking) else ())


def _scenario(connection: Connection, row: Row[Any], on: date) -> ScenarioScope:
    i = operation_scenario_items.c
    items = connection.execute(select(i.dataset, i.field).where(i.scenario_id == row.id)).all()
    return ScenarioScope(
        title=row.title,
        state="over" if row.state == "adopted" and row.valid_to < on else row.state,
        purpose=row.purpose,
        valid_to=row.valid_to,
        items=frozenset((item.dataset, item.field) for item in items),
    )
