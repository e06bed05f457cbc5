"""Scenarios 应用场景 under an agreement: why each item is needed, what is risked, what is to come of it.

Decides who takes which step of one, and who adopts it: the implementing body, or the data authority where the
risk is of a level the dated rule names. What one states at least is :mod:`space.operation.scenario_faults`'s.

Source: 发改数据规〔2025〕27号; 上海市数据条例 Art 45; ``policies/rules/operation.yaml``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, insert, or_, select, update

from catalog.clocks.place import place_on
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.operation import (
    operation_agreements,
    operation_scenario_items,
    operation_scenarios,
)
from contracts.canonical import digest
from policies import operation as rules
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.operation import Party
from policies.rulebook import rule
from space.errors import Refused, Unknown
from space.identity.one_person import is_one
from space.operation import beneath
from space.operation.agreements import called
from space.operation.scenario_faults import day_of, faults, items_of, outside, text_of
from space.operation.walking import SCENARIO, Actor, after, note, reasoned


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario as it stands.

    Attributes:
        id, title: its id, and its title within the agreement.
        agreement: number of the agreement.
        purpose: code.
        description: what is done.
        valid_to: last day.
        risk: level, findings, measures, assessed_by, assessed_on.
        products: name, kind and standard of each.
        person: who is in charge 谁使用谁负责.
        state: of ``procedures/scenario.csv``.
        items: ``dataset.field`` → why it is needed.
    """

    id: str
    title: str
    agreement: str
    purpose: str
    description: str
    valid_to: date
    risk: Mapping[str, Any]
    products: tuple[Mapping[str, Any], ...]
    person: str
    state: str
    digest: str
    proposed_by: str
    proposed_at: datetime
    adopted_at: datetime | None
    ended_on: date | None
    items: Mapping[str, str]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        days = ("valid_to", "proposed_at", "adopted_at", "ended_on")
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in days}
        told = {name: None if (day := getattr(self, name)) is None else day.isoformat() for name in days}
        return {**plain, **told, "items": dict(self.items), "products": list(self.products)}


def propose(connection: Connection, document: Mapping[str, Any], *, by: str, now: datetime) -> Scenario:
    """Propose a scenario; the operator's act.

    Args:
        connection: a writing transaction.
        document: agreement, title, purpose, description, valid_to, person, risk {…}, products [{…}],
            items [{dataset, fields: {field: why}}].
        by: the person of the operator.
        now: aware instant.

    Raises:
        Unknown: there is no agreement of that number.
        Refused: it lacks something, or lies outside its agreement; with every reason.
    """
    day, actor = local_date(now), Actor(by, Party.OPERATOR)
    agreement = called(connection, text_of(document, "agreement"))
    state = after(SCENARIO, "new", "propose", actor, text_of(document, "title"))
    items = dict(items_of(document.get("items")))
    titles = [each.title for each in all_scenarios(connection, agreement.number)]
    reasons = tuple(faults(connection, agreement, document, items, titles, day))
    if reasons:
        raise Refused(Deny(reasons))
    scenario_id = new_id("scn")
    values = {
        "title": text_of(document, "title"), "purpose": text_of(document, "purpose"),
        "description": text_of(document, "description"), "valid_to": day_of(document.get("valid_to")),
        "risk": {key: str(value) for key, value in document["risk"].items()},
        "products": [dict(product) for product in document["products"]],
        "person": text_of(document, "person"),
    }  # fmt: skip
    stated = {
        **values, "agreement": agreement.number, "valid_to": str(values["valid_to"]),
        "items": {f"{dataset}.{field}": why for (dataset, field), why in items.items()},
    }  # fmt: skip
    connection.execute(
        insert(operation_scenarios).values(
            id=scenario_id, agreement_id=agreement.id, state=state, digest=digest(stated), proposed_by=by,
            proposed_at=now, **values,
        )
    )  # fmt: skip
    connection.execute(
        insert(operation_scenario_items),
        [
            {"scenario_id": scenario_id, "dataset": dataset, "field": field, "necessity": why}
            for (dataset, field), why in items.items()
        ],
    )
    details = {"agreement": agreement.number, "digest": digest(stated), "items": len(items)}
    note(connection, SCENARIO, scenario_id, "propose", state, actor, now, details=details)
    return by_id(connection, scenario_id)


def adopt(
    connection: Connection, scenario_id: str, *, by: str, now: datetime, office: Party = Party.BODY
) -> Scenario:
    """Adopt a proposed scenario; requests under it may be filed from now on.

    Raises:
        Unknown: there is none of that id.
        Refused: who proposed it adopts it, its risk asks for the authority, or it lies outside by now.
        IllegalStep: it is not proposed.
    """
    day, actor = local_date(now), Actor(by, office)
    scenario = by_id(connection, scenario_id)
    after(SCENARIO, scenario.state, "adopt", actor, scenario_id)
    agreement = called(connection, scenario.agreement)
    items = {_split(name): why for name, why in scenario.items.items()}
    reasons = list(outside(connection, agreement, scenario.purpose, scenario.valid_to, items, day))
    if is_one(connection, scenario.proposed_by, by):
        reasons.append(
            Reason(
                "scenario.one_person", "who proposed the scenario does not adopt it", "by", "another person"
            )
        )
    levels = rule(rules.FILE, "authority_adopts", day, place_on(connection, day)).value
    if scenario.risk["level"] in levels and office is not Party.AUTHORITY:
        reasons.append(
            Reason(
                "scenario.authority",
                "a scenario of this risk is adopted by the data authority",
                "risk",
                "decide it as the data authority",
            )
        )
    if reasons:
        raise Refused(Deny(tuple(reasons)))
    return _moved(connection, scenario, "adopt", actor, "", now, adopted_at=now)


