"""Disputes 争议 over what was refused: negotiated first, then decided level by level.

Decides who may take a dispute where, each level under its clock, and that what is overruled is permitted item
by item. An item the catalogue withholds is not permitted by a dispute: the catalogue has to be changed.

Source: 政务数据共享条例 Art 27.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection

from catalog.clocks import running as clocks
from catalog.clocks.owed import authority_on
from catalog.clocks.place import place_on
from policies.approval import Side
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space.errors import Refused
from space.requesting import chains
from space.requesting.cases import DISPUTED, Actor, Case, procedure, stop_clock, subject_of
from space.requesting.chains import not_approver
from space.requesting.filing import start_supply
from space.requesting.requests import Request, settle
from space.requesting.statements import Item
from space.requesting.walking import SAME_PERSON, answer, answered_before, case_called, lock, take

# Offices that decide a dispute, by the state it is in.
DECIDERS: Final = {
    "before_authority": Side.AUTHORITY,
    "before_superior": Side.SUPERIOR,
    "before_government": Side.GOVERNMENT,
}


def dispute(
    connection: Connection, case_id: str, *, items: Collection[str] | None = None, reason: str, by: str,
    now: datetime, office: Side = Side.APPLICANT,
) -> Case:  # fmt: skip
    """Dispute the refusal of items; both sides negotiate first.

    Args:
        connection: a writing transaction.
        case_id: of an answered case.
        items: ``dataset.field`` of what is disputed; everything refused where None.
        reason: why it should have been permitted.
        by: the person of the applicant.
        now: aware instant.
        office: in which they act.

    Raises:
        Refused: no reason is given, nothing of it was refused, or it was disputed before.
        IllegalStep: the case is not answered.
    """
    case = _locked(connection, case_id)
    procedure().after(case.state, "dispute", office, case.id)
    refused = {item.name for item in case.refused_items}
    named = refused if items is None else set(items)
    reasons = _unreasoned(reason)
    if not named or named - refused:
        reasons.append(
            Reason(
                "dispute.items",
                "a dispute is about items that were refused",
                ", ".join(sorted(named - refused)) or "items",
                "`ybz request show` lists them",
            )
        )
    if case.disputed:
        reasons.append(
            Reason(
                "dispute.once",
                "the case was disputed before",
                case.id,
                "file a new request where facts changed",
            )
        )
    if reasons:
        raise Refused(Deny(tuple(reasons)))
    about = tuple(item for item in case.refused_items if item.name in named)
    after = take(
        connection, case, "dispute", Actor(by, office), now, reason=reason.strip(), items=about,
        disputed=sorted(named),
    )  # fmt: skip
    return _timed(connection, case, after, now)


def escalate(
    connection: Connection, case_id: str, *, reason: str, by: str, now: datetime,
    office: Side = Side.APPLICANT,
) -> Case:  # fmt: skip
    """Take a dispute to the next level: the same-level authority, the common superior, the government.

    Raises:
        Refused: no reason is given.
        IllegalStep: there is no further level from here.
    """
    return _moved(connection, case_id, "escalate", reason, Actor(by, office), now)


def refer(
    connection: Connection, case_id: str, *, reason: str, by: str, now: datetime,
    office: Side = Side.AUTHORITY,
) -> Case:  # fmt: skip
    """Hand a dispute across levels or regions to the common superior; the authority's act.

    Raises:
        Refused: no reason is given.
        IllegalStep: it is not before the authority.
    """
    return _moved(connection, case_id, "refer", reason, Actor(by, office), now)


def accept(
    connection: Connection, case_id: str, *, reason: str, by: str, now: datetime,
    office: Side = Side.APPLICANT,
) -> Case:  # fmt: skip
    """Let the refusal stand; the applicant's act.

    Raises:
        Refused: no reason is given.
        IllegalStep: nothing is disputed.
    """
    return _moved(connection, case_id, "accept", reason, Actor(by, office), now)


def decide(
    connection: Connection,
    case_id: str,
    event: str,
    *,
    items: Collection[str] | None = None,
    basis: str,
    by: str,
    now: datetime,
    office: Side | None = None,
) -> Request:
    """Decide a dispute at the level it is at: ``yield`` (the provider), ``overrule`` or ``uphold``.

    Args:
        connection: a writing transaction.
        case_id: of the case.
        event: what is decided.
        items: what is permitted after all, of what is disputed; all of it where None.
        basis: what the decision rests on.
        by: the person who decides; nobody decides over an answer of their own.
        now: aware instant.
        office: in which they act; that of the level where None.

    Raises:
        Refused: no basis, an item that is not disputed or that the catalogue withholds, or the person
            answered the case before.
        IllegalStep: it is another office's turn.
    """
    case = _locked(connection, case_id)
    acting = office or DECIDERS.get(case.state, Side.FIRST)
    procedure().after(case.state, event, acting, case.id)
    named = set(case.disputed if items is None else items)
    about = tuple(item for item in case.items if item.name in named)
    reasons = _unreasoned(basis, "request.basis")
    reasons += _not_permitted(case, named, about) if event != "uphold" else []
    if event != "yield" and answered_before(connection, case.id, by):
        reasons.append(SAME_PERSON)  # nobody decides over an answer of their own
    if event == "yield" and chains.acts_for(connection, case.chain.seats[0], by, local_date(now)) is None:
        reasons.append(not_approver(case.chain.seats[0], case.id))
    if reasons:
        raise Refused(Deny(tuple(reasons)))
    if event != "uphold":
        answer(connection, case, about, "permitted", now, basis=basis.strip(), by=by)
    after = take(
        connection, case, event, Actor(by, acting), now, reason=basis.strip(),
        items=about if event != "uphold" else (),
    )  # fmt: skip
    _timed(connection, case, after, now)
    if event != "uphold":
        start_supply(connection, after, now)
    return settle(connection, case.request_id, basis=basis.strip(), by=by, now=now)


def _moved(
    connection: Connection, case_id: str, event: str, reason: str, actor: Actor, now: datetime
) -> Case:
    case = _locked(connection, case_id)
    procedure().after(case.state, event, actor.office, case.id)
    reasons = _unreasoned(reason)
    if reasons:
        raise Refused(Deny(tuple(reasons)))
    return _timed(connection, case, take(connection, case, event, actor, now, reason=reason.strip()), now)


def _locked(connection: Connection, case_id: str) -> Case:
    lock(connection, case_called(connection, case_id).request_id)
    return case_called(connection, case_id)


def _timed(connection: Connection, before: Case, after: Case, now: datetime) -> Case:
    """End the clock of the level a dispute leaves, start that of the level it comes to."""
    if before.state in DISPUTED:
        stop_clock(connection, after, DISPUTED[before.state], now)
    if after.state in DISPUTED:
        owner, code = _decider(connection, after, local_date(now))
        clocks.start(
            connection, subject=subject_of(after.id), rule=DISPUTED[after.state], owner=owner,
            owner_code=code, words=f"settle the dispute over {len(after.disputed)} items", now=now,
        )  # fmt: skip
    return after


def _decider(connection: Connection, case: Case, on: date) -> tuple[str, str]:
    """Who owes the next turn: the provider while it is negotiated, then the level."""
    office = DECIDERS.get(case.state)
    if office is None:
        return case.owner, case.owner_code
    if office is Side.AUTHORITY:
        return authority_on(connection, on)
    levels = rule("requests", "dispute_levels", on, place_on(connection, on)).value
    return str(levels[office.value]), ""


def _not_permitted(case: Case, named: set[str], about: Collection[Item]) -> list[Reason]:
    reasons = [
        Reason(
            "request.withheld",
            "an item that is not shared (不予共享) cannot be permitted",
            item.name,
            "refuse, citing the basis in the catalogue, or have the catalogue entry changed first",
        )
        for item in about
        if item.share_type == "withheld"
    ]
    stray = named - set(case.disputed)
    if stray or not named:
        reasons.append(
            Reason(
                "dispute.items",
                "a dispute is about items that were refused",
                ", ".join(sorted(stray)) or "items",
                "`ybz request show` lists them",
            )
        )
    return reasons


def _unreasoned(words: str, code: str = "request.reason") -> list[Reason]:
    if words.strip():
        return []
    if code == "request.basis":
        return [
            Reason("request.basis", "an answer names what it rests on", "basis", "cite the law or decision")
        ]
    return [Reason("request.reason", "this step states its reason", "reason")]
