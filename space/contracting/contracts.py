"""What a digital contract 数字合约 is, and reading what is stored of it: offers, signatures, steps.

Decides nothing but the form; which step is lawful is the table ``policies/rules/procedures/contract.csv``,
which is taken by :mod:`space.contracting.steps` alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from catalog.store.parts import Part, parted
from catalog.store.tables.contracting import (
    contract_offers,
    contract_signatures,
    contract_steps,
    digital_contracts,
)
from policies import odrl
from policies.terms import Terms
from space.contracting.values import DigitalContract, Offer, Side, Signature, procedure
from space.errors import Unknown


def open_words(state: str) -> str:
    """The steps that are open in a state, each with who may take it.

    >>> open_words("offered_by_provider")
    'counter (consumer), accept (consumer), withdraw (provider, consumer), lapse (clock)'
    """
    found: dict[str, list[str]] = {}
    for step in procedure().open_steps(state):
        found.setdefault(step.event, []).append(str(step.office))
    return ", ".join(f"{event} ({', '.join(sides)})" for event, sides in found.items()) or "nothing"


def by_id(connection: Connection, named: str, *, lock: bool = False) -> DigitalContract:
    """The contract of that id, or that of the grant of that id.

    Args:
        connection: to read with.
        named: id of the contract or of its grant.
        lock: whether to hold the row until the transaction ends.

    Raises:
        Unknown: there is none.
    """
    c = digital_contracts.c
    wanted = select(digital_contracts).where(or_(c.id == named, c.grant_id == named))
    row = connection.execute(wanted.with_for_update() if lock else wanted).first()
    if row is None:
        raise Unknown("contract", named, "`ybz contract list` shows them")
    return _contract(row)


def of_grant(connection: Connection, grant_id: str, *, lock: bool = False) -> DigitalContract | None:
    """The contract of a grant; None where the grant is older than contracts are."""
    wanted = select(digital_contracts).where(digital_contracts.c.grant_id == grant_id)
    row = connection.execute(wanted.with_for_update() if lock else wanted).first()
    return None if row is None else _contract(row)


def all_contracts(
    connection: Connection, party: str | None = None, part: Part | None = None, *only: ColumnElement[bool]
) -> tuple[DigitalContract, ...]:
    """Every contract, the oldest first; of one party where given, a part by `drafted_at` and id."""
    c = digital_contracts.c
    wanted = parted(select(digital_contracts).where(*only), part, c.drafted_at, c.id)
    if party is not None:
        wanted = wanted.where(or_(c.provider == party, c.consumer == party))
    return tuple(_contract(row) for row in connection.execute(wanted).all())


def offers_of(connection: Connection, contract_id: str) -> tuple[Offer, ...]:
    """Every offer of a contract, in order."""
    o = contract_offers.c
    rows = connection.execute(
        select(contract_offers).where(o.contract_id == contract_id).order_by(o.number)
    ).all()
    return tuple(_offer(row) for row in rows)


def offer_of(connection: Connection, contract_id: str, number: int) -> Offer:
    """One offer of a contract.

    Raises:
        Unknown: there is none of that number.
    """
    o = contract_offers.c
    row = connection.execute(
        select(contract_offers).where(o.contract_id == contract_id, o.number == number)
    ).first()
    if row is None:
        raise Unknown("offer", str(number), "`ybz contract show` lists them")
    return _offer(row)


def signatures_of(connection: Connection, contract_id: str) -> tuple[Signature, ...]:
    """Every signature of a contract, in the order they came."""
    s = contract_signatures.c
    rows = connection.execute(
        select(contract_signatures).where(s.contract_id == contract_id).order_by(s.signed_at, s.side)
    ).all()
    names = [name for name in Signature.__dataclass_fields__ if name != "side"]
    return tuple(Signature(side=Side(r.side), **{n: r._mapping[n] for n in names}) for r in rows)


def steps_of(connection: Connection, contract_id: str) -> tuple[Mapping[str, Any], ...]:
    """Every step of a contract, in order, as plain values."""
    s = contract_steps.c
    rows = connection.execute(
        select(contract_steps).where(s.contract_id == contract_id).order_by(s.number)
    ).all()
    return tuple(
        {
            "event": row.event,
            "side": row.side,
            "from": row.state,
            "to": row.next,
            "by": row.made_by,
            "why": row.why,
            "at": row.made_at.isoformat(),
        }
        for row in rows
    )


def _contract(row: Row[Any]) -> DigitalContract:
    return DigitalContract(**{name: row._mapping[name] for name in DigitalContract.__dataclass_fields__})


def _offer(row: Row[Any]) -> Offer:
    return Offer(
        number=row.number,
        side=Side(row.side),
        made_by=row.made_by,
        made_at=row.made_at,
        why=row.why,
        terms=_terms(row.terms),
        terms_digest=row.terms_digest,
        differences=tuple(row.differences),
    )


@lru_cache(maxsize=256)
def _terms(text: str) -> Terms:
    return odrl.read_terms(json.loads(text))
