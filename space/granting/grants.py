"""Grants 授权: signing terms with two parties, and reading what was signed.

Decides who may hold which terms (through :mod:`space.granting.grant_rules`), takes the privacy allowance out
of every unit kind's year, signs the ODRL agreement, and stores it all in one transaction. Ending a
grant is :mod:`space.granting.revocation`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from catalog.evidence import record
from catalog.keys import Signer
from catalog.store.schema import new_id
from catalog.store.tables import grants as tables
from catalog.store.tables.grants import grants
from contracts.canonical import canonical, digest
from contracts.model import Contract
from policies import odrl
from policies.access import Caller
from policies.clocks import local_date
from policies.decision import Deny
from policies.modes import required
from policies.terms import DatasetTerm, Mode, Terms
from space import store, walls
from space.calls import jws
from space.errors import Refused, SpaceError, Unknown
from space.granting import allowances, row_filters
from space.granting.grant_case import Case, Held
from space.granting.grant_rules import judge
from space.granting.kinds import highest_grade, kinds_behind, published, unstated
from space.granting.proposals import dataset_terms, read_terms
from space.granting.requests import Request, all_requests
from space.granting.revocation import close_expired
from space.identity.organisations import Organisation, organisation

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
        state: ``in_force``, ``revoked`` or ``ended``.
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
    """Sign a grant.

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
    day = local_date(now)
    close_expired(connection, now)
    grantee = organisation(connection, to)
    contracts = published(connection, [d.name for d in dataset_terms(document)])
    kinds = kinds_behind(connection, contracts)
    needed = required(grantee.kind.caller, kinds, day, grade=highest_grade(connection, contracts))
    terms = read_terms(document, required=needed.mode, day=day)
    answered = _request(connection, to, terms, request_id)
    case = Case(
        terms=terms,
        grantee=grantee,
        request=answered,
        contracts=contracts,
        kinds=kinds,
        unstated=unstated(connection, contracts),
        unfilterable=row_filters.unusable(connection, terms, contracts),
        required=needed,
        held=held_by(connection, to),
        day=day,
        walls_missing=_walls_missing(connection, grantee, day),
    )
    decision = judge(case)
    if isinstance(decision, Deny):
        raise Refused(decision)
    assert answered is not None  # the first rule denies without a request
    giver = grantor or _grantor(answered, contracts)
    return _sign(connection, signer, _Case(terms, grantee, answered, giver, kinds), by, now)


def by_id(connection: Connection, grant_id: str) -> Grant:
    """The grant of that id.

    Raises:
        Unknown: there is none.
    """
    row = store.grant_row(connection, grant_id)
    if row is None:
        raise Unknown("grant", grant_id, "`ybz grant list` shows them")
    return from_row(row)


def all_grants(connection: Connection, grantee: str | None = None) -> tuple[Grant, ...]:
    """Every grant, the oldest first; of one grantee where given."""
    wanted = select(grants).order_by(grants.c.signed_at, grants.c.id)
    if grantee is not None:
        wanted = wanted.where(grants.c.grantee == grantee)
    return tuple(from_row(row) for row in connection.execute(wanted).all())


def verify(grant_signed: Grant, public_raw: bytes) -> None:
    """Check that the stored agreement is what was signed, and says what the grant says.

    Raises:
        SignatureInvalid: it is not.
    """
    stated = jws.verify(grant_signed.signature, public_raw, AGREEMENT_TYPE)
    if canonical(stated).decode() != grant_signed.agreement:
        raise jws.SignatureInvalid("the stored agreement is not the one that was signed")


@dataclass(frozen=True, slots=True)
class _Case:
    terms: Terms
    grantee: Organisation
    request: Request
    grantor: str
    kinds: frozenset[str]


