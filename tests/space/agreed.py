"""The agreement and the scenarios an operator of the tests asks under; made once an operator and purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, select

from catalog.keys import Signer
from catalog.revisions import all_current
from catalog.store import writing
from catalog.store.tables.operation import operation_agreements, operation_scenarios
from policies.clocks import local_date
from policies.purpose import purposes
from policies.rulebook import rule
from space.operation import agreeing, scenarios

BODY: Final = {"code": "11990100MB0000008X", "name": "云州市数据局", "person": "王敏"}
NUMBER: Final = "云数授〔2026〕3号"
FIRST, LAST = "2026-01-01", "2030-12-31"


def paper(
    operator: Mapping[str, str],
    catalogue: Sequence[Any],
    *,
    on: datetime,
    number: str = NUMBER,
    **stated: Any,
) -> dict[str, Any]:
    """A whole agreement; ``stated`` says parts of it otherwise."""
    day = local_date(on)
    clauses = rule("operation", "agreement_clauses", day).value
    return {
        "number": number,
        "body": BODY,
        "operator": {"code": operator["code"], "name": operator["name"], "person": "李强"},
        "mode": "scenario",
        "starts_on": FIRST,
        "ends_on": LAST,
        "catalogue": list(catalogue),
        "purposes": list(purposes(day)),
        "products": [{"name": "产业分析报告", "kind": "report", "standard": "Q/YZ 1-2026"}],
        "clauses": {key: f"按双方约定：{words}" for key, words in clauses.items()},
    } | stated


def scenario_paper(
    number: str, title: str, purpose: str, items: Mapping[str, Sequence[str]], **stated: Any
) -> dict[str, Any]:
    """A whole scenario over some items."""
    return {
        "agreement": number,
        "title": title,
        "purpose": purpose,
        "description": "以统计结果支持分析，不输出原始数据",
        "valid_to": LAST,
        "person": "李强",
        "risk": {
            "level": "medium", "findings": "无直接标识输出", "measures": "阈值和差分隐私",
            "assessed_by": "第三方评估机构", "assessed_on": "2026-02-01",
        },
        "products": [{"name": "产业分析报告", "kind": "report", "standard": "Q/YZ 1-2026"}],
        "items": [
            {"dataset": name, "fields": dict.fromkeys(fields, "分析所需的最小数据项")}
            for name, fields in items.items()
        ],
    } | stated  # fmt: skip


def agreed(
    engine: Engine, signer: Signer, operator: Mapping[str, str], purpose: str, title: str, *, now: datetime,
    number: str = NUMBER,
) -> str:  # fmt: skip
    """An agreement in force with the operator, over everything published, and an adopted scenario.

    Returns:
        Number of the agreement: ``number``, with the operator's code where another operator has it.
    """
    with writing(engine) as connection:
        number = _agreement(connection, signer, operator, number, now)
        _scenario(connection, number, purpose, title, now)
    return number


def _agreement(
    connection: Connection, signer: Signer, operator: Mapping[str, str], number: str, now: datetime
) -> str:
    a = operation_agreements.c
    rows = connection.execute(select(a.number, a.operator_code)).all()
    held = {row.number: row.operator_code for row in rows}
    if held.get(number, operator["code"]) != operator["code"]:
        number = f"{number}-{operator['code'][-3:]}"
    if number not in held:
        listed = [made.name for made in all_current(connection, states=["published"])]
        agreeing.draft(connection, paper(operator, listed, on=now, number=number), by="王敏", now=now)
        agreeing.offer(connection, number, by="王敏", now=now)
        agreeing.sign(connection, signer, number, by="李强", now=now)
    return number


def _scenario(connection: Connection, number: str, purpose: str, title: str, now: datetime) -> None:
    s, a = operation_scenarios.c, operation_agreements.c
    known = (
        select(s.id)
        .join(operation_agreements, a.id == s.agreement_id)
        .where(a.number == number, s.title == title)
    )
    if connection.execute(known).first() is None:
        items = {
            made.name: [field.name for field in made.contract.fields]
            for made in all_current(connection, states=["published"])
        }
        document = scenario_paper(number, title, purpose, items)
        made = scenarios.propose(connection, document, by="李强", now=now)
        scenarios.adopt(connection, made.id, by="王敏", now=now)
