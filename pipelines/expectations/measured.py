"""What is measured of every dataset without a rule: cells that cast, whole records, columns delivered.

Decides these three outcomes from counts the build has anyway. They carry ids with a colon, which no
rule of a contract has.

Source: GB/T 36344-2018, indicators 0302, 0202 and 0102.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from catalog.quality import RuleResult
from contracts.model import Action, Contract, Dimension, FieldType, Rule


def measured(
    contract: Contract,
    typed: pa.Table,
    cells: Mapping[str, tuple[int, int]],
    complete: int | None,
    files: Sequence[Mapping[str, Any]],
) -> tuple[RuleResult, ...]:
    """Outcomes that need no rule; those that evaluated nothing are left out.

    Args:
        contract: of the dataset.
        typed: rows that could be cast, before any rule took some out.
        cells: field → cells whose value fits its type, cells that hold a value; of all rows landed.
        complete: rows in which every required field has a value, or None.
        files: what was read: ``landed`` rows and the fields ``missing`` in each.
    """
    found = [*_types(contract, cells), *_columns(contract, files)]
    if complete is not None and typed.num_rows:
        rows = typed.num_rows
        passed = complete == rows
        found.append(
            RuleResult(
                "record:complete", (), Dimension.COMPLETENESS, Action.WARN, complete, rows, passed, "record"
            )
        )
    return tuple(found)


def not_assessed(rule: Rule, why: str) -> RuleResult:
    """The outcome of a rule that cannot be assessed in this build, and why."""
    return RuleResult(
        rule.id,
        rule.fields,
        rule.dimension,
        rule.action,
        0,
        0,
        True,
        kind=rule.kind.value,
        indicator=rule.indicator,
        tolerance=rule.tolerance,
        note=why,
    )


def _types(contract: Contract, cells: Mapping[str, tuple[int, int]]) -> Iterator[RuleResult]:
    """Share of a field's cells that are of its type; every text is text, so text fields have none."""
    for field in contract.fields:
        good, present = cells.get(field.name, (0, 0))
        if field.type is not FieldType.STRING and present:
            named = (f"type:{field.name}", (field.name,), Dimension.ACCURACY, Action.QUARANTINE)
            yield RuleResult(*named, good, present, good == present, "type")


def _columns(contract: Contract, files: Sequence[Mapping[str, Any]]) -> Iterator[RuleResult]:
    """Share of the promised columns that the files delivered."""
    read = [file for file in files if file.get("landed")]
    promised = len(read) * len(contract.fields)
    if promised:
        good = promised - sum(len(file.get("missing", ())) for file in read)
        named = ("columns:delivered", (), Dimension.CONFORMITY, Action.WARN)
        yield RuleResult(*named, good, promised, good == promised, "column")
