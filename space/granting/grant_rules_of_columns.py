"""Rules a grant's columns, joins, filters and regions keep: they stand in the contracts, and may be granted.

The other rules, and their order, are :mod:`space.granting.grant_rules`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from contracts.model import Contract, Use
from policies.decision import Reason
from policies.terms import JoinTerm
from space.granting.grant_case import Case

# Columns of these uses have no place in the protected form: nobody can be granted them for queries.
_NEVER_GRANTED: Final = (Use.NEVER, Use.FREE_TEXT)


def columns_exist(case: Case) -> Iterator[Reason]:
    """Every column is a field of its dataset and has a use in the space."""
    for dataset in case.terms.datasets:
        contract = case.contracts.get(dataset.name)
        if contract is None:
            yield Reason("grant.dataset.unknown", "no such dataset is published in the ledger", dataset.name)
            continue
        if not dataset.columns:
            yield Reason("grant.columns.none", "a grant names its columns one by one", dataset.name)
        uses = {field.name: field.use for field in contract.fields}
        for column in dataset.columns:
            where = f"{dataset.name}.{column}"
            if column not in uses:
                yield Reason("grant.column.unknown", "the dataset has no such field", where)
            elif uses[column] in _NEVER_GRANTED:
                yield Reason(
                    "grant.column.never",
                    f"a column of use {uses[column].value} is never queried",
                    where,
                    "leave it out",
                )


def units_are_stated(case: Case) -> Iterator[Reason]:
    """Every contract says what its rows are about, or that they are about no one."""
    for name in case.unstated:
        yield units_unstated(name)


def units_unstated(name: str) -> Reason:
    """Why a dataset is not asked about while its contract is silent on units."""
    return Reason(
        "grant.dataset.units_unstated",
        "the contract does not name the units its rows are about, nor are they known to be about none",
        name,
        "have the source department name the units, or state unitFree: true",
    )


def joins_are_declared(case: Case) -> Iterator[Reason]:
    """Every join is one that a contract declares, on granted columns."""
    granted = {(d.name, c) for d in case.terms.datasets for c in d.columns}
    for join in case.terms.joins:
        ends = ((join.left_dataset, join.left_field), (join.right_dataset, join.right_field))
        if not _declared(join, case.contracts) or not granted.issuperset(ends):
            yield Reason(
                "grant.join.not_declared",
                "the join is not declared by a contract, or a column of it is not granted",
                " = ".join(f"{dataset}.{field}" for dataset, field in ends),
                "grant both columns, and have the source department declare the join in its contract",
            )


def row_filters_apply(case: Case) -> Iterator[Reason]:
    """Every row filter compares fields of its dataset with constants."""
    for name in case.unfilterable:
        yield Reason(
            "grant.row_filter",
            "the row filter cannot be applied, or the dataset has no release to try it on",
            name,
            "compare fields of the dataset with constants, e.g. district = '…' AND year >= 2020",
        )


def regions_are_known(case: Case) -> Iterator[Reason]:
    """Rows are scoped by region only where the contract says where a row belongs."""
    for dataset in case.terms.datasets:
        contract = case.contracts.get(dataset.name)
        if dataset.region and contract is not None and contract.area is None:
            yield Reason(
                "grant.region",
                "the contract does not say where a row of the dataset belongs",
                dataset.name,
                "have the source department name the column (area), or use a row filter",
            )


def _declared(join: JoinTerm, contracts: Mapping[str, Contract]) -> bool:
    left, right = (join.left_dataset, join.left_field), (join.right_dataset, join.right_field)
    for here, there in ((left, right), (right, left)):
        contract = contracts.get(here[0])
        if contract is not None and any(
            (j.field, (j.dataset, j.other)) == (here[1], there) for j in contract.joins
        ):
            return True
    return False
