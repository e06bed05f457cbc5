"""Payment bound to a result 效果付费: a share, an indicator, a target, from a day on, agreed by both sides.

Decides what may be bound: a known indicator, a share within the dated limit, and nothing backwards: a bond is
accepted before the first day it holds, and is over with its last. What it takes off is
:mod:`space.evaluation.settling`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, or_, select, update

from catalog.clocks.place import place_on
from catalog.evidence import record
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.evaluation import result_bonds
from policies import evaluation as rules
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.evaluation import FILE, Subject, fraction, scheme
from policies.rulebook import rule
from space.errors import Refused, Unknown
from space.evaluation.subjects import resolve
from space.identity.one_person import is_one

# What a payment may be bound for.
BOUND: Final = (Subject.AGREEMENT, Subject.GRANT)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a bond states.

    Attributes:
        kind, subject: an agreement or a grant.
        scheme, indicator: whose figure decides.
        period: ``quarter`` or ``year``.
        share_percent: of each amount.
        target, floor: decimals as text; no floor = all or nothing.
        valid_from: first day; of evaluations whose period begins then or later.
        basis: the clause it is agreed in.
        valid_to: last day; of evaluations whose period ends then or earlier. None: as long as the subject.
    """

    kind: Subject
    subject: str
    scheme: str
    indicator: str
    period: str
    share_percent: int
    target: str
    floor: str | None
    valid_from: date
    basis: str
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """One bond as it stands; the names are those of :class:`Terms` and of its row."""

    id: str
    subject_kind: str
    subject: str
    scheme: str
    indicator: str
    period_kind: str
    share_percent: int
    target: str
    floor: str | None
    direction: str
    valid_from: date
    valid_to: date | None
    basis: str
    proposed_by: str
    proposed_at: datetime
    accepted_by: str | None
    accepted_at: datetime | None
    evidence_id: str

    @property
    def bond(self) -> rules.Bond:
        """What computes."""
        floor = None if self.floor is None else fraction(self.floor)
        direction: rules.Direction = "lower" if self.direction == "lower" else "higher"
        return rules.Bond(self.share_percent, direction, fraction(self.target), floor)

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {
            name: value.isoformat() if isinstance(value, date) else value for name, value in plain.items()
        }


def propose(connection: Connection, terms: Terms, *, by: str, now: datetime) -> Bound:
    """Propose to bind a share of a payment to a result.

    Args:
        connection: a writing transaction.
        terms: what is bound to what.
        by: the person who proposes it for one side.
        now: aware instant.

    Raises:
        Unknown: there is no such agreement or grant.
        Refused: it cannot be bound so; every reason.
        RuleError: no such scheme is in force.
    """
    today, reasons = local_date(now), list[Reason]()
    made = scheme(terms.scheme, terms.valid_from, place_on(connection, terms.valid_from))
    indicator = made.indicator(terms.indicator)
    subject = resolve(connection, terms.kind, terms.subject).subject
    fits = made.subject is terms.kind and terms.kind in BOUND and terms.period in made.periods
    if indicator is None or not fits or not terms.basis.strip():
        reasons.append(_BOND)
    if indicator is not None and not _in_order(terms, indicator.direction):
        reasons.append(_TARGET)
    if terms.valid_from <= today:
        reasons.append(_BACKWARDS)
    if terms.valid_to is not None and terms.valid_to < terms.valid_from:
        reasons.append(_SPAN)
    if not _within(connection, terms, subject, today):
        reasons.append(_SHARE)
    if reasons or indicator is None:
        raise Refused(Deny(tuple(reasons)))
    bond_id = new_id("bnd")
    body = {
        "subject": subject, "scheme": terms.scheme, "indicator": terms.indicator, "actor": by,
        "share_percent": terms.share_percent, "target": terms.target, "floor": terms.floor,
        "valid_from": terms.valid_from.isoformat(),
        "valid_to": None if terms.valid_to is None else terms.valid_to.isoformat(),
    }  # fmt: skip
    entry = record(connection, event="space:bond:propose", subject=bond_id, body=body, now=now)
    connection.execute(
        insert(result_bonds).values(
            id=bond_id, subject_kind=terms.kind.value, subject=subject, scheme=terms.scheme,
            indicator=terms.indicator, period_kind=terms.period, share_percent=terms.share_percent,
            target=terms.target, floor=terms.floor, direction=indicator.direction,
            valid_from=terms.valid_from, valid_to=terms.valid_to, basis=terms.basis.strip(),
            proposed_by=by, proposed_at=now, evidence_id=entry,
        )
    )  # fmt: skip
    return by_id(connection, bond_id)


