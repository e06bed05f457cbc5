"""Authorised operation 授权运营: what is in it, from when, until when, by whom.

Decides which entries are in authorised operation on a day: those in the scope of a recorded
authorisation, those an agreement of the space lists, and those a grant to an operator opens. Whether that
makes registration a duty is :mod:`catalog.registration.standing`'s matter, what the early end of one does
:mod:`catalog.registration.ending`'s.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, insert, or_, select

from catalog import evidence
from catalog.clocks.place import place_on
from catalog.registration import rulings
from catalog.registration.errors import RegistrationRefused
from catalog.registration.rows import Registration, sources
from catalog.registration.rulings import Object
from catalog.store.schema import new_id
from catalog.store.tables.grants import grants
from catalog.store.tables.identity import organisations
from catalog.store.tables.ledger import entries
from catalog.store.tables.operation import operation_agreements, operation_listed
from catalog.store.tables.registration import registration_authorisations, registration_authorised
from contracts import codes
from policies import odrl
from policies.access import OrganisationKind
from policies.clocks import local_date
from policies.decision import Deny, Reason

# Reason codes.
TERM: Final = "registration.authorisation.term"
SCOPE: Final = "registration.authorisation.scope"
CODE: Final = "registration.code_of_party"
MODE: Final = "registration.authorisation.mode"


@dataclass(frozen=True, slots=True)
class Authorisation:
    """What was agreed.

    Attributes:
        body_name, body_code: implementing body 实施机构.
        operator_name, operator_code: operator 运营机构.
        agreement: reference of the agreement.
        mode: ``whole``, ``field`` or ``scenario``.
        starts_on, ends_on: first and last day.
        datasets: entries in its scope.
    """

    body_name: str
    body_code: str
    operator_name: str
    operator_code: str
    agreement: str
    mode: str
    starts_on: date
    ends_on: date
    datasets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """An entry in authorised operation.

    Attributes:
        dataset: its name.
        since: first day, of the earliest authorisation that is in force.
        until: last day, of the longest.
        operators: codes of who operates.
    """

    dataset: str
    since: date
    until: date
    operators: frozenset[str]


def authorise(connection: Connection, agreed: Authorisation, *, by: str, now: datetime) -> str:
    """Record an authorisation.

    Args:
        connection: a writing transaction.
        agreed: what was agreed.
        by: who records it.
        now: aware instant.

    Returns:
        Its id.

    Raises:
        RegistrationRefused: its term is too long or turned about, a code is none, its scope names what
            the ledger does not have; every reason at once.

    Source: 发改数据规〔2025〕27号.
    """
    reasons = tuple(_faults(connection, agreed, local_date(now)))
    if reasons:
        raise RegistrationRefused("the authorisation is not recorded", Deny(reasons))
    authorisation_id = new_id("aut")
    values = {
        "body_name": agreed.body_name, "body_code": agreed.body_code, "operator_name": agreed.operator_name,
        "operator_code": agreed.operator_code, "agreement": agreed.agreement, "mode": agreed.mode,
        "starts_on": agreed.starts_on, "ends_on": agreed.ends_on,
    }  # fmt: skip
    connection.execute(
        insert(registration_authorisations).values(
            id=authorisation_id, recorded_by=by, recorded_at=now, **values
        )
    )
    scope = [{"authorisation_id": authorisation_id, "dataset": name} for name in sorted(set(agreed.datasets))]
    connection.execute(insert(registration_authorised), scope)
    body = {
        "body": agreed.body_code, "operator": agreed.operator_code, "agreement": agreed.agreement,
        "mode": agreed.mode, "starts_on": agreed.starts_on.isoformat(), "actor": by,
        "ends_on": agreed.ends_on.isoformat(), "datasets": [row["dataset"] for row in scope],
    }  # fmt: skip
    evidence.record(
        connection, event="catalog:authorisation:record", subject=authorisation_id, body=body, now=now
    )
    return authorisation_id


def in_operation(connection: Connection, on: date) -> Mapping[str, Operation]:
    """Every entry in authorised operation on a day, by name."""
    found: dict[str, Operation] = {}
    named = (*_recorded(connection, on), *_agreed(connection, on), *_granted(connection, on))
    for dataset, since, until, operator in named:
        former = found.get(dataset)
        found[dataset] = Operation(
            dataset,
            since if former is None else min(since, former.since),
            until if former is None else max(until, former.until),
            frozenset({operator}) if former is None else former.operators | {operator},
        )
    return dict(sorted(found.items()))


def bound_of(connection: Connection, registration: Registration, on: date) -> date | None:
    """The last day of the longest authorisation a registration is for; None where it is not in operation."""
    operated = in_operation(connection, on)
    if registration.object == Object.RESOURCE:
        found = operated.get(registration.name)
        return None if found is None else found.until
    made_from = sources(connection).get(registration.id, ())
    ends = [
        operated[name].until
        for name in made_from
        if name in operated and registration.registrant_code in operated[name].operators
    ]
    return max(ends) if ends else None


def authorisations(connection: Connection) -> tuple[Mapping[str, Any], ...]:
    """Every recorded authorisation with its scope, the oldest first."""
    a, s = registration_authorisations, registration_authorised
    scope: dict[str, list[str]] = {}
    for row in connection.execute(select(s).order_by(s.c.dataset)):
        scope.setdefault(row.authorisation_id, []).append(row.dataset)
    rows = connection.execute(select(a).order_by(a.c.recorded_at, a.c.id))
    return tuple({**row._mapping, "datasets": scope.get(row.id, [])} for row in rows)


def _faults(connection: Connection, agreed: Authorisation, on: date) -> Iterator[Reason]:
    place = place_on(connection, on)
    ruled = rulings.longest_operation(on, place)
    latest = rulings.years_after(agreed.starts_on, int(ruled.value)) - timedelta(days=1)
    # What was agreed before the rule is not bound by it.
    too_long = agreed.ends_on > latest and agreed.starts_on >= ruled.valid_from
    if agreed.ends_on < agreed.starts_on or too_long:
        yield Reason(
            TERM,
            "the term of an authorisation ends before it begins, or lasts too long",
            where="ends_on",
            allowed=f"from its first day to {latest} at the latest ({ruled.source})",
        )
    known = rulings.modes(on, place)
    if agreed.mode not in known:
        yield Reason(
            MODE, "the mode is not in the vocabulary", where="mode", allowed=f"one of {', '.join(known)}"
        )
    for role, code in (("body", agreed.body_code), ("operator", agreed.operator_code)):
        if codes.uscc(code) != code:
            yield code_fault(role)
    yield from _scope_faults(connection, agreed.datasets)


def code_fault(role: str) -> Reason:
    """A party's code is none."""
    return Reason(
        CODE,
        f"the code of the {role} is no unified social credit code",
        where=role,
        allowed="18 characters whose check digit holds",
    )


