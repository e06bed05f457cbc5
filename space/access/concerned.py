"""To which organisations a thing belongs: a grant to its holder, a dataset to its department, and so on.

Decides nothing about who may do what: it finds owners by the key a caller names, in the store. What there is
not belongs to nobody.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, Connection, or_, select

from catalog.cataloging.folders import in_folder
from catalog.revisions import PUBLISHED
from catalog.store.tables.attributions import attribution_claims
from catalog.store.tables.audits import standing_queries
from catalog.store.tables.backflow import deliveries, subscriptions
from catalog.store.tables.cataloging import entry_announcements
from catalog.store.tables.contracting import digital_contracts
from catalog.store.tables.corrections import correction_attachments
from catalog.store.tables.entitlements import entitlement_cases, entitlement_comparisons
from catalog.store.tables.evaluation import evaluations
from catalog.store.tables.forms import corrections, forms, submissions
from catalog.store.tables.forms_filling import form_tasks
from catalog.store.tables.grants import grants, requests
from catalog.store.tables.grassroots import base_records, base_tasks
from catalog.store.tables.identity import client_tokens, organisations
from catalog.store.tables.inbox import inbox_tasks, unmaskings
from catalog.store.tables.inventory import inventory_systems, inventory_tables
from catalog.store.tables.ledger import entries
from catalog.store.tables.list_announcements import list_announcements
from catalog.store.tables.machine_clients import machine_clients
from catalog.store.tables.money import invoices, statements, voucher_batches
from catalog.store.tables.operation import (
    operation_agreements,
    operation_findings,
    operation_reviews,
    operation_scenarios,
)
from catalog.store.tables.people import memberships
from catalog.store.tables.queries import receipts
from catalog.store.tables.registration import registrations
from catalog.store.tables.requesting import approval_delegations, request_cases
from catalog.store.tables.second_signatures import second_signatures
from catalog.store.tables.supplies import supplies
from contracts.odcs.files import loads
from contracts.problems import OdcsError
from policies.clocks import local_date
from space.errors import Unknown
from space.requesting.requests import by_id

# The code of the organisation that has what nobody is named to have: no organisation's.
NOBODY: Final = ""
# An entry as the catalogue tells of it: before it lists the entry, nobody is told but who sees its details.
LISTED: Final = "listed"
# What waits for a second person: whose it is depends on the day.
_SIGNATURE: Final = "signature"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing.

    Attributes:
        keys: columns that may hold what a caller names it by.
        codes: columns of the same row that hold codes of organisations it belongs to.
        through: column of the same row → kind of the thing whose organisations it belongs to as well.
    """

    keys: tuple[Column[Any], ...]
    codes: tuple[Column[Any], ...] = ()
    through: tuple[tuple[Column[Any], str], ...] = ()


def owners(connection: Connection, kind: str, key: str, on: date | None = None) -> tuple[str, ...]:
    """Codes of the organisations a thing belongs to, each once; empty where there is no such thing.

    What is there and names nobody belongs to :data:`NOBODY`, so that it is not taken for what is not there.

    Args:
        connection: to read with.
        kind: one of :data:`KINDS` or :data:`FOUND`.
        key: what the caller names it by.
        on: day on which people act for organisations, Asia/Shanghai; today where None.
    """
    if kind == _SIGNATURE:
        return _signing(connection, key, on)
    if kind in FOUND:
        return FOUND[kind](connection, key)
    of = KINDS[kind]
    columns = [*of.codes, *(column for column, _ in of.through)]
    found: dict[str, None] = {}
    rows = connection.execute(select(*columns).where(or_(*(each == key for each in of.keys)))).all()
    for row in rows:
        values = list(row)
        found |= dict.fromkeys(code for code in values[: len(of.codes)] if code)
        for (_, other), value in zip(of.through, values[len(of.codes) :], strict=True):
            if value:
                found |= dict.fromkeys(owners(connection, other, value))
    named = tuple(code for code in found if code != NOBODY)
    return named or ((NOBODY,) if rows else ())


def contract_files(folder: str) -> tuple[str, ...]:
    """The contracts in a folder, as whoever catalogues it takes them; none where it is no folder."""
    path = Path(folder)
    return tuple(str(file) for file in in_folder(path)) if path.is_dir() else ()


def is_public(kind: str) -> bool:
    """Whether everybody may know that a thing of this kind exists, as what the catalogue lists."""
    return kind in _KNOWN_TO_ALL


def is_known(connection: Connection, kind: str, key: str) -> bool:
    """Whether everybody may know that a thing is there: of entries, those the catalogue lists."""
    return is_listed(connection, key) if kind == _ENTRIES else is_public(kind)


