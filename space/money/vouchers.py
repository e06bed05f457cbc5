"""Data vouchers 数据券: issued from a batch, claimed by firms.

Decides that no value comes about or is lost: every act moves it between two of five parts of its batch
(unissued, unclaimed, unspent, spent, expired) in one conditional statement, and the table holds their sum to
the budget. Batches are :mod:`space.money.voucher_batches`'s, paying with a voucher, and its end,
:mod:`space.money.voucher_spending`'s.

Source: 发改数据〔2025〕1306号 §7 (数据券); caps and shares are a city's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog.evidence import record
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.money import voucher_firms, vouchers
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.money.voucher_batches import batch
from space.money.voucher_moves import Move, move
from space.money.voucher_rules import Batch, claim_faults

# Vouchers of one act.
_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Voucher:
    """One voucher as it stands.

    Attributes:
        id, batch_id: of it.
        firm: who claimed it, or whom it was issued to; None = whoever claims it first.
        state: ``issued``, ``claimed``, ``spent``, ``expired`` or ``taken_back``.
        face_fen: what it was issued for.
        left_fen, spent_fen, ended_fen: where that is.
    """

    id: str
    batch_id: str
    firm: str | None
    state: str
    face_fen: int
    left_fen: int
    spent_fen: int
    ended_fen: int

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def issue(
    connection: Connection,
    batch_id: str,
    *,
    count: int,
    face_fen: int,
    by: str,
    now: datetime,
    firm: str | None = None,
) -> tuple[Voucher, ...]:
    """Issue vouchers of a batch.

    Args:
        connection: a writing transaction.
        batch_id: of the batch.
        count: how many.
        face_fen: what each is good for.
        by: the person who issues them.
        now: aware instant.
        firm: who alone may claim them; None = whoever comes first.

    Raises:
        Refused: the budget left does not cover them, or a face is above the cap of a firm.
    """
    of = batch(connection, batch_id)
    if not 0 < count <= _MOST or not 0 < face_fen <= of.cap_fen:
        raise Refused(Deny((_FACE,)))
    if local_date(now) > of.claim_to:
        raise Refused(Deny((_BUDGET,)))
    made = [new_id("vch") for _ in range(count)]
    body = {"vouchers": made, "face_fen": face_fen, "firm": firm, "by": by}
    evidence = record(connection, event="space:voucher:issue", subject=batch_id, body=body, now=now)
    move(
        connection,
        Move(batch_id, "unissued", "unclaimed", count * face_fen, firm=firm),
        by,
        now,
        evidence,
        _BUDGET,
    )
    new = {"batch_id": batch_id, "firm": firm, "state": "issued", "face_fen": face_fen, "issued_at": now}
    parts = {"left_fen": face_fen, "spent_fen": 0, "ended_fen": 0}
    connection.execute(insert(vouchers), [{"id": one, **new, **parts} for one in made])
    return tuple(voucher(connection, one) for one in made)


def claim(
    connection: Connection, batch_id: str, firm: str, *, by: str, now: datetime, voucher_id: str | None = None
) -> Voucher:
    """Claim a voucher for a firm.

    Args:
        connection: a writing transaction.
        batch_id: of the batch.
        firm: code of the organisation.
        by: the person who claims.
        now: aware instant.
        voucher_id: which one; one issued to the firm, else the first free one, where None.

    Raises:
        Refused: the firm may not, its cap is reached, or none is left.
    """
    of = batch(connection, batch_id)
    faults = tuple(claim_faults(connection, of, firm, local_date(now)))
    if faults:
        raise Refused(Deny(faults))
    found = _free(connection, batch_id, firm, voucher_id)
    v = vouchers.c
    taken = (
        found is not None
        and connection.execute(
            update(vouchers)
            .where(v.id == found.id, v.state == "issued", (v.firm.is_(None)) | (v.firm == firm))
            .values(state="claimed", firm=firm, claimed_at=now)
        ).rowcount
    )
    if not taken or found is None:
        raise Refused(Deny((_NONE_LEFT,)))
    if not _within_cap(connection, of, firm, found.face_fen):
        raise Refused(Deny((_CAP,)))
    body = {"batch": batch_id, "firm": firm, "face_fen": found.face_fen, "by": by}
    evidence = record(connection, event="space:voucher:claim", subject=found.id, body=body, now=now)
    moved = Move(batch_id, "unclaimed", "unspent", found.face_fen, found.id, firm)
    move(connection, moved, by, now, evidence, _NONE_LEFT)
    return voucher(connection, found.id)


def voucher(connection: Connection, voucher_id: str) -> Voucher:
    """The voucher of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(vouchers).where(vouchers.c.id == voucher_id)).first()
    if row is None:
        raise Unknown("voucher", voucher_id, "`ybz voucher list` shows them")
    return _voucher(row)


