"""What a party of a request is told of it 办理情况: where each case stands, until when, who is next.

Decides which lawful steps are open to an organisation now, by the table of steps, its offices and the chain
of the case; whether a step is then taken is for the acts to judge. Reads; writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from catalog.clocks.owed import authority_on
from catalog.clocks.place import place_on
from catalog.clocks.running import extensions_of
from catalog.clocks.standing import Clock, clocks_of
from contracts.model import Contract
from policies import clocks as rules
from policies.approval import STAGES, Side
from policies.machine import Step
from policies.warning import Colour, warnings_on, workdays_left
from space.granting.kinds import published
from space.identity.organisations import organisation
from space.requesting.cases import Case, procedure, subject_of
from space.requesting.requests import Request
from space.requesting.turns import office_of
from space.requesting.walking import answerers

_STANDING: Final = ("running", "paused")


def told(
    connection: Connection, requests: Iterable[Request], asking: str, on: date
) -> tuple[dict[str, Any], ...]:
    """Requests with what a party needs to go on with them.

    Args:
        connection: to read with.
        requests: as they stand.
        asking: code of the organisation that is told.
        on: today, Asia/Shanghai.
    """
    found = tuple(requests)
    named = {item.dataset for request in found for item in request.items}
    contracts = published(connection, named)
    authority = authority_on(connection, on)[1]
    return tuple(_told(connection, request, contracts, _Asking(asking, authority, on)) for request in found)


class _Asking:
    """Who is told, on which day."""

    def __init__(self, code: str, authority: str, on: date) -> None:
        self.code, self.authority, self.on = code, authority, on


def _told(
    connection: Connection, request: Request, contracts: Mapping[str, Contract], who: _Asking
) -> dict[str, Any]:
    document = request.to_document()
    for item in document["items"]:
        contract = contracts.get(item["dataset"])
        item["title"] = _titles(contract).get(item["field"], item["field"])
    document["cases"] = [
        case.to_document()
        | {
            "clock": clock_document(connection, case, who.on),
            "waits_for": _waits_for(case),
            "answered_by": sorted(answerers(connection, case.id)),
            "next": [
                {"event": step.event, "office": step.office.value}
                for step in open_steps(case, _offices(connection, request, case, who), who.on)
            ],
        }
        for case in request.cases
    ]
    steps = () if request.cases or request.applicant != who.code else procedure().open_steps(request.state)
    return document | {
        "applicant_name": organisation(connection, request.applicant).name,
        "datasets": {name: entry(contracts[name]) for name in sorted({i.dataset for i in request.items})
                     if name in contracts},
        "next": [step.event for step in steps if step.office is Side.APPLICANT],
    }  # fmt: skip


def entry(contract: Contract) -> dict[str, Any]:
    """What the catalogue says of how a dataset is shared 共享属性."""
    sharing = contract.sharing
    return {
        "title": contract.title, "owner": contract.department.name, "sharing": sharing.type.value,
        "condition": sharing.condition, "basis": sharing.basis, "reason": sharing.reason,
        "scope": sharing.scope, "use": sharing.use, "methods": [each.value for each in sharing.methods],
        "open": contract.open,
    }  # fmt: skip


def open_steps(case: Case, offices: Collection[Side], on: date) -> Iterator[Step]:
    """The steps of a case that are open to whoever acts in some offices, in the order of the table."""
    for step in procedure().open_steps(case.state):
        if step.office in offices and _fits(case, step, on):
            yield step


def clock_document(connection: Connection, case: Case, on: date) -> dict[str, Any] | None:
    """The clock of a case that runs, or stands still; else the last one; None where there was none."""
    found = clocks_of(connection, subject_of(case.id))
    if not found:
        return None
    clock = next((one for one in found if one.state in _STANDING), found[-1])
    left = None if clock.due_on is None else workdays_left(on, clock.due_on, rules.calendar())
    return {
        "rule": clock.rule, "workdays": clock.workdays, "source": clock.source, "state": clock.state,
        "owner": clock.owner, "received_on": clock.received_on.isoformat(),
        "due_on": None if clock.due_on is None else clock.due_on.isoformat(),
        "provisional": clock.provisional, "on_time": clock.on_time,
        "days_left": left if clock.state == "running" else None,
        "colour": _colour(connection, clock, left, on).value,
    }  # fmt: skip


def _colour(connection: Connection, clock: Clock, left: int | None, on: date) -> Colour:
    if left is None or clock.state != "running":
        return Colour.GREY
    thresholds = warnings_on(on, place_on(connection, on))
    return thresholds.get(clock.rule, thresholds[""]).colour(left, clock.workdays)


def _offices(connection: Connection, request: Request, case: Case, who: _Asking) -> frozenset[Side]:
    """The offices in which an organisation may act on a case now."""
    turn = office_of(connection, case, who.code, who.on)
    own = {Side.APPLICANT} if request.applicant == who.code else set()
    # Consent to more time is the authority's own act, whoever has the turn.
    watching = {Side.AUTHORITY} if who.authority == who.code and case.state in set(STAGES) else set()
    return frozenset(own | watching | ({turn} if turn is not None else set()))


def _fits(case: Case, step: Step, on: date) -> bool:
    """Whether a lawful step leads anywhere in this case."""
    if case.state in set(STAGES) and step.office.value == case.state:
        following = case.chain.after(case.state)
        onward = "permit" if following is None else f"to_{following.value}"
        return step.event in (onward, "refuse") or (step.event == "return" and not case.lacks)
    if step.event in ("permit", "refuse"):
        return False
    if step.event == "dispute":
        return bool(case.refused_items) and not case.disputed
    if step.event == "extend":
        return bool(extensions_of(case.rule, on))
    return True


def _waits_for(case: Case) -> dict[str, Any] | None:
    if case.state not in set(STAGES):
        return None
    return case.chain.seat(case.state).to_document()


def _titles(contract: Contract | None) -> Mapping[str, str]:
    return {} if contract is None else {field.name: field.business_name for field in contract.fields}