def _sign(connection: Connection, signer: Signer, case: _Case, by: str, now: datetime) -> Grant:
    grant_id, terms = new_id("grt"), case.terms
    agreement = odrl.write(
        odrl.Agreement(
            grant_id=grant_id,
            kind="operation" if case.request.kind == "operation" else "sharing",
            assigner=case.grantor,
            assignee=case.grantee.code,
            request_id=case.request.id,
            terms=terms,
        )
    )
    text = canonical(agreement).decode()
    body = {"terms": odrl.terms_digest(terms), "agreement": digest(agreement), "to": case.grantee.code}
    evidence_id = record(connection, event="space:grant:sign", subject=grant_id, body=body, now=now)
    connection.execute(
        insert(grants).values(
            id=grant_id,
            kind=case.request.kind,
            request_id=case.request.id,
            grantor=case.grantor,
            grantee=case.grantee.code,
            purpose=terms.purpose,
            mode=terms.mode.value,
            agreement=text,
            signature=jws.sign(signer, agreement, AGREEMENT_TYPE),
            terms_digest=odrl.terms_digest(terms),
            salt=secrets.token_hex(_SALT_BYTES),
            valid_from=terms.valid_from,
            valid_to=terms.valid_to,
            calls_limit=terms.calls,
            calls_used=0,
            nrho_limit=allowances.of_terms(terms)[0],
            nrho_spent=0,
            price_fen_per_call=terms.price_fen_per_call,
            charged_fen=0,
            state="in_force",
            signed_by=by,
            signed_at=now,
            evidence_id=evidence_id,
        )
    )
    allowances.take(connection, grant_id, case.kinds, terms, local_date(now))
    return by_id(connection, grant_id)


def _request(connection: Connection, applicant: str, terms: Terms, wanted: str | None) -> Request | None:
    """The request named, or the newest permitted one that covers every item for this purpose."""
    filed = all_requests(connection, applicant)
    if wanted is not None:
        return next((request for request in filed if request.id == wanted), None)
    covering = [
        request
        for request in filed
        if request.state == "permitted"
        and request.purpose == terms.purpose
        and all(_covers(request, dataset) for dataset in terms.datasets)
    ]
    return covering[-1] if covering else None


def _covers(request: Request, dataset: DatasetTerm) -> bool:
    return all(request.covers(dataset.name, column) for column in dataset.columns)


def _grantor(request: Request, contracts: Mapping[str, Contract]) -> str:
    body = str(request.statement.get("implementing_body") or "")
    departments = sorted(
        {contract.department.code or contract.department.name for contract in contracts.values()}
    )
    if body:
        return body
    if len(departments) == 1:
        return departments[0]
    raise SpaceError("the data come from several departments — name the granting body (--from)")


def _walls_missing(connection: Connection, grantee: Organisation, day: date) -> tuple[str, ...]:
    """Required walls that neither stand nor are overridden; asked only for those outside."""
    if grantee.kind.caller is not Caller.OUTSIDE:
        return ()
    missing = walls.missing(day)
    return () if walls.covered(connection, missing, day) else missing


def held_by(connection: Connection, grantee: str) -> tuple[Held, ...]:
    """What the grants of an organisation, in force or to come, say of unit kinds."""
    rows = connection.execute(
        select(grants.c.id, tables.allowances.c.kind, grants.c.mode)
        .join(tables.allowances, tables.allowances.c.grant_id == grants.c.id)
        .where(grants.c.grantee == grantee, grants.c.state == "in_force")
    ).all()
    return tuple(Held(row.id, row.kind, Mode(row.mode)) for row in rows)


def from_row(row: Row[Any]) -> Grant:
    """The grant a row of the store holds."""
    same = {name: row._mapping[name] for name in Grant.__dataclass_fields__ if name != "terms"}
    return Grant(**same, terms=_terms_of(row.agreement))


@lru_cache(maxsize=1024)
def _terms_of(agreement: str) -> Terms:
    """The terms of an agreement: frozen, so that readers may share them; a text is read once a process."""
    return odrl.read(json.loads(agreement)).terms
