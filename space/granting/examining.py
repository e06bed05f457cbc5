"""Examining terms: everything that is looked at before they are offered, accepted or signed.

Decides whether terms may be granted on a day (through :mod:`space.granting.grant_rules`), under which
request and by whom. Writes nothing; the same examination stands before every step of a contract, because
rules, requests and other grants may have changed since the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from catalog.clocks.owed import authority_on
from contracts.model import Contract
from policies.access import Caller
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.modes import required
from policies.terms import DatasetTerm, Terms
from space import walls
from space.errors import Refused, SpaceError
from space.granting import row_filters
from space.granting.grant_case import Case
from space.granting.grant_rules import judge
from space.granting.held import held_by
from space.granting.kinds import highest_grade, kinds_behind, published, unstated
from space.granting.proposals import dataset_terms, read_terms
from space.identity.organisations import Organisation, organisation
from space.operation.standing import outside
from space.requesting.requests import Request, all_requests


@dataclass(frozen=True, slots=True)
class Examined:
    """Terms that may be granted.

    Attributes:
        terms: the whole.
        grantee: who receives.
        request: the permitted request they answer.
        grantor: code of the granting organisation.
        kinds: unit kinds named by or behind the datasets.
    """

    terms: Terms
    grantee: Organisation
    request: Request
    grantor: str
    kinds: frozenset[str]

    @property
    def kind(self) -> str:
        """``sharing``, ``operation`` or ``open``, as the agreement says it."""
        return self.request.kind


def examine(
    connection: Connection,
    stated: Mapping[str, Any] | Terms,
    *,
    to: str,
    now: datetime,
    request_id: str | None = None,
    grantor: str | None = None,
) -> Examined:
    """Terms, found to be grantable today.

    Args:
        connection: to read contracts, requests and other grants with.
        stated: terms, or a document as people write it (:func:`space.granting.proposals.read_terms`).
        to: code of the receiving organisation.
        now: aware instant.
        request_id: the request they answer; the newest permitted one that covers them where None.
        grantor: code of the granting organisation; the implementing body or the one source department
            where None.

    Raises:
        Refused: the terms may not be granted, with every reason.
        TermsUnreadable: the document does not read as terms.
    """
    day = local_date(now)
    grantee = organisation(connection, to)
    opened = stated.datasets if isinstance(stated, Terms) else dataset_terms(stated)
    contracts = published(connection, [term.name for term in opened])
    kinds = kinds_behind(connection, contracts)
    needed = required(grantee.kind.caller, kinds, day, grade=highest_grade(connection, contracts))
    terms = stated if isinstance(stated, Terms) else read_terms(stated, required=needed.mode, day=day)
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
    reasons = decision.reasons if isinstance(decision, Deny) else ()
    if answered is not None:
        reasons += tuple(_outside(connection, answered, terms, day))
        reasons += tuple(_may_grant(connection, grantor, answered, contracts, day))
    if reasons:
        raise Refused(Deny(reasons))
    assert answered is not None  # the first rule denies without a request
    return Examined(terms, grantee, answered, grantor or _grantor(answered, contracts), kinds)


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


def _outside(connection: Connection, answered: Request, terms: Terms, day: date) -> Iterator[Reason]:
    """Why terms lie outside the operator's agreement and scenario, as both stand today."""
    items = [(dataset.name, column) for dataset in terms.datasets for column in dataset.columns]
    yield from outside(connection, answered.id, terms.valid_to, items, day)


def _may_grant(
    connection: Connection,
    grantor: str | None,
    request: Request,
    contracts: Mapping[str, Contract],
    day: date,
) -> Iterator[Reason]:
    """Who grants is the implementing body, a source department of the data, or the data authority."""
    body = str(request.statement.get("implementing_body") or "")
    known = {contract.department.code or contract.department.name for contract in contracts.values()}
    if grantor and grantor not in {body, authority_on(connection, day)[1], *known}:
        yield Reason(
            "grant.grantor",
            "the organisation answers for none of the data",
            "grantor",
            "the implementing body, the source department, or the data authority grants",
        )


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
    raise SpaceError("the data come from several departments — name the granting body")


def _walls_missing(connection: Connection, grantee: Organisation, day: date) -> tuple[str, ...]:
    """Required walls that neither stand nor are overridden; asked only for those outside."""
    if grantee.kind.caller is not Caller.OUTSIDE:
        return ()
    missing = walls.missing(day)
    return () if walls.covered(connection, missing, day) else missing
