"""Liveness of a service interface: it answers in time, and returns the fields the contract promises.

Only names and types are compared. Of the answer nothing is kept: neither a value nor a name the contract
does not know, which could itself be a value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from catalog.linking.calling import Call, NotReached, call
from catalog.linking.destinations import Destinations, NotAllowed
from catalog.linking.secrets import NotStated, Secrets
from catalog.linking.settings import InterfaceLink
from catalog.linking.verdict import Limits, Verdict
from contracts.model import Contract, Field, FieldType, ShareType

_FINE: Final = range(200, 300)
_ELSEWHERE: Final = range(300, 400)


def check(
    secrets: Secrets, link: InterfaceLink, contract: Contract, destinations: Destinations, limits: Limits
) -> Verdict:
    """Call the interface once and compare what it returns with the contract in force.

    Args:
        secrets: of the installation; what is not stated for the department and the address is not sent.
        link: the interface.
        contract: in force.
        destinations: where probes may go.
        limits: of the day.
    """
    try:
        answer = call(_call(secrets, link, contract.department.code, limits), destinations)
    except (NotAllowed, NotReached, NotStated) as error:
        return Verdict(False, str(error))
    if answer.status in _ELSEWHERE:
        words = (
            f"it answers {answer.status} and points elsewhere, where no probe follows — tie the new address"
        )
        return Verdict(False, words, answer.latency_ms)
    if answer.status not in _FINE:
        return Verdict(False, f"it answers {answer.status}", answer.latency_ms)
    try:
        rows = _rows(json.loads(answer.body), link.rows)
    except (ValueError, RecursionError):
        return Verdict(False, "its answer is no JSON", answer.latency_ms)
    if rows is None:
        where = f"at {link.rows}" if link.rows else "at its top"
        return Verdict(False, f"its answer has no rows {where}", answer.latency_ms)
    return _compared(link, contract, rows[: limits.rows_compared], answer.latency_ms)


def _call(secrets: Secrets, link: InterfaceLink, department: str, limits: Limits) -> Call:
    headers = {}
    if link.auth:
        headers[link.header] = f"{link.scheme} {secrets.value(link, 'auth', department, limits.on)}".strip()
    body = None
    if link.method == "POST":
        told = secrets.value(link, "body", department, limits.on) if link.body else "{}"
        body = told.encode()
        headers["Content-Type"] = "application/json"
    return Call(link.url, limits.timeout_s, limits.answer_cap_bytes, link.method, headers, body)


def _rows(answer: Any, pointer: str) -> list[Mapping[str, Any]] | None:
    for name in pointer.split(".") if pointer else ():
        if not isinstance(answer, dict) or name not in answer:
            return None
        answer = answer[name]
    rows = [answer] if isinstance(answer, dict) else answer
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return None
    return rows


def _compared(
    link: InterfaceLink, contract: Contract, rows: Sequence[Mapping[str, Any]], latency_ms: int
) -> Verdict:
    # What its contract does not share, no interface need return.
    wanted = dict(link.fields) or {
        f.name: f.name for f in contract.fields if f.sharing is not ShareType.WITHHELD
    }
    known = {f.name: f for f in contract.fields}
    gone = sorted(set(wanted) - set(known))
    details: dict[str, Any] = {"rows_compared": len(rows), "gone": gone}
    if gone:
        words = f"the contract has no field {', '.join(gone)} any more — tie the interface anew"
        return Verdict(False, words, latency_ms, details)
    if not rows:
        words = "it answers without a row" + ("" if link.may_be_empty else ": its fields cannot be compared")
        return Verdict(link.may_be_empty, words, latency_ms, details)
    names = {name: _named(answer, known[name].business_name, rows) for name, answer in wanted.items()}
    missing = sorted(name for name, found in names.items() if found is None)
    other = sorted(
        name
        for name, found in names.items()
        if found is not None and not all(_is_of(known[name].type, row.get(found)) for row in rows)
    )
    empty = sorted(
        name
        for name, found in names.items()
        if found is not None and _must_be(known[name]) and any(row.get(found) is None for row in rows)
    )
    extra = {key for row in rows for key in row} - set(names.values())
    details |= {"missing": missing, "other_type": other, "empty": empty, "not_in_contract": len(extra)}
    if missing:
        return Verdict(False, f"it answers without {', '.join(missing)}", latency_ms, details)
    if other:
        words = f"it returns another type than the contract's for {', '.join(other)}"
        return Verdict(False, words, latency_ms, details)
    if empty:
        words = f"it returns rows without {', '.join(empty)}, which the contract requires"
        return Verdict(False, words, latency_ms, details)
    beyond = f"; {len(extra)} returned fields are not in the contract" if extra else ""
    return Verdict(True, f"it answers with all {len(names)} fields{beyond}", latency_ms, details)


def _named(answer: str, business_name: str, rows: Sequence[Mapping[str, Any]]) -> str | None:
    """The name under which every row has the field: the one stated, else its business name."""
    for name in (answer, business_name):
        if all(name in row for row in rows):
            return name
    return None


def _must_be(item: Field) -> bool:
    """Whether the contract has no row without it."""
    return item.required or item.key_position is not None


def _is_of(kind: FieldType, value: Any) -> bool:
    """Whether a JSON value is of a contract's type; a missing one is of any."""
    if value is None:
        return True
    if kind is FieldType.BOOLEAN:
        return isinstance(value, bool)
    if kind is FieldType.INTEGER:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is FieldType.NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    return kind is FieldType.STRING or _is_time(kind, value)


def _is_time(kind: FieldType, text: str) -> bool:
    try:
        date.fromisoformat(text) if kind is FieldType.DATE else datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
