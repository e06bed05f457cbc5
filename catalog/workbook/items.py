"""The rows each sheet shows of a contract, and the way from rows back to items.

Decides, for every sheet, which items of a contract are its rows and by which name a row finds the item
it was written from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from catalog.workbook import rows
from contracts.model import Contract


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of item becomes a row and a row an item.

    Attributes:
        of: the items of a contract, each with the name that finds it again.
        flat: item → row.
        make: row and the item it came from, or None → item.
        whole: whether a dataset has one row, named by it.
    """

    of: Callable[[Contract], Mapping[str, Any]]
    flat: Callable[[Any], rows.Row]
    make: Callable[[rows.Row, Any], Any]
    whole: bool = False


def _whole(contract: Contract) -> Mapping[str, Any]:
    return {contract.name: contract}


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "contract": Kind(_whole, rows.contract_row, rows.contract_values, whole=True),
        "fields": Kind(lambda c: {f.name: f for f in c.fields}, rows.field_row, rows.field_of),
        "rules": Kind(lambda c: {r.id: r for r in c.rules}, rows.rule_row, rows.rule_of),
        "sources": Kind(lambda c: {s.name: s for s in c.sources}, rows.source_row, rows.source_of),
        "cleaning": Kind(lambda c: {s.id: s for s in c.cleaning}, rows.cleaning_row, rows.cleaning_of),
        "delivery": Kind(_whole, rows.delivery_row, lambda row, _base: rows.delivery_values(row), whole=True),
    }
)


def rows_of(item: str, contracts: Mapping[str, Contract]) -> Iterator[tuple[str, str, rows.Row]]:
    """Dataset, key and row of every item of one kind, in order."""
    kind = KINDS[item]
    for name, contract in contracts.items():
        for key, value in kind.of(contract).items():
            yield name, key, kind.flat(value)
