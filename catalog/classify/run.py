"""Runs every detector over a table and compares what is found with a contract.

Decides whether a table is about persons where the contract says so, and which findings a field has; what a
column holds is :mod:`catalog.classify.judging`'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.classify.column import Column, limits
from catalog.classify.finding import Finding, finding
from catalog.classify.judging import look
from catalog.classify.sampling import sampled
from contracts.model import Contract

_PERSONS: Final = ("person", "household")


def classify(
    contract: Contract, table: pa.Table, *, former_rows: int = 0, on: date | None = None
) -> tuple[Finding, ...]:
    """What the columns of a table hold, by field and detector; nothing for columns that hold nothing known.

    Args:
        contract: of the dataset; columns it does not name are passed over.
        table: typed rows, any number (a sample is taken).
        former_rows: the first rows of the table that an earlier release held, unchanged: they are looked at
            as they were then, and the added ones with a sample of their own.
        on: day on which ages are counted; None = the day the rule on minors states.

    Returns:
        Findings in the order of the contract's fields.
    """
    if table.num_rows == 0:
        return ()
    in_force = limits()
    columns = [
        Column(
            item.name,
            tuple(name for name in (item.business_name, item.name) if name),
            table[item.name],
            sampled(table[item.name], in_force.sample_rows, former_rows),
            in_force,
            former_rows,
        )
        for item in contract.fields
        if item.name in table.column_names and not pa.types.is_boolean(table[item.name].type)
    ]
    found = look([column for column in columns if column.sample], on, contract.title)
    kinds = [seen.kind.detector for seen in found.seen if seen.kind is not None]
    with_person = about_persons(contract, kinds)
    declared = any(bound.kind in _PERSONS for bound in contract.units)
    items = {item.name: item for item in contract.fields}
    findings = []
    for seen in found.seen:
        item = items[seen.column.name]
        # Somebody has judged a field that is graded or called sensitive: a likeness does not contradict him.
        answered = item.grade is not None or item.sensitive
        presumed = None if answered else found.presumed.get(item.name)
        for evidence in (seen.kind, seen.hidden, found.described(seen), presumed):
            if evidence is not None:
                meaning = found.meaning(seen, evidence.detector, with_person=with_person)
                made = finding(item, contract.sharing.type, evidence, meaning, about_persons=declared)
                # What is only presumed contradicts nobody until a person confirms it.
                findings.append(replace(made, beyond_declared=False) if evidence is presumed else made)
    return tuple(findings)


def about_persons(contract: Contract, detected: Iterable[str]) -> bool:
    """Whether a table's addresses and places are persons': its rows are about persons.

    Where the contract names no unit, identity numbers without enterprise codes say so.
    """
    if contract.unit_fields:
        return any(bound.kind in _PERSONS for bound in contract.units)
    kinds = set(detected)
    return "resident_id" in kinds and "uscc" not in kinds


def kept_with(findings: Iterable[Finding], former: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in added rows with those in the rows they are added to: nothing is forgotten by adding.

    Args:
        findings: in the added rows.
        former: in the rows of the release they are added to.
    """
    kept = {(each.field, each.detector): each for each in findings}
    for each in former:
        known = kept.get((each.field, each.detector))
        if known is None:
            kept[each.field, each.detector] = replace(
                each, evidence={**each.evidence, "of_former_rows": True}
            )
        elif (each.grade, each.sensitive, each.personal) > (known.grade, known.sensitive, known.personal):
            kept[each.field, each.detector] = replace(
                known,
                grade=max(known.grade, each.grade),
                personal=known.personal or each.personal,
                sensitive=known.sensitive or each.sensitive,
                beyond_declared=known.beyond_declared or each.beyond_declared,
            )
    return tuple(kept.values())


def persons_in(contract: Contract, table: pa.Table, former_rows: int = 0) -> int:
    """How many persons a table is about, for the rules on very many of them; 0 where it is about none.

    Args:
        contract: names the field that identifies a person or a household.
        table: typed rows.
        former_rows: rows of the release they are added to; each is counted as a person of its own.

    Returns:
        Different persons or households, or the rows where the contract names none of its fields for them.
    """
    if not any(bound.kind in _PERSONS for bound in contract.units):
        return 0
    named = [
        item.name
        for item in contract.unit_fields
        if item.unit is not None and item.unit.kind in _PERSONS and item.name in table.column_names
    ]
    counts = [int(pc.count_distinct(table[name]).as_py()) for name in named]
    return max(counts, default=table.num_rows) + former_rows
