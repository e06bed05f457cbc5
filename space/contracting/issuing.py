"""The short way of a contract: the platform issues it in one step, for the simple case of sharing.

Decides that the records are those of a negotiated contract: terms as its one offer, the step, the platform's
signature over the agreement. The permitted request stands for the consumer's consent, its answer for the
provider's. To whom the short way is open is a dated rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from catalog.keys import Signer
from contracts.canonical import canonical, digest
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from policies.usage_terms import InCharge
from space.contracting import offering, statements, steps
from space.contracting.values import DigitalContract, Side
from space.errors import Refused

if TYPE_CHECKING:
    from space.granting.examining import Examined


def issue(
    connection: Connection,
    signer: Signer,
    found: Examined,
    grant_id: str,
    agreement: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
) -> DigitalContract:
    """Issue a contract; its grant is entered in the same transaction.

    Args:
        connection: the writing transaction that enters the grant.
        signer: the platform's.
        found: the terms, examined in this transaction.
        grant_id: of the grant.
        agreement: of these terms.
        by: the person who issues it.
        now: aware instant.

    Raises:
        Refused: the short way is not open to organisations of that kind.
    """
    open_to = rule("grants", "short_way", local_date(now)).value
    if found.grantee.kind.caller.value not in open_to:
        raise Refused(
            Deny(
                (
                    Reason(
                        "contract.short_way",
                        "with this organisation a contract is negotiated and signed by both sides",
                        "to",
                        "`ybz contract draft`, then offer, accept and sign",
                    ),
                )
            )
        )
    contract = offering.open_contract(
        connection,
        kind=found.kind,
        request_id=found.request.id,
        provider=found.grantor,
        consumer=found.grantee.code,
        grant_id=grant_id,
        in_charge=found.terms.in_charge or _persons(found, by),
        now=now,
    )
    why = f"issued on the permitted request {found.request.id}"
    number = offering.add_offer(
        connection, contract, found.terms, None, side=Side.PROVIDER, by=by, why=why, now=now
    )
    text, stated = canonical(agreement).decode(), digest(agreement)
    made = steps.take(
        connection, contract, "issue", Side.PLATFORM, by=by, why=why, now=now,
        stated={"agreement": stated}, offers=number, agreement=text, agreement_digest=stated,
    )  # fmt: skip
    key, signed = signer.fixed(), statements.statement(made, Side.PLATFORM, by)
    statements.keep_signature(
        connection, made, Side.PLATFORM, person=by, key_id=key.key_id, algorithm=key.algorithm,
        signature=key.sign(signed), signed=signed, now=now,
    )  # fmt: skip
    return made


def _persons(found: Examined, by: str) -> InCharge:
    """Who answers for both sides where the terms name nobody: who signs, and who vouched for the request."""
    vouched = str(found.request.statement.get("vouched_by") or "").strip()
    return InCharge(by.strip() or found.grantor, vouched or found.grantee.name.strip() or found.grantee.code)
