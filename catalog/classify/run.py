"""Runs every detector over a table and turns evidence into findings.

Decides which detector's word counts where several speak, and whether a table is about persons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import pyarrow as pa

from catalog.classify import (
    address,
    bank_card,
    birth_date,
    coordinates,
    free_text,
    identity_number,
    person_name,
    phone,
    social_credit,
)
from catalog.classify.column import Column, limits, spread
from catalog.classify.finding import Evidence, Finding, finding
from contracts.model import Contract

# Who speaks first: a column that is one kind of number is not asked for the next. Text detectors follow.
_EXCLUSIVE: Final[tuple[Callable[[Column], Evidence | None], ...]] = (
    identity_number.detect,
    social_credit.detect,
    bank_card.detect,
    phone.detect,
    coordinates.detect,
    person_name.detect,
    address.detect,
)
_PERSONS: Final = ("person", "household")


def classify(contract: Contract, table: pa.Table) -> tuple[Finding, ...]:
    """What the columns of a table hold, by field and detector; nothing for columns that hold nothing known.

    Args:
        contract: of the dataset; columns it does not name are passed over.
        table: typed rows, any number (a sample is taken).

    Returns:
        Findings in the order of the contract's fields.
    """
    if table.num_rows == 0:
        return ()
    in_force = limits()
    columns = [
        Column(item, table[item.name], spread(table[item.name], in_force.sample_rows), in_force)
        for item in contract.fields
        if item.name in table.column_names and not pa.types.is_boolean(table[item.name].type)
    ]
    seen = [(column, _first(column)) for column in columns]
    numbers = _identity_numbers(seen)
    with_person = about_persons(contract, [e.detector for _, e in seen if e is not None])
    findings = []
    for column, evidence in seen:
        if evidence is None:
            evidence = birth_date.detect(column, numbers)
        for each in (evidence, free_text.detect(column)):
            if each is not None:
                findings.append(finding(column.field, contract.sharing.type, each, with_person=with_person))
    return tuple(findings)


def about_persons(contract: Contract, detected: Iterable[str]) -> bool:
    """Whether a table's addresses and places are persons': its rows are about persons.

    Where the contract names no unit, identity numbers without enterprise codes say so.
    """
    if contract.unit_fields:
        return any(bound.kind in _PERSONS for bound in contract.units)
    kinds = set(detected)
    return "resident_id" in kinds and "uscc" not in kinds


def _first(column: Column) -> Evidence | None:
    for detect in _EXCLUSIVE:
        evidence = detect(column)
        if evidence is not None:
            return evidence
    return None


def _identity_numbers(seen: list[tuple[Column, Evidence | None]]) -> pa.Array | None:
    for column, evidence in seen:
        if evidence is not None and evidence.detector == "resident_id":
            return column.aligned_texts
    return None
