"""Which unit kinds stand in or behind datasets: what decides how answers about them are protected.

Reads contracts, lineage and the checked facts of releases; never rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from catalog.lineage import columns as lineage
from catalog.releases import published as releases
from catalog.releases.published import Release
from catalog.releases.unnamed import holds_unnamed_units
from catalog.revisions import PUBLISHED, called, current
from contracts.model import Contract


def published(connection: Connection, names: Iterable[str]) -> dict[str, Contract]:
    """Contracts of those datasets that are published, by name; the others are left out."""
    wanted = list(dict.fromkeys(names))
    known = called(connection, wanted)
    return {n: known[n].contract for n in wanted if n in known and known[n].state == PUBLISHED}


@dataclass(frozen=True, slots=True)
class Family:
    """Datasets with all they are composed of and their newest releases, read once.

    Attributes:
        contracts: of the datasets themselves.
        everyone: theirs, and those of every dataset they are composed of.
        newest: the newest release of each dataset that has one.
    """

    contracts: Mapping[str, Contract]
    everyone: Mapping[str, Contract]
    newest: Mapping[str, Release]

    @classmethod
    def of(cls, connection: Connection, contracts: Mapping[str, Contract]) -> Family:
        """The family of datasets."""
        return cls(contracts, family(connection, contracts), releases.newest(connection, contracts.keys()))

    def kinds_of(self, name: str) -> frozenset[str]:
        """The unit kinds behind a dataset, without those the noise of its newest release hides."""
        release = self.newest.get(name)
        return self.behind(name) - (frozenset() if release is None else release.facts.hidden)

    def behind(self, name: str) -> frozenset[str]:
        """Every unit kind a dataset names, or that an ancestor of it names, or that was found in it."""
        kinds = set(lineage.kinds_behind(name, self.everyone))
        release = self.newest.get(name)
        if release is not None:
            kinds |= {column.kind for column in release.facts.unit_columns}
            kinds |= set(release.facts.derived_from)
        return frozenset(kinds)

    @property
    def kinds(self) -> frozenset[str]:
        """The unit kinds of all of them."""
        return frozenset[str]().union(*(self.kinds_of(name) for name in self.contracts))

    @property
    def unstated(self) -> tuple[str, ...]:
        """See :func:`unstated`."""
        return tuple(
            name
            for name, contract in self.contracts.items()
            if holds_unnamed_units(name, self.everyone) or (not contract.unit_free and not self.behind(name))
        )


def kinds_behind(connection: Connection, contracts: Mapping[str, Contract]) -> frozenset[str]:
    """Every unit kind the datasets name, or that an ancestor of theirs names, unless their noise hides it."""
    return Family.of(connection, contracts).kinds


def grade_of(contract: Contract, release: Release | None) -> int | None:
    """The level of a dataset: the higher of what its contract states and its release found."""
    grades = [contract.grade, None if release is None else release.grade]
    return max((grade for grade in grades if grade is not None), default=None)


def highest_grade(connection: Connection, contracts: Mapping[str, Contract]) -> int | None:
    """The highest level over datasets in their newest releases; None where nothing is known of any."""
    newest = releases.newest(connection, contracts.keys())
    grades = [grade_of(contract, newest.get(name)) for name, contract in contracts.items()]
    return max((grade for grade in grades if grade is not None), default=None)


def unstated(connection: Connection, contracts: Mapping[str, Contract]) -> tuple[str, ...]:
    """Datasets of which nobody can say whose rows they hold.

    Their contract neither names a unit, nor has one behind it, nor says that there is none; or they are
    made row by row from rows of units and name none. Nobody knows how to protect answers about them, so
    they are not asked about at all.
    """
    return Family.of(connection, contracts).unstated


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