def is_listed(connection: Connection, key: str) -> bool:
    """Whether the catalogue lists an entry, named by its name or code or with one of its fields."""
    e, named = entries.c, {key, ".".join(key.split(".")[:2])}
    listed = select(e.id).where(e.state == PUBLISHED, e.name.in_(named) | e.code.in_(named))
    return connection.execute(listed).first() is not None


def _itself(_connection: Connection, key: str) -> tuple[str, ...]:
    """An organisation is named by its own code."""
    return (key,)


def _answerers(connection: Connection, key: str) -> tuple[str, ...]:
    """Whoever has a say in a request, or in one of its cases: the owners, and who sits in their chains."""
    case = select(request_cases.c.request_id).where(request_cases.c.id == key)
    try:
        cases = by_id(connection, connection.execute(case).scalar() or key).cases
    except Unknown:
        return ()
    mine = [one for one in cases if key in (one.id, one.request_id)]
    seated = (seat.code for one in mine for seat in one.chain.seats)
    return tuple(dict.fromkeys(code for code in (*(one.owner_code for one in mine), *seated) if code))


def _of_field(connection: Connection, key: str) -> tuple[str, ...]:
    """A dataset, or one of its fields: ``people.residents`` or ``people.residents.name``."""
    return owners(connection, "dataset", key) or owners(connection, "dataset", key.rpartition(".")[0])


def _issuer(connection: Connection, key: str) -> tuple[str, ...]:
    """Whoever issues a form; nobody known where its file does not say."""
    said = connection.execute(select(forms.c.more).where(forms.c.code == key)).scalar() or {}
    return tuple(code for code in (said.get("issuerCode"),) if code)


def _issuer_of_task(connection: Connection, key: str) -> tuple[str, ...]:
    """Whoever issues the form a task is of."""
    code = connection.execute(select(form_tasks.c.form).where(form_tasks.c.id == key)).scalar()
    return () if code is None else _issuer(connection, code)


def _announced_to(connection: Connection, key: str) -> tuple[str, ...]:
    """Whoever was told of a breaking change; an issuer of forms is known by its name alone."""
    a = entry_announcements.c
    row = connection.execute(select(a.organisation, a.organisation_name).where(a.id == key)).first()
    if row is None:
        return ()
    o = organisations.c
    for told in (o.code == row.organisation, o.name == row.organisation_name):
        codes = tuple(connection.execute(select(o.code).where(told)).scalars())
        if codes:
            return codes
    return (NOBODY,)


def _signing(connection: Connection, key: str, on: date | None = None) -> tuple[str, ...]:
    """The organisations a second person may sign for that this person acts for on a day, or today."""
    s, m = second_signatures.c, memberships.c
    row = connection.execute(select(s.second_person, s.among).where(s.id == key)).first()
    if row is None:
        return ()
    day = on or local_date(datetime.now(UTC))
    mine = select(m.organisation).where(
        m.person_id == row.second_person, m.ended_at.is_(None), m.first_day <= day,
        or_(m.last_day.is_(None), m.last_day >= day),
    )  # fmt: skip
    held = set(connection.execute(mine).scalars())
    return tuple(code for code in json.loads(row.among) if code in held)


def _of_file(connection: Connection, key: str) -> tuple[str, ...]:
    """An entry by its name; of a contract's file, the department it names and the one that has the entry."""
    path = Path(key)
    if not path.is_file():
        return owners(connection, "dataset", key)
    try:
        stated = loads(path.read_text(encoding="utf-8"), path.name)
    except (OdcsError, UnicodeDecodeError):
        return ()
    return owners(connection, "dataset", stated.name) or (stated.department.code,)


_ENTRIES: Final = "dataset"
_KNOWN_TO_ALL: Final = frozenset({_ENTRIES, "organisation", "evaluation"})
# Kinds whose organisations stand in no column of their row.
FOUND: Final[Mapping[str, Callable[[Connection, str], tuple[str, ...]]]] = {
    "organisation": _itself,
    "payer": _itself,
    "answering": _answerers,
    "case": _answerers,
    "dataset-of-field": _of_field,
    LISTED: _of_field,
    "contract-file": _of_file,
    "form": _issuer,
    "issued-task": _issuer_of_task,
    "entry-announcement": _announced_to,
    _SIGNATURE: _signing,
}