def reject(
    connection: Connection, scenario_id: str, *, reason: str, by: str, now: datetime,
    office: Party = Party.BODY,
) -> Scenario:  # fmt: skip
    """Reject a proposed scenario, with the reason.

    Raises:
        Unknown: there is none of that id.
        Refused: no reason is given.
        IllegalStep: it is not proposed.
    """
    return _moved(
        connection, by_id(connection, scenario_id), "reject", Actor(by, office), reasoned(reason), now
    )


def withdraw(connection: Connection, scenario_id: str, *, reason: str, by: str, now: datetime) -> Scenario:
    """Take a proposed scenario back; the operator's act.

    Raises:
        Unknown: there is none of that id.
        Refused: no reason is given.
        IllegalStep: it is not proposed.
    """
    actor = Actor(by, Party.OPERATOR)
    return _moved(connection, by_id(connection, scenario_id), "withdraw", actor, reasoned(reason), now)


def end(
    connection: Connection, scenario_id: str, *, reason: str, by: str, now: datetime,
    office: Party = Party.BODY,
) -> Scenario:  # fmt: skip
    """End an adopted scenario; every grant under it ends with it.

    Raises:
        Unknown: there is none of that id.
        Refused: no reason is given.
        IllegalStep: it is not adopted.
    """
    scenario, why = by_id(connection, scenario_id), reasoned(reason)
    moved = _moved(
        connection, scenario, "end", Actor(by, office), why, now, ended_on=local_date(now)
    )  # fmt: skip
    agreement = called(connection, scenario.agreement)
    words = f"scenario {scenario.title} has ended: {why}"
    beneath.end(connection, agreement.id, reason=words, by=by, now=now, scenario_id=scenario_id)
    return moved


def by_id(connection: Connection, scenario_id: str) -> Scenario:
    """The scenario of that id.

    Raises:
        Unknown: there is none.
    """
    found = _scenarios(connection, _ALL.where(operation_scenarios.c.id == scenario_id))
    if not found:
        raise Unknown("scenario", scenario_id, "`ybz scenario list` shows them")
    return found[0]


def all_scenarios(
    connection: Connection, number: str | None = None, *, of: Collection[str] | None = None,
    part: Part | None = None,
) -> tuple[Scenario, ...]:  # fmt: skip
    """Every scenario, the oldest first.

    Args:
        connection: to read with.
        number: only under the agreement of this number.
        of: only under agreements of these parties, by their codes.
        part: of them, by when they were proposed, and id.
    """
    a, s, wanted = operation_agreements.c, operation_scenarios.c, _ALL
    if number is not None:
        wanted = wanted.where(a.number == number)
    if of is not None:
        wanted = wanted.where(or_(a.body_code.in_(of), a.operator_code.in_(of)))
    return _scenarios(connection, parted(wanted, part, s.proposed_at, s.id))


_ALL: Final = select(operation_scenarios, operation_agreements.c.number.label("agreement")).join(
    operation_agreements, operation_agreements.c.id == operation_scenarios.c.agreement_id
)


def _scenarios(connection: Connection, wanted: Select[Any]) -> tuple[Scenario, ...]:
    rows = connection.execute(wanted).all()
    i, items = operation_scenario_items.c, dict[str, dict[str, str]]()
    query = select(operation_scenario_items).where(i.scenario_id.in_([row.id for row in rows]))
    for each in connection.execute(query.order_by(i.scenario_id, i.dataset, i.field)):
        items.setdefault(each.scenario_id, {})[f"{each.dataset}.{each.field}"] = each.necessity
    names = [name for name in Scenario.__dataclass_fields__ if name not in ("items", "products")]
    return tuple(
        Scenario(
            **{name: row._mapping[name] for name in names}, items=items.get(row.id, {}),
            products=tuple(row.products),
        )
        for row in rows
    )  # fmt: skip


def _moved(
    connection: Connection, scenario: Scenario, event: str, actor: Actor, reason: str, now: datetime,
    **values: Any,
) -> Scenario:  # fmt: skip
    state = after(SCENARIO, scenario.state, event, actor, scenario.id)
    s = operation_scenarios.c
    done = connection.execute(
        update(operation_scenarios)
        .where(s.id == scenario.id, s.state == scenario.state)
        .values(state=state, **values)
    )
    assert done.rowcount == 1  # writers queue: nobody moved it meanwhile
    details = {"agreement": scenario.agreement}
    note(connection, SCENARIO, scenario.id, event, state, actor, now, reason=reason, details=details)
    return by_id(connection, scenario.id)


def _split(name: str) -> tuple[str, str]:
    dataset, _, field = name.rpartition(".")
    return dataset, field
