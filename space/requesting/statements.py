"""What an applicant states, read from YAML or JSON, and what is missing from it.

Decides completeness: every lack is found in one pass, so that the applicant is told once and
completely (一次性告知). What an operator asks for has to lie within its agreement and scenario
(:mod:`space.operation.scope`); what does not is told with the rest. Reads the ledger; writes nothing.

Source: 政务数据共享条例 Art 20–21 (basis, scenario, scope, method, time limit; the applicant vouches).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from contracts.model import Contract, ShareType
from policies.access import OrganisationKind
from policies.decision import Deny
from policies.purpose import known
from policies.rulebook import rule
from space.errors import SpaceError
from space.granting.kinds import published
from space.identity.organisations import Organisation
from space.operation.scope import Asked, judge
from space.operation.standing import Under, under

# What a statement must hold, by kind of request: key and what a person calls it.
_STATED: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "sharing": (
        ("legal_basis", "使用依据 the legal basis of the use"),
        ("scenario", "使用场景 the scenario"),
        ("scope", "使用范围 the scope"),
        ("method", "共享方式 the method (query, file, exchange or api)"),
        ("vouched_by", "承诺人 who vouches for truth, legality and necessity"),
    ),
    "operation": (
        ("implementing_body", "实施机构 the code of the implementing body"),
        ("agreement", "授权运营协议 the number of the authorised-operation agreement"),
        ("scenario", "应用场景 the scenario"),
        ("vouched_by", "承诺人 who vouches for truth, legality and necessity"),
    ),
    "open": (
        ("scenario", "使用场景 the scenario"),
        ("method", "获取方式 the method (query, file, exchange or api)"),
        ("vouched_by", "承诺人 who vouches for truth, legality and necessity"),
    ),
}
OPEN: Final = "open"
_STRICTNESS: Final = (ShareType.UNCONDITIONAL, ShareType.CONDITIONAL, ShareType.WITHHELD)


class StatementUnreadable(SpaceError):
    """A request file that does not even say who asks."""


@dataclass(frozen=True, slots=True)
class Item:
    """One data item asked for.

    Attributes:
        dataset, field: which one.
        share_type: its sharing type.
        case_id: the case it is answered in; None before the request is complete.
        answer: ``permitted``, ``refused`` or ``withdrawn``; None while it is waited for.
        ground, basis: of the answer.
    """

    dataset: str
    field: str
    share_type: str
    case_id: str | None = None
    answer: str | None = None
    ground: str | None = None
    basis: str | None = None

    @property
    def name(self) -> str:
        """``dataset.field``."""
        return f"{self.dataset}.{self.field}"


@dataclass(frozen=True, slots=True)
class Statement:
    """What was stated.

    Attributes:
        kind: ``sharing``, ``operation`` or ``open``; an operator asks for operation unless it says open.
        applicant: who asks.
        purpose: code, possibly unknown (then it is among the missing).
        stated: the free statements, by key.
        use_until: time limit.
        items: what is asked for and exists.
        share_type: strictest over the items.
        missing: everything that is lacking, in words.
        under: the agreement and the scenario of an operator's request, where both are there.
    """

    kind: str
    applicant: Organisation
    purpose: str
    stated: Mapping[str, str]
    use_until: date | None
    items: tuple[Item, ...]
    share_type: ShareType
    missing: tuple[str, ...]
    under: Under | None = None


def read(connection: Connection, document: Mapping[str, Any], day: date) -> Statement:
    """Read a statement and find all it lacks.

    Args:
        connection: to look up the items in the ledger.
        document: ``applicant {code, name, kind}``, ``purpose``, ``use_until``, ``items [{dataset, fields}]``
            and the statements of its kind.
        day: today, Asia/Shanghai.

    Raises:
        StatementUnreadable: the applicant is not named.
    """
    applicant = _applicant(document)
    kind = "operation" if applicant.kind is OrganisationKind.OPERATOR else "sharing"
    kind = OPEN if _text(document.get("kind")) == OPEN else kind
    stated = {key: _text(document.get(key)) for key, _ in _STATED[kind]}
    purpose, use_until = _text(document.get("purpose")), _day(document.get("use_until"))
    items, lacking = _items(connection, document.get("items"), open_only=kind == OPEN)
    missing = [f"{key}: {what}" for key, what in _STATED[kind] if not stated[key]]
    missing += _lacks_purpose(purpose, day)
    missing += _lacks_form(stated, applicant, day)
    if use_until is None or use_until < day:
        missing.append("use_until: 使用时限 the last day of use, not in the past, as YYYY-MM-DD")
    made = Statement(
        kind=kind,
        applicant=applicant,
        purpose=purpose,
        stated=stated,
        use_until=use_until,
        items=items,
        share_type=max(
            (ShareType(i.share_type) for i in items), key=_STRICTNESS.index, default=ShareType.CONDITIONAL
        ),
        missing=tuple(missing + lacking),
    )
    return _within(connection, made, day) if kind == "operation" else made


def _within(connection: Connection, made: Statement, day: date) -> Statement:
    """The statement with what lies outside the agreement and the scenario among the missing."""
    stated = made.stated
    if not (stated["agreement"] and stated["scenario"]) or made.use_until is None:
        return made
    named = {item.dataset for item in made.items}
    found = under(connection, stated["agreement"], stated["scenario"], named, day)
    asked = Asked(
        operator=made.applicant.code,
        body=stated["implementing_body"],
        purpose=made.purpose,
        last=made.use_until,
        items=tuple((item.dataset, item.field) for item in made.items),
    )
    decision = judge(asked, found.agreement, found.scenario, day)
    outside = decision.reasons if isinstance(decision, Deny) else ()
    lines = [f"{r.code}: {r.message}{f' ({r.where})' if r.where else ''}: {r.allowed}" for r in outside]
    return replace(made, missing=(*made.missing, *lines), under=found)


def _lacks_form(stated: Mapping[str, str], applicant: Organisation, day: date) -> list[str]:
    """What is stated, but not as it has to be."""
    lacks = []
    methods = rule("requests", "methods", day).value
    if stated.get("method") and stated["method"] not in methods:
        lacks.append(f"method: 共享方式 one of {', '.join(methods)}")
    if stated["vouched_by"] in (applicant.name, applicant.code):
        lacks.append("vouched_by: 承诺人 a person of the applicant, by name")
    return lacks


def _lacks_purpose(purpose: str, day: date) -> list[str]:
    decision = known(purpose, day)
    return [f"purpose: 用途 {decision.reasons[0].allowed}"] if isinstance(decision, Deny) else []


def _applicant(document: Mapping[str, Any]) -> Organisation:
    named = document.get("applicant")
    if not isinstance(named, Mapping) or not all(named.get(k) for k in ("code", "name", "kind")):
        raise StatementUnreadable("a request names its applicant: {code, name, kind}")
    try:
        kind = OrganisationKind(str(named["kind"]))
    except ValueError as error:
        kinds = ", ".join(kind.value for kind in OrganisationKind)
        raise StatementUnreadable(f"the applicant's kind is one of {kinds}") from error
    return Organisation(str(named["code"]), str(named["name"]), kind)


def _items(connection: Connection, asked: Any, *, open_only: bool) -> tuple[tuple[Item, ...], list[str]]:
    """The items that exist, and a line for each that does not."""
    found: dict[tuple[str, str], Item] = {}
    lacking: list[str] = []
    for dataset, fields in _asked(asked):
        contract = published(connection, [dataset]).get(dataset)
        if contract is None:
            lacking.append(f"items: {dataset} is not published in the ledger")
            continue
        if open_only and not contract.open:
            lacking.append(f"items: {dataset} is not open: its entry says so 开放属性")
            continue
        if not fields:
            lacking.append(f"items: {dataset}: name the fields; a dataset as a whole cannot be asked for")
        known_fields = {f.name for f in contract.fields}
        for field in fields:
            if field in known_fields:
                found[dataset, field] = Item(dataset, field, _share_type(contract, field).value)
            else:
                lacking.append(f"items: {dataset} has no field {field}")
    if not found and not lacking:
        lacking.append("items: 数据项 the datasets and fields asked for")
    return tuple(found.values()), lacking


def _asked(asked: Any) -> Iterator[tuple[str, list[str]]]:
    if not isinstance(asked, Sequence) or isinstance(asked, str):
        return
    for entry in asked:
        if isinstance(entry, Mapping) and entry.get("dataset"):
            fields = entry.get("fields") or []
            yield str(entry["dataset"]), [str(f) for f in fields] if not isinstance(fields, str) else [fields]


def _share_type(contract: Contract, field: str) -> ShareType:
    return contract.field(field).sharing or contract.sharing.type


def _text(value: Any) -> str:
    if isinstance(value, Mapping):  # a body given as {code, name} is known by its code
        value = value.get("code")
    return "" if value is None else str(value).strip()


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
