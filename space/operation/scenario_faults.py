"""What a scenario states at least, and that it lies within its agreement; every fault at once.

Decides on a proposal as it was written, against the agreement and the dated rules. Writes nothing; the acts
are :mod:`space.operation.scenarios`'s.

Source: 发改数据规〔2025〕27号; ``policies/rules/operation.yaml``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection

from catalog.clocks.place import place_on
from policies import operation as rules
from policies.decision import Deny, Reason
from space.operation import standing
from space.operation.agreements import Agreement
from space.operation.scope import Asked, ScenarioScope, judge


def faults(
    connection: Connection, agreement: Agreement, document: Mapping[str, Any],
    items: Mapping[tuple[str, str], str], known: Collection[str], day: date,
) -> Iterator[Reason]:  # fmt: skip
    """Everything a proposal lacks, and all of it that lies outside its agreement.

    Args:
        connection: to read with.
        agreement: it is proposed under.
        document: as it was written.
        items: (dataset, field) → why it is needed, as :func:`items_of` reads them.
        known: titles of the agreement's scenarios.
        day: of the proposal.
    """
    place = place_on(connection, day)
    texts = {
        "title": "应用场景名称", "description": "应用场景说明", "person": "谁使用谁负责 the person in charge",
    }  # fmt: skip
    for key, words in texts.items():
        if not text_of(document, key):
            yield _lack(key, words)
    for key, words in rules.lacking_risk(document.get("risk"), day, place):
        yield _lack(key, words)
    for key, words in rules.lacking_products(document.get("products"), day, place):
        yield _lack(key, words)
    if not items:
        yield _lack("items", "数据项及其必要性 each item with the reason it is needed")
    for (dataset, field), why in items.items():
        if not why:
            yield _lack(f"items: {dataset}.{field}", "必要性 why it is needed")
    if text_of(document, "title") in known:
        yield Reason(
            "scenario.title", "the agreement has a scenario of this title", "title", "give it another title"
        )
    last = day_of(document.get("valid_to"))
    if last is None or last < day:
        yield _lack("valid_to", "期限 the last day, not in the past, as YYYY-MM-DD")
    else:
        yield from outside(connection, agreement, text_of(document, "purpose"), last, items, day)


def outside(
    connection: Connection, agreement: Agreement, purpose: str, last: date,
    items: Mapping[tuple[str, str], str], day: date,
) -> Iterator[Reason]:  # fmt: skip
    """Why the scenario would lie outside its agreement."""
    named = {dataset for dataset, _ in items}
    found = standing.under(connection, agreement.number, "", named, day)
    asked = Asked(agreement.operator_code, agreement.body_code, purpose, last, tuple(items))
    itself = ScenarioScope("", "adopted", purpose, last, frozenset(items))
    decision = judge(asked, found.agreement, itself, day)
    yield from decision.reasons if isinstance(decision, Deny) else ()


def _lack(where: str, words: str) -> Reason:
    return Reason("scenario.lacks", "the scenario lacks something it holds at least", where, words)


def items_of(stated: Any) -> Iterator[tuple[tuple[str, str], str]]:
    """Each item of a proposal with why it is needed."""
    for each in stated if isinstance(stated, list | tuple) else ():
        fields = each.get("fields") if isinstance(each, Mapping) else None
        if isinstance(fields, Mapping):
            for field, why in fields.items():
                yield (str(each.get("dataset")), str(field)), str(why or "").strip()


def text_of(document: Mapping[str, Any], key: str) -> str:
    """A text of a proposal; empty where it is not there."""
    return str(document.get(key) or "").strip()


def day_of(value: Any) -> date | None:
    """A day of a proposal; None where it is none."""
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