def _scope_faults(connection: Connection, datasets: Sequence[str]) -> Iterator[Reason]:
    query = select(entries.c.name).where(entries.c.name.in_(datasets))
    known = set(connection.execute(query).scalars())
    unknown = sorted(set(datasets) - known)
    if unknown or not datasets:
        yield Reason(
            SCOPE,
            f"the scope names no entry, or what the ledger does not have: {', '.join(unknown) or 'nothing'}",
            where="datasets",
            allowed="names of entries, as `ybz show` lists them",
        )


def _recorded(connection: Connection, on: date) -> Iterator[tuple[str, date, date, str]]:
    a, s = registration_authorisations, registration_authorised
    rows = connection.execute(
        select(s.c.dataset, a.c.starts_on, a.c.ends_on, a.c.operator_code)
        .join(a, a.c.id == s.c.authorisation_id)
        .where(a.c.starts_on <= on, a.c.ends_on >= on, or_(a.c.ended_on.is_(None), a.c.ended_on > on))
    ).all()
    for row in rows:
        yield row.dataset, row.starts_on, row.ends_on, row.operator_code


def _agreed(connection: Connection, on: date) -> Iterator[tuple[str, date, date, str]]:
    """What the agreements of the space list, in the version in force."""
    a, held = operation_agreements.c, operation_listed.c
    rows = connection.execute(
        select(held.dataset, a.starts_on, a.ends_on, a.operator_code)
        .join(operation_agreements, (a.id == held.agreement_id) & (a.version == held.version))
        .where(
            a.state.in_(("signed", "in_force", "suspended")),
            a.starts_on <= on,
            a.ends_on >= on,
            or_(a.ended_on.is_(None), a.ended_on > on),
        )
    ).all()
    for row in rows:
        yield row.dataset, row.starts_on, row.ends_on, row.operator_code


def _granted(connection: Connection, on: date) -> Iterator[tuple[str, date, date, str]]:
    g = grants.c
    rows = connection.execute(
        select(g.agreement, g.valid_from, g.valid_to, g.grantee, g.ended_at)
        .join(organisations, organisations.c.code == g.grantee)
        .where(
            organisations.c.kind == OrganisationKind.OPERATOR.value,
            g.valid_from <= on,
            g.valid_to >= on,
        )
    ).all()
    for row in rows:
        if row.ended_at is not None and local_date(row.ended_at) <= on:
            continue
        for term in odrl.read(json.loads(row.agreement)).terms.datasets:
            yield term.name, row.valid_from, row.valid_to, row.grantee