_ENTRY: Final = Kind((entries.c.name, entries.c.code), (entries.c.department_code,))
_GRANT: Final = Kind((grants.c.id,), (grants.c.grantee,))
_AGREEMENT: Final = (operation_agreements.c.number, operation_agreements.c.id)
_CONTRACT: Final = (digital_contracts.c.id, digital_contracts.c.grant_id)
KINDS: Final[Mapping[str, Kind]] = {
    "applicant": Kind((request_cases.c.id,), (), ((request_cases.c.request_id, "request"),)),
    "agreement-body": Kind(_AGREEMENT, (operation_agreements.c.body_code,)),
    "agreement-operator": Kind(_AGREEMENT, (operation_agreements.c.operator_code,)),
    "announcement": Kind((list_announcements.c.id,), (list_announcements.c.organisation,)),
    "attachment": Kind(
        (correction_attachments.c.id,), (), ((correction_attachments.c.correction_id, "challenge"),)
    ),
    "agreement": Kind(
        _AGREEMENT,
        (operation_agreements.c.body_code, operation_agreements.c.operator_code),
    ),
    "base-record": Kind((base_records.c.id,), (base_records.c.body,)),
    "base-task": Kind((base_tasks.c.id,), (base_tasks.c.body,)),
    "batch": Kind((voucher_batches.c.id,), (voucher_batches.c.issuer,)),
    "challenge": Kind((corrections.c.id,), (corrections.c.asker, corrections.c.department_code)),
    "challenged": Kind((corrections.c.id,), (corrections.c.department_code,)),
    "challenger": Kind((corrections.c.id,), (corrections.c.asker,)),
    "comparison": Kind((entitlement_comparisons.c.id,), (entitlement_comparisons.c.department_code,)),
    "claim": Kind((attribution_claims.c.id,), (attribution_claims.c.body,)),
    "contract": Kind(_CONTRACT, (digital_contracts.c.provider, digital_contracts.c.consumer)),
    "contract-consumer": Kind(_CONTRACT, (digital_contracts.c.consumer,)),
    "contract-provider": Kind(_CONTRACT, (digital_contracts.c.provider,)),
    "dataset": _ENTRY,
    "delegation": Kind((approval_delegations.c.id,), (approval_delegations.c.organisation,)),
    "delivery": Kind((deliveries.c.id,), (), ((deliveries.c.subscription_id, "subscription"),)),
    "entitlement": Kind(
        (entitlement_cases.c.id,), (entitlement_cases.c.department_code, entitlement_cases.c.body)
    ),
    "evaluation": Kind((evaluations.c.id,), (evaluations.c.party,)),
    "finding": Kind((operation_findings.c.id,), (), ((operation_findings.c.review_id, "operation-review"),)),
    "form-task": Kind((form_tasks.c.id,), (form_tasks.c.body,)),
    "grant": _GRANT,
    "held": _GRANT,
    "inbox-task": Kind((inbox_tasks.c.id,), (inbox_tasks.c.body,)),
    "inventory-system": Kind((inventory_systems.c.id,), (inventory_systems.c.department_code,)),
    "inventory-table": Kind(
        (inventory_tables.c.id,), (), ((inventory_tables.c.system_id, "inventory-system"),)
    ),
    "invoice": Kind((invoices.c.number,), (invoices.c.issuer, invoices.c.payer)),
    "operation-review": Kind(
        (operation_reviews.c.id,), (), ((operation_reviews.c.agreement_id, "agreement"),)
    ),
    "machine-client": Kind((machine_clients.c.id,), (machine_clients.c.organisation,)),
    "member": Kind((memberships.c.person_id,), (memberships.c.organisation,)),
    "receipt": Kind((receipts.c.id,), (receipts.c.organisation,)),
    "registered": Kind((registrations.c.id, registrations.c.name), (registrations.c.registrant_code,)),
    "request": Kind((requests.c.id,), (requests.c.applicant,)),
    "scenario": Kind((operation_scenarios.c.id,), (), ((operation_scenarios.c.agreement_id, "agreement"),)),
    "scenario-body": Kind(
        (operation_scenarios.c.id,), (), ((operation_scenarios.c.agreement_id, "agreement-body"),)
    ),
    "scenario-operator": Kind(
        (operation_scenarios.c.id,), (), ((operation_scenarios.c.agreement_id, "agreement-operator"),)
    ),
    "standing": Kind((standing_queries.c.id,), (), ((standing_queries.c.grant_id, "grant"),)),
    "statement": Kind((statements.c.id,), (statements.c.organisation,)),
    "submission": Kind((submissions.c.id,), (submissions.c.body,)),
    "subscription": Kind((subscriptions.c.id,), (subscriptions.c.subscriber,)),
    "supply": Kind((supplies.c.id,), (supplies.c.receiver,)),
    "token": Kind((client_tokens.c.id,), (client_tokens.c.organisation,)),
    "unmasking": Kind((unmaskings.c.id,), (unmaskings.c.body,)),
}
