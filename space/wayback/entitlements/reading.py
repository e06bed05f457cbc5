"""Reading what is compared: identity numbers, areas and the fields a rule asks of, from named releases.

Decides nothing. What is read stays in this process: neither the store nor the evidence holds a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from catalog import revisions
from catalog.home import Home
from catalog.keys import row_reference
from catalog.releases import published as releases
from catalog.releases.published import Release
from contracts.codes import CODES, canonical_id
from contracts.model import Contract
from space.wayback.backflow.authoritative import as_text, source
from space.wayback.entitlements.access import subject_field
from space.wayback.entitlements.comparing import Claim, Registered


def claims(
    home: Home, connection: Connection, dataset: str, asked: Sequence[str], secret: bytes
) -> tuple[Release, list[Claim]]:
    """The rows of a list as it is published now.

    Args:
        home: the installation.
        connection: a reading transaction.
        dataset: of the list.
        asked: fields a rule asks of.
        secret: the pseudonym key.

    Raises:
        Unknown: nothing is released yet.
    """
    found = source(connection, dataset)
    return found.release, list(_claims(home, found.contract, found.release, asked, secret))


def registered(
    home: Home, connection: Connection, dataset: str, claimed: Sequence[Claim], secret: bytes
) -> tuple[Release, Registered]:
    """Whom the register names now, and whom of the list it named in an earlier release.

    Earlier releases are read back only for persons the newest does not name, until all are found.
    """
    found = source(connection, dataset)
    now = {
        one.person: (one.row, one.area) for one in _claims(home, found.contract, found.release, (), secret)
    }
    missing = {one.person for one in claimed} - now.keys()
    before: set[str] = set()
    release: Release | None = found.release
    while missing - before and release is not None:
        release = releases.previous(connection, release)
        if release is not None:
            contract = revisions.number(connection, dataset, release.revision).contract
            before |= missing & set(_people(home, contract, release))
    return found.release, Registered(now, frozenset(before))


def _claims(
    home: Home, contract: Contract, release: Release, asked: Sequence[str], secret: bytes
) -> Iterator[Claim]:
    subject, area, period = subject_field(contract), contract.area, contract.period_field
    more = ([area.field] if area else [], [period] if period else [])
    fields = tuple(dict.fromkeys((*contract.key, subject, *more[0], *more[1], *asked)))
    for row in _rows(home, release, fields):
        person = canonical_id("person", as_text(row[subject]))
        if person is None:
            continue
        reference = row_reference(secret, contract.name, {name: row[name] for name in contract.key})
        yield Claim(
            person=person,
            row=reference,
            area=_region(row[area.field]) if area else "",
            values={name: as_text(row[name]) for name in asked},
            period=(as_text(row[period]) or "") if period else "",
        )


def _people(home: Home, contract: Contract, release: Release) -> Iterator[str]:
    subject = subject_field(contract)
    for row in _rows(home, release, (subject,)):
        person = canonical_id("person", as_text(row[subject]))
        if person is not None:
            yield person


def _rows(home: Home, release: Release, fields: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    for batch in releases.read_vault(home, release, fields).to_batches(max_chunksize=20_000):
        yield from batch.to_pylist()


def _region(value: Any) -> str:
    return (CODES["region"](str(value)) or "") if value is not None else ""
