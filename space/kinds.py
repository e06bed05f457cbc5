"""Which unit kinds stand in or behind datasets: what decides how answers about them are protected.

Reads contracts, lineage and the checked facts of releases; never rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from catalog.errors import UnknownDataset
from catalog.lineage import columns as lineage
from catalog.releases import published as releases
from catalog.releases.published import Release
from catalog.releases.unnamed import holds_unnamed_units
from catalog.revisions import PUBLISHED, current
from contracts.model import Contract


def published(connection: Connection, names: Iterable[str]) -> dict[str, Contract]:
    """Contracts of those datasets that are published, by name; the others are left out."""
    found = {}
    for name in dict.fromkeys(names):
        try:
            revision = current(connection, name)
        except UnknownDataset:
            continue
        if revision.state == PUBLISHED:
            found[name] = revision.contract
    return found


def kinds_behind(connection: Connection, contracts: Mapping[str, Contract]) -> frozenset[str]:
    """Every unit kind the datasets name, or that an ancestor of theirs names."""
    kinds: set[str] = set()
    everyone = family(connection, contracts)
    for name in contracts:
        kinds |= lineage.kinds_behind(name, everyone)
        release = releases.latest(connection, name)
        if release is not None:
            kinds |= {column.kind for column in release.facts.unit_columns}
            kinds |= set(release.facts.derived_from)
    return frozenset(kinds)


def grade_of(contract: Contract, release: Release | None) -> int | None:
    """The level of a dataset: the higher of what its contract states and its release found."""
    grades = [contract.grade, None if release is None else release.grade]
    return max((grade for grade in grades if grade is not None), default=None)


def highest_grade(connection: Connection, contracts: Mapping[str, Contract]) -> int | None:
    """The highest level over datasets in their newest releases; None where nothing is known of any."""
    grades = [grade_of(contract, releases.latest(connection, name)) for name, contract in contracts.items()]
    return max((grade for grade in grades if grade is not None), default=None)


def unstated(connection: Connection, contracts: Mapping[str, Contract]) -> tuple[str, ...]:
    """Datasets of which nobody can say whose rows they hold.

    Their contract neither names a unit, nor has one behind it, nor says that there is none; or they are
    made row by row from rows of units and name none. Nobody knows how to protect answers about them, so
    they are not asked about at all.
    """
    everyone = family(connection, contracts)
    return tuple(
        name
        for name, contract in contracts.items()
        if holds_unnamed_units(name, everyone)
        or (not contract.unit_free and not kinds_behind(connection, {name: contract}))
    )


def family(connection: Connection, contracts: Mapping[str, Contract]) -> dict[str, Contract]:
    """The contracts and those of every dataset they are composed of; only these are read."""
    found = dict(contracts)
    waiting = list(contracts.values())
    while waiting:
        contract = waiting.pop()
        if contract.composed is None:
            continue
        for name in lineage.inputs_of(contract.composed.sql):
            if name not in found:
                found[name] = current(connection, name).contract
                waiting.append(found[name])
    return found
