"""The yearly disclosure 信息披露 of an implementing body or an operator: a document from the ledger's facts.

Decides what it holds for either side, that every figure carries its definition, and what it lacks because the
ledger does not know it. Calls and money are those of the monthly statements, which it names with their
digests. Each one that is made is kept, with evidence of its digest.

Source: 国家数据局综合司 notice of 2026-02-10; 发改数据规〔2025〕27号; 发改价格〔2025〕65号.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, exists, insert, or_, select

from catalog import revisions
from catalog.clocks.place import place_on
from catalog.errors import UnknownDataset
from catalog.evidence import record
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.operation import operation_agreements, operation_disclosures
from catalog.store.tables.registration import registrations
from contracts.canonical import canonical, digest
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space.errors import Refused, Unknown
from space.money import yearly
from space.money.income import income
from space.money.yearly import Month
from space.operation import scenarios
from space.operation.agreements import Agreement, called
from space.operation.disclosed_figures import ceilings, figures
from space.operation.reviews import last_day, reviews_of
from space.operation.scenarios import Scenario
from space.operation.stated_use import StatedUse

BODY: Final = "implementing-body"
OPERATOR: Final = "operator"
ROLES: Final = (BODY, OPERATOR)
# Nothing was agreed before it is signed by both.
_NOT_AGREED: Final = ("drafted", "offered", "dropped")


def compose(connection: Connection, year: int, role: str, code: str, *, now: datetime) -> dict[str, Any]:
    """The disclosure of a year, from the ledger as it is now.

    Args:
        connection: to read with.
        year: calendar year, Asia/Shanghai.
        role: ``implementing-body`` or ``operator``.
        code: of the party.
        now: aware instant.

    Raises:
        Refused: the year is not over.
        Unknown: the party had no agreement in force in the year.
    """
    today = local_date(now)
    if today.year <= year:
        raise Refused(
            Deny(
                (
                    Reason(
                        "disclosure.year_runs",
                        "the year is not over",
                        "year",
                        f"{today.year - 1} is the last whole one",
                    ),
                )
            )
        )
    held = in_force(connection, year, role, code)
    if not held:
        raise Unknown(f"agreement in force in {year} of the {role}", code, "`ybz agreement list` shows them")
    first, last = date(year, 1, 1), date(year, 12, 31)
    name = held[-1].body_name if role == BODY else held[-1].operator_name
    person = held[-1].stated["body" if role == BODY else "operator"]["person"]
    used = StatedUse.of(connection, held, year, now)
    told = [_agreement(connection, each, used, first, last) for each in held]
    document = {
        "kind": "authorised-operation-disclosure",
        "role": role,
        "party": {"code": code, "name": name, "person_in_charge": person},
        "year": year,
        "period": {"first": first.isoformat(), "last": last.isoformat()},
        "made_at": now.isoformat(),
        "due_on": due_on(connection, year).isoformat(),
        "source": rule("operation", "disclosure_day", today, place_on(connection, today)).source,
        "agreements": told,
        "figures": figures(connection, held, told, used, last),
        "prices": yearly.prices(used.sections()),
        "statements": [month.to_document(used.grants) for month in used.months],
        "account": income(connection, code, year).to_document(),
        "lacks": sorted({*_lacks(told), *_open(used.months)}),
    }
    if role == BODY:
        document["ceilings"] = ceilings(held, last)
    return document


def disclose(
    connection: Connection, year: int, role: str, code: str, *, by: str, now: datetime
) -> tuple[str, dict[str, Any]]:
    """Make the disclosure of a year and keep it, with evidence of its digest.

    Returns:
        Its id, and the document.

    Raises:
        Refused: the year is not over.
        Unknown: the party had no agreement in force in the year.
    """
    document = compose(connection, year, role, code, now=now)
    made, stated = new_id("dsc"), digest(document)
    body = {
        "year": year, "role": role, "party": code, "digest": stated, "lacks": len(document["lacks"]),
        "actor": by,
    }  # fmt: skip
    entry = record(connection, event="space:disclosure:make", subject=made, body=body, now=now)
    connection.execute(
        insert(operation_disclosures).values(
            id=made, year=year, role=role, code=code, document=canonical(document).decode(), digest=stated,
            lacks=document["lacks"], made_by=by, made_at=now, evidence_id=entry,
        )
    )  # fmt: skip
    return made, document


def made_of(connection: Connection, year: int, role: str, code: str) -> tuple[dict[str, Any], ...]:
    """Every disclosure of a year and a party that was kept, the oldest first."""
    d = operation_disclosures.c
    rows = connection.execute(
        select(operation_disclosures)
        .where(d.year == year, d.role == role, d.code == code)
        .order_by(d.made_at, d.id)
    ).all()
    return tuple(
        {"id": row.id, "made_at": row.made_at.isoformat(), "made_by": row.made_by, "digest": row.digest,
         "document": json.loads(row.document)}
        for row in rows
    )  # fmt: skip


def all_made(connection: Connection, part: Part | None = None) -> tuple[dict[str, Any], ...]:
    """The newest disclosure of every year and party, without the documents.

    Args:
        connection: to read with.
        part: of them; by year, role and code, from the last to the first.
    """
    d, another = operation_disclosures.c, operation_disclosures.alias("another")
    a = another.c
    later = or_(a.made_at > d.made_at, and_(a.made_at == d.made_at, a.id > d.id))
    newer = exists().where(a.year == d.year, a.role == d.role, a.code == d.code, later)
    wanted = select(operation_disclosures).where(~newer)
    rows = connection.execute(parted(wanted, part, d.year, d.role, d.code, newest_first=True))
    return tuple(
        {
            "id": row.id, "year": row.year, "role": row.role, "code": row.code,
            "party": json.loads(row.document)["party"]["name"], "made_at": row.made_at.isoformat(),
            "digest": row.digest, "evidence": row.evidence_id, "lacks": len(row.lacks),
        }
        for row in rows
    )  # fmt: skip


def of_id(connection: Connection, made: str) -> tuple[dict[str, Any], str]:
    """A disclosure that was made, and its digest.

    Raises:
        Unknown: there is none of that id.
    """
    row = connection.execute(select(operation_disclosures).where(operation_disclosures.c.id == made)).first()
    if row is None:
        raise Unknown("disclosure", made)
    return json.loads(row.document), row.digest


def in_force(connection: Connection, year: int, role: str, code: str) -> tuple[Agreement, ...]:
    """The agreements of a party that were in force on at least one day of a year, the oldest first."""
    a = operation_agreements.c
    party = a.body_code if role == BODY else a.operator_code
    rows = connection.execute(
        select(a.number)
        .where(
            party == code, a.state.not_in(_NOT_AGREED), a.starts_on <= date(year, 12, 31),
            a.ends_on >= date(year, 1, 1),
        )
        .order_by(a.starts_on, a.number)
    ).scalars().all()  # fmt: skip
    found = [called(connection, number) for number in rows]
    return tuple(
        each for each in found
        if last_day(each) >= date(year, 1, 1)
        and each.signed_at is not None
        and local_date(each.signed_at) <= date(year, 12, 31)
    )  # fmt: skip


def due_on(connection: Connection, year: int) -> date:
    """By which day the disclosure of a year is made."""
    day = date(year + 1, 1, 1)
    stated = rule("operation", "disclosure_day", day, place_on(connection, day)).value
    return date(year + 1, int(stated["month"]), int(stated["day"]))


def _agreement(
    connection: Connection, held: Agreement, used: StatedUse, first: date, last: date
) -> dict[str, Any]:
    adopted = [s for s in scenarios.all_scenarios(connection, held.number) if _adopted_in(s, first, last)]
    return {
        "number": held.number,
        "implementing_body": held.stated["body"],
        "operator": held.stated["operator"],
        "mode": held.mode,
        "starts_on": held.starts_on.isoformat(),
        "ends_on": held.ends_on.isoformat(),
        "ended_on": None if held.ended_on is None else held.ended_on.isoformat(),
        "state": held.state,
        "version": held.version,
        "purposes": list(held.stated["purposes"]),
        "catalogue": [_entry(connection, name, at) for name, at in sorted(held.listed.items())],
        "products": [dict(each) for each in held.stated["products"]],
        "scenarios": [_scenario(each) for each in adopted],
        "reviews": [
            {"until": each["until"], "conclusion": each["conclusion"],
             "open_findings": sum(one["state"] == "open" for one in each["findings"])}
            for each in reviews_of(connection, held.id)
        ],
        "used": used.sums(last, held.id),
    }  # fmt: skip


def _adopted_in(scenario: Scenario, first: date, last: date) -> bool:
    if scenario.adopted_at is None or local_date(scenario.adopted_at) > last:
        return False
    until = scenario.valid_to if scenario.ended_on is None else min(scenario.valid_to, scenario.ended_on)
    return until >= first


def _scenario(scenario: Scenario) -> dict[str, Any]:
    return {
        "title": scenario.title, "purpose": scenario.purpose, "state": scenario.state,
        "valid_to": scenario.valid_to.isoformat(), "risk_level": scenario.risk["level"],
        "items": len(scenario.items), "products": [dict(each) for each in scenario.products],
        "person_in_charge": scenario.person,
    }  # fmt: skip


def _entry(connection: Connection, name: str, at: int) -> dict[str, Any]:
    try:
        contract = revisions.number(connection, name, at).contract
    except UnknownDataset:  # an entry is never deleted; a list taken over from elsewhere may name another
        return {"dataset": name, "revision": at, "title": "", "department": "", "registered": False}
    r = registrations.c
    mine = (r.name == name) & (r.state == "registered")
    return {
        "dataset": name, "revision": at, "title": contract.title, "department": contract.department.name,
        "registered": connection.execute(select(r.id).where(mine)).first() is not None,
    }  # fmt: skip


def _lacks(told: Iterable[dict[str, Any]]) -> Iterable[str]:
    """What a reader would look for and the ledger does not know."""
    for each in told:
        if not each["scenarios"]:
            yield f"{each['number']}: 年度内没有采纳的应用场景"
        for entry in each["catalogue"]:
            if not entry["registered"]:
                yield f"{each['number']}: {entry['dataset']} 尚未登记（发改数据规〔2025〕26号）"
        if each["used"]["calls"] == 0:
            yield f"{each['number']}: 年度内没有得到应答的调用"


def _open(months: Iterable[Month]) -> Iterable[str]:
    for month in yearly.open_months(months):
        yield f"{month.organisation}: {month.month} 月度对账单尚未结账，数字以结账为准"
