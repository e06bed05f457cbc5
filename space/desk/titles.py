"""What datasets, their items and places are called at the desk: as people say it, not by their codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from catalog import revisions
from catalog.places.ledger import divisions_on
from contracts.model import Contract
from policies.clocks import local_date


@dataclass(frozen=True, slots=True)
class Named:
    """Names of some datasets and of places; what the ledger has no entry of keeps its code.

    Attributes:
        contracts: those in force, by name of the dataset.
        areas: name of a division, by its code.
    """

    contracts: Mapping[str, Contract]
    areas: Mapping[str, str] = field(default_factory=dict)

    def title(self, dataset: str) -> str:
        """Of a dataset."""
        return self.contracts[dataset].title if dataset in self.contracts else dataset

    def item(self, dataset: str, field: str) -> str:
        """Of an item of a dataset."""
        fields = self.contracts[dataset].fields if dataset in self.contracts else ()
        return next((each.business_name or field for each in fields if each.name == field), field)

    def area(self, code: str) -> str:
        """Of a division."""
        return self.areas.get(code, code)


def titles(connection: Connection, datasets: Iterable[str], now: datetime | None = None) -> Named:
    """The names of datasets and of their items, as their contracts in force say.

    Args:
        connection: a reading transaction.
        datasets: which.
        now: aware instant; with it, places are named too.
    """
    found = revisions.called(connection, set(datasets))
    areas = areas_on(connection, now) if now is not None else {}
    return Named({name: revision.contract for name, revision in found.items()}, areas)


def areas_on(connection: Connection, now: datetime) -> Mapping[str, str]:
    """Names of divisions by their codes, as the region tree says today; none where no list was entered."""
    tree = divisions_on(connection, local_date(now), now)
    return {code: one.name for code, one in tree.known.items()}
