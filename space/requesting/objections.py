"""What stands against an answer to a case: the person, the ground, the item; every reason at once.

Decides whether a person may act for a seat, that two people are two, on which grounds an item may be refused,
and which items can be permitted at all. Writes nothing; the acts are :mod:`space.requesting.answering`'s.

Source: 政务数据共享条例 Arts 20–23; ``policies/rules/requests.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection

from catalog.clocks.place import place_on
from policies.approval import Side
from policies.clocks import local_date
from policies.decision import Reason
from policies.rulebook import rule
from space.operation.standing import outside
from space.requesting import chains
from space.requesting.cases import Case, procedure
from space.requesting.requests import Request
from space.requesting.statements import Item
from space.requesting.walking import SAME_PERSON, answered_before

_ARTICLE: Final = re.compile(r"第.{1,10}条")


@dataclass(frozen=True, slots=True)
class Answer:
    """What an approver says of a case.

    Attributes:
        permit: yes or no.
        basis: law, regulation or decision it rests on.
        by: the person who answers.
        ground: why what is not permitted is refused; code of the dated list.
        refusal_basis: what that rests on; ``basis`` where empty.
        items: what the yes is about, ``dataset.field``; None: every item that is waited for.
        office: in which the person acts; None: that of the stage the case is at.
    """

    permit: bool
    basis: str
    by: str
    ground: str = ""
    refusal_basis: str = ""
    items: frozenset[str] | None = None
    office: Side | None = None


def permitted(case: Case, given: Answer) -> tuple[Item, ...]:
    """The items of a case that an answer permits."""
    if not given.permit:
        return ()
    return tuple(item for item in case.open_items if given.items is None or item.name in given.items)


def strangers(cases: Sequence[Case], given: Answer) -> Iterator[Reason]:
    """Items of the answer that no case waits for."""
    waited = {item.name for case in cases for item in case.open_items}
    for name in sorted((given.items or frozenset()) - waited):
        yield Reason(
            "request.item_not_waited",
            "the item was not asked for, or is answered",
            name,
            "`ybz request show ID` lists the items",
        )


def objections(
    connection: Connection, request: Request, case: Case, given: Answer, now: datetime
) -> Iterator[Reason]:
    """Everything that stands against an answer to a case."""
    day, kept = local_date(now), permitted(case, given)
    office = given.office or Side(case.state)
    procedure().after(case.state, event_of(case, kept), office, case.id)
    yield from may_sit(connection, case, office, given.by, day)
    yield from _two(connection, request, case, given.by)
    if not given.basis.strip():
        yield Reason("request.basis", "an answer names what it rests on", "basis", "cite the law or decision")
    if len(kept) < len(case.open_items):
        yield from _grounds(connection, case, given, day)
    for item in kept:
        if item.share_type == "withheld":
            yield Reason(
                "request.withheld",
                "an item that is not shared (不予共享) cannot be permitted",
                item.name,
                "refuse, citing the basis in the catalogue, or have the catalogue entry changed first",
            )
    if kept and request.kind == "operation":
        items = tuple((item.dataset, item.field) for item in kept)
        yield from outside(connection, request.id, request.use_until or day, items, day)


def event_of(case: Case, kept: Collection[Item]) -> str:
    """What an answer does to a case: it ends it, or passes what is left on to the next stage."""
    following = case.chain.after(case.state)
    if not kept:
        return "refuse"
    return "permit" if following is None else f"to_{following.value}"


def may_sit(connection: Connection, case: Case, office: Side, by: str, day: date) -> Iterator[Reason]:
    """The person sits in the seat, or stands in for who does."""
    seat = case.chain.seat(office)
    if chains.acts_for(connection, seat, by, day) is None:
        yield chains.not_approver(seat, case.id)


def _two(connection: Connection, request: Request, case: Case, by: str) -> Iterator[Reason]:
    """Nobody answers two stages of a case, nor their own request."""
    vouched = str(request.statement.get("vouched_by") or "")
    if same_person(by, vouched):
        yield Reason(
            "request.own", "who vouches for a request does not answer it", case.id, "another person answers"
        )
    if answered_before(connection, case.id, by):
        yield SAME_PERSON


def _grounds(connection: Connection, case: Case, given: Answer, day: date) -> Iterator[Reason]:
    """A refusal has a ground of the dated list that fits the sharing type, cited where it asks for that."""
    place = place_on(connection, day)
    known = rule("requests", "refusal_grounds", day, place).value
    fitting = [code for code, row in known.items() if case.share_type in row["shares"]]
    if given.ground not in fitting:
        yield Reason(
            "request.ground",
            "a refusal rests on a ground of the list that fits the sharing type",
            "ground",
            f"one of {', '.join(fitting)}",
        )
        return
    cited = given.refusal_basis.strip() or given.basis.strip()
    levels = rule("requests", "citation_levels", day, place).value
    if known[given.ground]["cite"] and not (_ARTICLE.search(cited) and any(w in cited for w in levels)):
        yield Reason(
            "request.citation",
            "this ground cites a law, a regulation or a State Council decision with its article",
            "basis",
            "write e.g. 《…法》第…条",
        )


def same_person(one: str, other: str) -> bool:
    """Whether two names are of one person: last words agree, and so do the organisations told."""
    first, second = one.split(), other.split()
    if not first or not second or first[-1] != second[-1]:
        return False
    return first[:-1] == second[:-1] or not first[:-1] or not second[:-1]
