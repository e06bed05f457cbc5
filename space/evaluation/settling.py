"""What a frozen evaluation takes off payments that are bound to its result: by credit notes, computed openly.

Decides which lines of which invoices a bond is about and what each loses. No statement and no invoice
changes: credit notes put it right, and the statement of the month in which it is settled shows the
computation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, or_, select

from catalog.evidence import record
from catalog.keys import Signer
from catalog.store.schema import new_id
from catalog.store.tables.evaluation import result_bonds, result_settlements
from catalog.store.tables.money import invoice_lines, invoices
from catalog.store.tables.queries import usages
from contracts.canonical import canonical, digest
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.evaluation import decimal
from space.errors import Refused
from space.evaluation import evaluations as kept
from space.evaluation.bonds import Bound, by_id
from space.evaluation.evaluations import FROZEN, Evaluation
from space.evaluation.periods import Period
from space.evaluation.subjects import chunks, resolve
from space.money import invoices as billing
from space.money.invoice_writing import INVOICE


def waiting(connection: Connection, found: Evaluation) -> list[Bound]:
    """Accepted bonds whose result an evaluation decides and that it has not settled."""
    b, s = result_bonds.c, result_settlements.c
    done = select(s.bond_id).where(s.evaluation_id == found.id)
    query = select(b.id).where(
        b.subject_kind == found.subject_kind, b.subject == found.subject, b.scheme == found.scheme,
        b.period_kind == Period.parse(found.period).kind, b.valid_from <= found.first_on,
        or_(b.valid_to.is_(None), b.valid_to >= found.last_on), b.accepted_at.is_not(None), b.id.not_in(done),
    )  # fmt: skip
    return [by_id(connection, each) for each in connection.execute(query.order_by(b.id)).scalars()]


def settle(
    connection: Connection, signer: Signer, evaluation_id: str, *, by: str, now: datetime
) -> list[dict[str, Any]]:
    """Settle every bond that waits for a frozen evaluation.

    Args:
        connection: a writing transaction.
        signer: signs the credit notes.
        evaluation_id: of the evaluation.
        by: the person who settles.
        now: aware instant; the statement of its month shows it.

    Returns:
        The computation of each bond.

    Raises:
        Unknown: there is no such evaluation.
        Refused: it is not frozen, no bond waits for it, or use of its period is not billed.
    """
    found = kept.by_id(connection, evaluation_id, lock=True)
    if found.state != FROZEN:
        raise Refused(Deny((_NOT_FROZEN,)))
    document = kept.document_of(connection, found.id)
    held = waiting(connection, found)
    if not held:
        raise Refused(Deny((_NOTHING,)))
    if digest(document) != found.frozen_digest:
        raise Refused(Deny((_CHANGED,)))
    grants = resolve(connection, found.kind, found.subject).grants
    _require_billed(connection, grants, Period.parse(found.period))
    return [_settle(connection, signer, found, document, bound, grants, by, now) for bound in held]


def _settle(
    connection: Connection, signer: Signer, found: Evaluation, document: Mapping[str, Any], bound: Bound,
    grants: Sequence[str], by: str, now: datetime,
) -> dict[str, Any]:  # fmt: skip
    indicators = {each["code"]: each for each in document["result"]["indicators"]}
    stated = indicators[bound.indicator]
    value = None if stated["left_out"] else Fraction(stated["value"], stated["of"] or 1)
    told = [_computed(row, bound, value) for row in _lines(connection, grants, Period.parse(found.period))]
    notes = _credit(connection, signer, told, f"效果付费 {found.id} {bound.id}", by, now)
    computed = {
        "evaluation": found.id, "evaluation_digest": found.frozen_digest, "period": found.period,
        "bond": bound.id, "indicator": bound.indicator, "direction": bound.direction,
        "share_percent": bound.share_percent, "target": bound.target, "floor": bound.floor,
        "value": stated["value"], "of": stated["of"], "left_out": stated["left_out"],
        "earned": None if value is None else decimal(bound.bond.earned(value), 4),
        "lines": told, "credit_notes": notes, "credit_fen": sum(line["credit_fen"] for line in told),
    }  # fmt: skip
    settlement = new_id("stl")
    body = {
        "bond": bound.id, "evaluation": found.id, "digest": digest(computed), "actor": by,
        "credit_fen": computed["credit_fen"], "credit_notes": notes,
    }  # fmt: skip
    entry = record(connection, event="space:result:settle", subject=settlement, body=body, now=now)
    connection.execute(
        insert(result_settlements).values(
            id=settlement, bond_id=bound.id, evaluation_id=found.id, month=f"{local_date(now):%Y-%m}",
            payers=sorted({line["payer"] for line in told}), document=canonical(computed).decode(),
            credit_fen=computed["credit_fen"], settled_by=by, settled_at=now, evidence_id=entry,
        )
    )  # fmt: skip
    return computed


def _computed(row: Row[Any], bound: Bound, value: Fraction | None) -> dict[str, Any]:
    """What a line loses, no more than is left of it; nothing where the indicator was left out."""
    asked = 0 if value is None else bound.bond.credit_fen(row.amount_fen, value)
    return {
        "invoice": row.number, "line": row.line, "payer": row.payer, "grant": row.grant_id,
        "month": row.month, "amount_fen": row.amount_fen, "computed_fen": asked,
        "credit_fen": min(asked, row.amount_fen - row.credited_fen),
    }  # fmt: skip


def _credit(
    connection: Connection, signer: Signer, told: list[dict[str, Any]], reason: str, by: str, now: datetime
) -> list[str]:
    """Credit notes, one an invoice; what vouchers have paid of it is not taken off again."""
    notes = []
    for number in sorted({line["invoice"] for line in told}):
        left, taken = billing.by_number(connection, number).payable_fen, dict[int, int]()
        for line in (each for each in told if each["invoice"] == number):
            line["credit_fen"] = min(line["credit_fen"], left)
            left -= line["credit_fen"]
            if line["credit_fen"]:
                taken[line["line"]] = line["credit_fen"]
        if taken:
            note = billing.credit(connection, signer, number, taken, reason=reason, by=by, now=now)
            notes.append(note.number)
    return notes


def _lines(connection: Connection, grants: Sequence[str], period: Period) -> list[Row[Any]]:
    """Lines of invoices of the bound grants in the period, in their order."""
    i, line, found = invoices.c, invoice_lines.c, list[Row[Any]]()
    for some in chunks(grants):
        query = (
            select(invoice_lines, i.payer)
            .join(invoices, i.number == line.number)
            .where(i.kind == INVOICE, line.grant_id.in_(some), line.month.in_(period.months))
        )
        found += connection.execute(query).all()
    return sorted(found, key=lambda row: (row.number, row.line))


def _require_billed(connection: Connection, grants: Sequence[str], period: Period) -> None:
    """Let pass, if every fen of the period stands on an invoice.

    Raises:
        Refused: some does not.
    """
    u, charged = usages.c, 0
    for some in chunks(grants):
        query = select(func.sum(u.price_fen)).where(u.grant_id.in_(some), u.month.in_(period.months))
        charged += int(connection.execute(query).scalar() or 0)
    if charged != sum(row.amount_fen for row in _lines(connection, grants, period)):
        raise Refused(Deny((_UNBILLED,)))


def settlements_of(connection: Connection, evaluation_id: str) -> list[dict[str, Any]]:
    """What an evaluation settled, by bond."""
    s = result_settlements.c
    query = select(s.document).where(s.evaluation_id == evaluation_id).order_by(s.bond_id)
    return [json.loads(text) for text in connection.execute(query).scalars()]


_NOT_FROZEN: Final = Reason(
    "result.not_frozen",
    "the evaluation is not frozen",
    "evaluation",
    "payments rest on what can be contested no more (`ybz assess freeze`)",
)
_CHANGED: Final = Reason(
    "result.changed",
    "the frozen document is not the one whose digest was recorded",
    "evaluation",
    "verify the evidence log, and restore the store (`ybz evidence verify`)",
)
_NOTHING: Final = Reason(
    "result.nothing",
    "no accepted bond waits for this evaluation",
    "evaluation",
    "`ybz assess bonds` shows them; each is settled once an evaluation",
)
_UNBILLED: Final = Reason(
    "result.unbilled",
    "use of the period is charged that stands on no invoice",
    "period",
    "close and bill every month of the period first (`ybz statement close`, `ybz invoice issue`)",
)
