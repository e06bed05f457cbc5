"""Asking for a subscription 回流订阅: what a body may ask to have back.

Decides whether a subscription may be opened: within the body's own area, on a legal basis, of what is shared;
and that nobody may tie it to more than that. Pure; :mod:`space.wayback.backflow.subscriptions` opens it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from catalog.places.divisions import Divisions
from contracts.codes import CODES
from contracts.model import Contract, ShareType
from policies.decision import Decision, Deny, Permit, Reason
from space.wayback.backflow.bodies import Body

# Source: 政务数据共享条例（国务院令第809号）第24条 (data flow back in time and whole, without
# further restrictive conditions).
CONDITION: Final = Reason(
    "backflow.condition",
    "the higher level may not add conditions to what flows back",
    where="conditions",
    allowed="the area, the fields and the legal basis; nothing else",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a body asks to have back.

    Attributes:
        subscriber: code of the body.
        dataset: ``schema.table``.
        fields: field names; nothing else of a row leaves.
        basis: legal basis 使用依据.
        area: region code within the body's own; the body's own where empty.
        plain: of ``fields``: identity numbers delivered unmasked, because the duty needs them whole.
        grant_id: the grant it is opened under and ends with; empty where it rests on its basis alone.
        meaning: whose area: residence 居住地, registration 户籍地 or workplace 工作地 of what a row is about;
            the dataset's first where empty.
        valid_from: first day it is open, ``YYYY-MM-DD``; at once where empty.
        valid_to: last day; until it is ended where empty.
        conditions: what the higher level would have it depend on: nothing may stand here.
    """

    subscriber: str
    dataset: str
    fields: tuple[str, ...]
    basis: str
    area: str = ""
    plain: tuple[str, ...] = ()
    grant_id: str = ""
    meaning: str = ""
    valid_from: str = ""
    valid_to: str = ""
    conditions: tuple[str, ...] = ()


def judge(
    wanted: Wanted,
    asker: Body,
    contract: Contract,
    *,
    published: bool = True,
    tree: Divisions | None = None,
) -> Decision:
    """Whether ``asker`` may have what it asks of the dataset of ``contract``; pure.

    Args:
        wanted: what is asked.
        asker: the body.
        contract: of the dataset.
        published: whether its entry is in force; what is a draft or withdrawn flows nowhere.
        tree: the region tree; by their digits alone where there is none.

    Source: 政务数据共享条例（国务院令第809号）第24条 (no further conditions than these).
    """
    reasons = (
        *_of_area(wanted, asker, tree or Divisions((), (), date.min)),
        *_of_dataset(contract),
        *_of_fields(wanted, contract),
        *_of_meaning(wanted, contract),
        *_of_term(wanted),
    )
    if wanted.conditions:
        reasons += (CONDITION,)
    if not published:
        reasons += (Reason("backflow.dataset.unpublished", "its entry is not published", wanted.dataset),)
    if not wanted.basis.strip():
        reasons += (Reason("backflow.basis.missing", "no legal basis is given", where="basis"),)
    return Deny(reasons) if reasons else Permit()


def _of_area(wanted: Wanted, asker: Body, tree: Divisions) -> Iterator[Reason]:
    area = wanted.area or asker.area
    if CODES["region"](area) != area or not tree.inside(area, asker.area):
        yield Reason(
            "backflow.area.outside",
            "the area does not lie within the body's own",
            where="area",
            allowed=f"a region code that begins with {asker.area}",
        )


def _of_dataset(contract: Contract) -> Iterator[Reason]:
    if not contract.attribution_rules:
        yield Reason("backflow.dataset.no_area", "its contract names no area field", where=contract.name)
    if not contract.key:
        yield Reason("backflow.dataset.no_key", "its contract names no primary key", where=contract.name)
    if contract.sharing.type is ShareType.WITHHELD:
        yield Reason("backflow.dataset.withheld", "it is not shared 不予共享", where=contract.name)


def _of_fields(wanted: Wanted, contract: Contract) -> Iterator[Reason]:
    if not wanted.fields:
        yield Reason("backflow.fields.none", "no field is named", where="fields")
    known = {field.name: field for field in contract.fields}
    for name in wanted.fields:
        if name not in known:
            yield Reason("backflow.field.unknown", "the dataset has no such field", where=name)
        elif known[name].sharing is ShareType.WITHHELD:
            yield Reason("backflow.field.withheld", "the field is not shared 不予共享", where=name)
    for name in _beyond(wanted.plain, wanted.fields):
        yield Reason("backflow.field.plain", "unmasked, but not among the fields", where=name)


def _of_meaning(wanted: Wanted, contract: Contract) -> Iterator[Reason]:
    told = dict.fromkeys(rule.meaning for rule in contract.attribution_rules)
    if wanted.meaning and told and wanted.meaning not in told:
        yield Reason(
            "backflow.meaning.untold",
            "nothing in the dataset tells that area of a row",
            where="meaning",
            allowed=", ".join(told),
        )


def _of_term(wanted: Wanted) -> Iterator[Reason]:
    days = [text for text in (wanted.valid_from, wanted.valid_to) if text]
    if not all(map(_is_day, days)) or days != sorted(days):
        yield Reason(
            "backflow.term",
            "its days are none, or the last comes before the first",
            where="valid_from",
            allowed="YYYY-MM-DD, the first day no later than the last",
        )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _beyond(names: Sequence[str], known: Sequence[str]) -> list[str]:
    return [name for name in names if name not in known]
