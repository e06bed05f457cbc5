"""Grants 授权: entering them into force, and reading what was signed.

Takes the privacy allowance out of every unit kind's year, signs the ODRL agreement, and stores it all in
one transaction, with the contract it belongs to. Whether terms may be granted is
:mod:`space.granting.examining`; ending a grant is :mod:`space.granting.revocation`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Connection, Row, insert, select

from catalog.evidence import record
from catalog.keys import Ring, Signer
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.grants import grants
from contracts.canonical import canonical, digest
from policies import odrl
from policies.clocks import local_date
from policies.terms import Terms
from space import store
from space.calls import jws
from space.contracting import issuing
from space.errors import Unknown
from space.granting import allowances
from space.granting.agreed import terms_of
from space.granting.examining import Examined, examine
from space.granting.revocation import close_expired
from space.requesting.requests import supplied

AGREEMENT_TYPE: Final = "ybz-agreement+jws"
_SALT_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant as it stands.

    Attributes:
        id: of the grant.
        kind: ``sharing`` or ``operation``.
        request_id: the request it answers.
        grantor, grantee: codes of the organisations.
        terms: what was signed.
        terms_digest: SHA-256 of the terms.
        agreement: the ODRL agreement, canonical JSON.
        signature: JWS over it.
        salt: of digests of caller text, hexadecimal.
        state: ``in_force``, ``suspended``, ``revoked`` or ``ended``.
        calls_used, nrho_limit, nrho_spent, charged_fen: counters.
        signed_by, signed_at, ended_at, end_reason: who and when.
    """

    id: str
    kind: str
    request_id: str
    grantor: str
    grantee: str
    terms: Terms
    terms_digest: str
    agreement: str
    signature: str
    salt: str
    state: str
    calls_used: int
    nrho_limit: int
    nrho_spent: int
    charged_fen: int
    signed_by: str
    signed_at: datetime
    ended_at: datetime | None
    end_reason: str | None

    def salted(self, text: str) -> str:
        """SHA-256 of caller text under the grant's salt: not to be guessed from outside."""
        return digest([self.salt, text])

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form, the salt left out."""
        return {
            "id": self.id,
            "kind": self.kind,
            "request": self.request_id,
            "grantor": self.grantor,
            "grantee": self.grantee,
            "purpose": self.terms.purpose,
            "mode": self.terms.mode.value,
            "analyses": sorted(analysis.value for analysis in self.terms.analyses),
            "state": self.state,
            "valid_from": self.terms.valid_from.isoformat(),
            "valid_to": self.terms.valid_to.isoformat(),
            "calls": {"used": self.calls_used, "limit": self.terms.calls},
            "rho": {"spent": self.nrho_spent / 1e9, "limit": self.nrho_limit / 1e9},
            "charged_fen": self.charged_fen,
            "terms_digest": self.terms_digest,
            "agreement": json.loads(self.agreement),
            "signature": self.signature,
            "signed_by": self.signed_by,
            "signed_at": self.signed_at.isoformat(),
            "end_reason": self.end_reason,
        }


def grant(
    connection: Connection,
    signer: Signer,
    document: Mapping[str, Any],
    *,
    to: str,
    by: str,
    now: datetime,
    request_id: str | None = None,
    grantor: str | None = None,
) -> Grant:
    """Sign a grant the short way: the platform issues the contract, its request being the other's consent.

    Args:
        connection: a writing transaction.
        signer: signs the agreement.
        document: terms as people write them, see :func:`space.granting.proposals.read_terms`.
        to: code of the receiving organisation.
        by: the person who signs for the granting side.
        now: aware instant.
        request_id: the request it answers; the newest permitted one that covers the terms where None.
        grantor: code of the granting organisation; the implementing body or the one source department
            where None.

    Raises:
        Refused: the terms may not be signed, with every reason.
        TermsUnreadable: the document does not read as terms.
    """
    close_expired(connection, now)
    found = examine(connection, document, to=to, now=now, request_id=request_id, grantor=grantor)
    grant_id = new_id("grt")
    agreement = agreement_of(found, grant_id)
    issuing.issue(connection, signer, found, grant_id, agreement, by=by, now=now)
    return enter(connection, signer, found, grant_id, agreement, by=by, now=now)


def agreement_of(found: Examined, grant_id: str) -> dict[str, Any]:
    """The ODRL agreement of examined terms."""
    return odrl.write(
        odrl.Agreement(
            grant_id=grant_id,
            kind=cast("odrl.Kind", found.kind),
            assigner=found.grantor,
            assignee=found.grantee.code,
            request_id=found.request.id,
            terms=found.terms,
        )
    )


def enter(
    connection: Connection,
    signer: Signer,
    found: Examined,
    grant_id: str,
    agreement: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
) -> Grant:
    """Let a grant come into force: its row, its allowance, its evidence.

    Args:
        connection: the writing transaction that puts its contract into force.
        signer: signs the agreement.
        found: the terms, examined in this transaction.
        grant_id: of the grant; the agreement names it.
        agreement: what was agreed, see :func:`agreement_of`.
        by: the person who signs last.
        now: aware instant.

    Raises:
        Refused: the year of a unit kind does not leave the allowance.
    """
    terms = found.terms
    stated = odrl.terms_digest(terms)
    nrho, fdelta = allowances.of_terms(terms)
    # Taken out of the year of each kind: a log that outlives the store must tell of it.
    year = max(terms.valid_from, local_date(now)).year
    taken = {"kinds": sorted(found.kinds), "year": year, "nrho": nrho, "fdelta": fdelta}
    body = {"terms": stated, "agreement": digest(agreement), "to": found.grantee.code, "allowance": taken}
    evidence_id = record(connection, event="space:grant:sign", subject=grant_id, body=body, now=now)
    connection.execute(
        insert(grants).values(
            id=grant_id,
            kind=found.request.kind,
            request_id=found.request.id,
            grantor=found.grantor,
            grantee=found.grantee.code,
            purpose=terms.purpose,
            mode=terms.mode.value,
            agreement=canonical(agreement).decode(),
            signature=jws.sign(signer, agreement, AGREEMENT_TYPE),
            terms_digest=stated,
            salt=secrets.token_hex(_SALT_BYTES),
            valid_from=terms.valid_from,
            valid_to=terms.valid_to,
            calls_limit=terms.calls,
            calls_used=0,
            nrho_limit=nrho,
            nrho_spent=0,
            price_fen_per_call=terms.highest_call_fen,
            charged_fen=0,
            state="in_force",
            signed_by=by,
            signed_at=now,
            evidence_id=evidence_id,
        )
    )
    allowances.take(connection, grant_id, found.kinds, terms, local_date(now))
    supplied(connection, found.request.id, [dataset.name for dataset in terms.datasets], by=by, now=now)
    return by_id(connection, grant_id)


def by_id(connection: Connection, grant_id: str) -> Grant:
    """The grant of that id.

    Raises:
        Unknown: there is none.
    """
    row = store.grant_row(connection, grant_id)
    if row is None:
        raise Unknown("grant", grant_id, "`ybz grant list` shows them")
    return from_row(row)


def all_grants(
    connection: Connection, grantee: str | None = None, part: Part | None = None, named: str | None = None
) -> tuple[Grant, ...]:
    """Every grant, the oldest first; of one grantee, or one alone, where given, a part by instant and id."""
    wanted = parted(select(grants), part, grants.c.signed_at, grants.c.id)
    if grantee is not None:
        wanted = wanted.where(grants.c.grantee == grantee)
    if named is not None:
        wanted = wanted.where(grants.c.id == named)
    return tuple(from_row(row) for row in connection.execute(wanted).all())


def verify(grant_signed: Grant, public: bytes | Ring) -> None:
    """Check that the stored agreement is what was signed, and says what the grant says.

    Raises:
        SignatureInvalid: it is not.
    """
    stated = jws.verify(grant_signed.signature, public, AGREEMENT_TYPE)
    if canonical(stated).decode() != grant_signed.agreement:
        raise jws.SignatureInvalid("the stored agreement is not the one that was signed")


def from_row(row: Row[Any]) -> Grant:
    """The grant a row of the store holds."""
    same = {name: row._mapping[name] for name in Grant.__dataclass_fields__ if name != "terms"}
    return Grant(**same, terms=terms_of(row.agreement))
