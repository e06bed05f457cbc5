"""Writing a contract and its offers: rows only, each with its evidence.

Decides nothing; who may offer what is decided by :mod:`space.contracting.negotiating`, or by the short way
of :mod:`space.contracting.issuing`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.contracting import contract_offers, digital_contracts
from contracts.canonical import canonical
from policies import odrl
from policies.terms import Terms
from policies.terms_form import differences
from policies.usage_terms import InCharge
from space.contracting.contracts import by_id
from space.contracting.values import DigitalContract, Side, procedure


def open_contract(
    connection: Connection,
    *,
    kind: str,
    request_id: str,
    provider: str,
    consumer: str,
    grant_id: str,
    in_charge: InCharge,
    now: datetime,
) -> DigitalContract:
    """Enter a contract before its first step.

    Args:
        connection: a writing transaction.
        kind: ``sharing`` or ``operation``.
        request_id: the request it answers.
        provider: code of the granting organisation.
        consumer: code of the receiving one.
        grant_id: under which its grant will stand.
        in_charge: the persons in charge of both sides.
        now: aware instant.
    """
    made = new_id("con")
    connection.execute(
        insert(digital_contracts).values(
            id=made,
            kind=kind,
            request_id=request_id,
            provider=provider,
            consumer=consumer,
            state=procedure().start,
            offers=0,
            grant_id=grant_id,
            provider_person=in_charge.manager,
            consumer_person=in_charge.user,
            drafted_at=now,
            changed_at=now,
        )
    )
    return by_id(connection, made)


def add_offer(
    connection: Connection,
    contract: DigitalContract,
    terms: Terms,
    former: Terms | None,
    *,
    side: Side,
    by: str,
    why: str,
    now: datetime,
) -> int:
    """Write down one complete set of terms; gives its number.

    Args:
        connection: a writing transaction that holds the contract's row.
        contract: as it stands.
        terms: the whole.
        former: those of the offer before; None for the first.
        side: that makes it.
        by: the person.
        why: kept with the contract.
        now: aware instant.

    Raises:
        OdrlError: a term cannot be written, or nobody enforces it.
    """
    number, changes = contract.offers + 1, () if former is None else differences(former, terms)
    stated = odrl.terms_digest(terms)
    body = {"number": number, "side": side.value, "terms": stated, "changes": len(changes), "by": by}
    evidence_id = record(
        connection, event="space:contract:state_terms", subject=contract.id, body=body, now=now
    )
    connection.execute(
        insert(contract_offers).values(
            contract_id=contract.id,
            number=number,
            side=side.value,
            made_by=by,
            made_at=now,
            why=why.strip(),
            terms=canonical(odrl.write_terms(terms)).decode(),
            terms_digest=stated,
            differences=list(changes),
            evidence_id=evidence_id,
        )
    )
    return number