def accept(connection: Connection, bond_id: str, *, by: str, now: datetime) -> Bound:
    """Accept a bond for the other side; from its first day on it holds.

    Raises:
        Unknown: there is no such bond.
        Refused: it was accepted, its first day has come, or the person proposed it.
    """
    found = by_id(connection, bond_id)
    if found.accepted_at is not None or is_one(connection, found.proposed_by, by):
        raise Refused(Deny((_ACCEPT,)))
    if found.valid_from <= local_date(now):
        raise Refused(Deny((_BACKWARDS,)))
    body = {"subject": found.subject, "actor": by}
    record(connection, event="space:bond:accept", subject=bond_id, body=body, now=now)
    b = result_bonds.c
    changed = connection.execute(
        update(result_bonds)
        .where(b.id == bond_id, b.accepted_at.is_(None))
        .values(accepted_by=by, accepted_at=now)
    ).rowcount
    if not changed:
        raise Refused(Deny((_ACCEPT,)))
    return by_id(connection, bond_id)


def by_id(connection: Connection, bond_id: str) -> Bound:
    """The bond of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(result_bonds).where(result_bonds.c.id == bond_id)).first()
    if row is None:
        raise Unknown("bond", bond_id, "`ybz assess bonds` shows them")
    return _bound(row)


def all_bonds(connection: Connection, part: Part | None = None) -> tuple[Bound, ...]:
    """Every bond, the oldest first; a part by when it was proposed, and id."""
    b = result_bonds.c
    query = parted(select(result_bonds), part, b.proposed_at, b.id)
    return tuple(_bound(row) for row in connection.execute(query))


def _in_order(terms: Terms, direction: str) -> bool:
    """Whether target and floor are numbers, the floor on the bad side."""
    try:
        target = fraction(terms.target)
        floor: Fraction | None = None if terms.floor is None else fraction(terms.floor)
    except ValueError:
        return False
    return floor is None or ((floor < target) if direction == "higher" else (floor > target))


def _within(connection: Connection, terms: Terms, subject: str, today: date) -> bool:
    """Whether the shares bound at one time stay within the limit; a proposal counts while it is open."""
    b = result_bonds.c
    begun = () if terms.valid_to is None else (b.valid_from <= terms.valid_to,)
    held = connection.execute(
        select(b.share_percent).where(
            b.subject_kind == terms.kind.value,
            b.subject == subject,
            or_(b.accepted_at.is_not(None), b.valid_from > today),
            or_(b.valid_to.is_(None), b.valid_to >= terms.valid_from),
            *begun,
        )
    ).scalars()
    most = int(rule(FILE, "bound_share_most", terms.valid_from).value)
    return terms.share_percent > 0 and sum(held) + terms.share_percent <= most


def _bound(row: Row[Any]) -> Bound:
    return Bound(**row._mapping)


_BOND: Final = Reason(
    "result.bond",
    "a bond names an agreement or grant, indicator and period of a scheme that evaluates it, and its clause",
    "bond",
    "see the schemes (rules `scheme/…` of `evaluation`)",
)
_TARGET: Final = Reason(
    "result.target",
    "target and floor are decimals, and the floor is worse than the target",
    "target",
    "write them like 0.99 and 0.95",
)
_SHARE: Final = Reason(
    "result.share",
    "the shares bound for one subject are together above what the rule permits",
    "share",
    "bind a smaller share (rule `bound_share_most` of `evaluation`)",
)
_SPAN: Final = Reason(
    "result.span",
    "the last day of the bond lies before its first",
    "valid_to",
    "choose a later last day, or none",
)
_BACKWARDS: Final = Reason(
    "result.backwards",
    "a payment is bound before the first day it holds for",
    "valid_from",
    "choose a later first day",
)
_ACCEPT: Final = Reason(
    "result.accept",
    "a bond is accepted once, by another person than who proposed it",
    "accept",
    "the other side accepts it",
)
