"""What datasets and their items are called at the desk: as people say it, not by their physical names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from catalog import revisions
from contracts.model import Contract


@dataclass(frozen=True, slots=True)
class Named:
    """Names of some datasets; what the ledger has no entry of keeps its physical name.

    Attributes:
        contracts: those in force, by name of the dataset.
    """

    contracts: Mapping[str, Contract]

    def title(self, dataset: str) -> str:
        """Of a dataset."""
        return self.contracts[dataset].title if dataset in self.contracts else dataset

    def item(self, dataset: str, field: str) -> str:
        """Of an item of a dataset."""
        fields = self.contracts[dataset].fields if dataset in self.contracts else ()
        return next((each.business_name or field for each in fields if each.name == field), field)


def titles(connection: Connection, datasets: Iterable[str]) -> Named:
    """The names of datasets and of their items, as their contracts in force say."""
    found = revisions.called(connection, set(datasets))
    return Named({name: revision.contract for name, revision in found.items()})