def all_vouchers(
    connection: Connection, *, batch_id: str | None = None, firm: str | None = None
) -> tuple[Voucher, ...]:
    """Vouchers, the oldest first; of a batch or a firm where given."""
    v = vouchers.c
    wanted = select(vouchers).order_by(v.issued_at, v.id)
    wanted = wanted if batch_id is None else wanted.where(v.batch_id == batch_id)
    wanted = wanted if firm is None else wanted.where(v.firm == firm)
    return tuple(_voucher(row) for row in connection.execute(wanted).all())


def firm_part(connection: Connection, firm: str, part: Part) -> tuple[Voucher, ...]:
    """A part of the vouchers of a firm, by id."""
    query = parted(select(vouchers).where(vouchers.c.firm == firm), part, vouchers.c.id)
    return tuple(_voucher(row) for row in connection.execute(query).all())


def _free(connection: Connection, batch_id: str, firm: str, voucher_id: str | None) -> Voucher | None:
    """The voucher a firm would claim: the one it names, one issued to it, the first free one."""
    v = vouchers.c
    wanted = select(vouchers).where(v.batch_id == batch_id, v.state == "issued")
    wanted = wanted.where((v.firm.is_(None)) | (v.firm == firm))
    if voucher_id is not None:
        wanted = wanted.where(v.id == voucher_id)
    row = connection.execute(wanted.order_by(v.firm.is_(None), v.issued_at, v.id).limit(1)).first()
    return None if row is None else _voucher(row)


def _within_cap(connection: Connection, of: Batch, firm: str, fen: int) -> bool:
    """Count a claim against the firm's cap, if it fits."""
    f = voucher_firms.c
    mine = (f.batch_id == of.id, f.firm == firm)
    known = connection.execute(select(f.claimed_fen).where(*mine)).first()
    if known is None:
        connection.execute(insert(voucher_firms).values(batch_id=of.id, firm=firm, claimed_fen=0))
    done = connection.execute(
        update(voucher_firms)
        .where(*mine, f.claimed_fen + fen <= of.cap_fen)
        .values(claimed_fen=f.claimed_fen + fen)
    )
    return done.rowcount == 1


def _voucher(row: Row[Any]) -> Voucher:
    return Voucher(**{name: row._mapping[name] for name in Voucher.__dataclass_fields__})


_FACE: Final = Reason(
    "voucher.issue.face",
    "so many vouchers, or of such a value, are not issued in one act",
    "vouchers",
    "1 to 10000 vouchers, each within the cap of a firm",
)
_BUDGET: Final = Reason(
    "voucher.issue.budget",
    "the batch has not so much left to issue",
    "batch",
    "`ybz voucher show` says what is unissued; after the last day of claims nothing is issued",
)
_NONE_LEFT: Final = Reason(
    "voucher.claim.none",
    "no voucher of the batch is free for this firm",
    "batch",
    "`ybz voucher show` says what is unclaimed",
)
_CAP: Final = Reason(
    "voucher.claim.cap",
    "the firm would hold more of the batch than one firm may",
    "firm",
    "`ybz voucher show` says the cap of a firm",
)
