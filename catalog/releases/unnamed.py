"""Rows of units that no column names: nobody could say how many units stand behind a figure of them.

Decides from contracts and lineage alone. What is refused because of it is the caller's matter.
"""

from __future__ import annotations

from collections.abc import Mapping

from catalog.lineage.columns import UnknownInput, inputs_of
from contracts.model import Composition, Contract


def holds_unnamed_units(name: str, contracts: Mapping[str, Contract]) -> bool:
    """Whether a dataset is made row by row from rows of units, and names none itself.

    The cells of a statistical dataset are figures, safe when it was built, so they are not rows of units.

    Args:
        name: of the dataset.
        contracts: dataset name → contract, of every ancestor; without circles.

    Raises:
        UnknownInput: an ancestor is not among ``contracts``.
    """
    return not contracts[name].unit_fields and _rows_of_units(name, contracts)


def _rows_of_units(name: str, contracts: Mapping[str, Contract]) -> bool:
    contract = contracts[name]
    if contract.unit_fields:
        return True
    if contract.composed is None or contract.composed.kind is Composition.STATISTICAL:
        return False
    for source in inputs_of(contract.composed.sql):
        if source not in contracts:
            raise UnknownInput(name, source)
        if _rows_of_units(source, contracts):
            return True
    return False
