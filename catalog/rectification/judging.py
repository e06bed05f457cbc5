"""Which landed rows a case speaks of: the same rules as a build, over the rows as they were delivered.

Decides which rows fail one rule, or leave the cast for one reason. Row rules are the conditions of
:mod:`contracts.conditions`, as in a build; rules between rows and between datasets name every row that
takes part in the fault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog import duck
from catalog.rectification.cases import Case
from catalog.rectification.causes import CAST, DRIFT, OF_THE_WHOLE, rule_called
from catalog.rectification.errors import NoRows
from catalog.releases import units
from contracts.cast import Cast, cast
from contracts.cleaning import clean
from contracts.conditions import row_condition, sql_text
from contracts.model import Contract, Rule, RuleKind

# Reads columns of another dataset's published rows.
Others = Callable[[str, Sequence[str]], pa.Table]

ROW: Final = "_row"
# Between the values of a key of several fields, and in place of a missing one.
SEPARATOR: Final = "\x1f"
MISSING: Final = "\x00"


def failing(contract: Contract, case: Case, delivered: pa.Table, others: Others) -> pa.Array:
    """Numbers of the delivered rows that a case speaks of, ascending.

    Args:
        contract: of the dataset.
        case: whose fault is looked for.
        delivered: raw text columns named by field, ``_file`` and ``_line``.
        others: reads the datasets a rule refers to.

    Raises:
        NoRows: the fault is of the dataset as a whole, or the contract no longer holds its rule.
    """
    numbered = delivered.append_column(ROW, pa.array(np.arange(delivered.num_rows)))
    if case.rule.startswith(DRIFT):
        raise NoRows(f"{case.id}: columns were not delivered as agreed — deliver the files anew")
    made = cast(contract, clean(contract, delivered).table)
    if case.rule.startswith(CAST):
        return _unreadable(case, made, numbered)
    rule = rule_called(contract, case.rule)
    if rule is None:
        raise NoRows(f"{case.id}: {contract.name} no longer has the rule {case.rule} — build it again")
    if rule.kind in OF_THE_WHOLE:
        raise NoRows(f"{case.id}: {case.rule} judges {contract.name} as a whole — deliver it anew")
    typed = _with_number(made.typed, numbered)
    found = breaking(contract, rule, typed, others)
    return found.take(pc.sort_indices(found)) if len(found) else found


def joined(table: pa.Table, fields: Sequence[str]) -> pa.ChunkedArray:
    """The fields of each row as one text, missing values told from empty ones."""
    parts = [table.column(name).cast(pa.string()) for name in fields]
    return pc.binary_join_element_wise(*parts, SEPARATOR, null_handling="replace", null_replacement=MISSING)


def _unreadable(case: Case, made: Cast, numbered: pa.Table) -> pa.Array:
    left = made.rejected.filter(
        pc.and_(pc.equal(made.rejected["field"], case.field), pc.equal(made.rejected["reason"], case.rule))
    )
    return _numbers_of(left, numbered)


def _numbers_of(rows: pa.Table, numbered: pa.Table) -> pa.Array:
    wanted = joined(rows, ("_file", "_line"))
    here = pc.is_in(joined(numbered, ("_file", "_line")), value_set=wanted)
    return _whole(numbered.filter(here)[ROW])


def _with_number(typed: pa.Table, numbered: pa.Table) -> pa.Table:
    """Typed rows with the number of the delivered row each was made from; the cast keeps their order."""
    if typed.num_rows == numbered.num_rows:
        return typed.append_column(ROW, numbered[ROW])
    places = pc.index_in(
        joined(typed, ("_file", "_line")), value_set=_whole(joined(numbered, ("_file", "_line")))
    )
    return typed.append_column(ROW, numbered[ROW].take(places))


def breaking(contract: Contract, rule: Rule, typed: pa.Table, others: Others) -> pa.Array:
    """Numbers of the rows that break a rule.

    Args:
        contract: of the dataset.
        rule: one of its rules.
        typed: rows as the cast leaves them, their number in ``_row``.
        others: reads the datasets a rule refers to.

    Raises:
        NoRows: the rule judges the dataset as a whole.
    """
    condition = row_condition(rule, contract)
    if condition is not None:
        with duck.connect() as connection:
            bad = connection.from_arrow(typed).filter(f"NOT coalesce({sql_text(condition)}, false)")
            found: pa.Table = bad.project(ROW).to_arrow_table()
            return _whole(found[ROW])
    match rule.kind:
        case RuleKind.UNIQUE:
            return _repeated(contract, rule, typed)
        case RuleKind.REFERENCE:
            return _unreferenced(rule, typed, others)
        case RuleKind.AGREEMENT:
            return _disagreeing(rule, typed, others)
        case RuleKind.ORDER:
            return _disordered(rule, typed)
    raise NoRows(f"{rule.id}: a rule of kind {rule.kind} names no rows — deliver the dataset anew")


def _repeated(contract: Contract, rule: Rule, typed: pa.Table) -> pa.Array:
    """Every row whose key another row has too; a missing value repeats nothing."""
    keys = typed
    for name in rule.fields:
        unit = contract.field(name).unit
        if unit is not None:
            told_apart = pc.coalesce(
                units.canonical(unit.kind, typed[name]), _whole(typed[name].cast(pa.string()))
            )
            keys = keys.set_column(keys.column_names.index(name), name, told_apart)
    keys = keys.filter(_present(keys, rule.fields))
    text = _whole(joined(keys, rule.fields))
    counted = text.value_counts()
    many = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    return _whole(keys.filter(pc.is_in(text, value_set=many))[ROW])


def _unreferenced(rule: Rule, typed: pa.Table, others: Others) -> pa.Array:
    """Rows whose value the other dataset does not hold."""
    here = typed.filter(_present(typed, rule.fields))
    there = others(str(rule.args["dataset"]), tuple(map(str, rule.args["fields"])))
    held = _whole(joined(there, there.column_names))
    return _whole(here.filter(pc.invert(pc.is_in(joined(here, rule.fields), value_set=held)))[ROW])


def _disagreeing(rule: Rule, typed: pa.Table, others: Others) -> pa.Array:
    """Rows whose value is not the one the other dataset holds for the same object."""
    on: Mapping[str, str] = rule.args["on"]
    value, field = str(rule.args["value"]), rule.fields[-1]
    here = typed.filter(_present(typed, (*on, field)))
    there = others(str(rule.args["dataset"]), (*on.values(), value))
    there = there.filter(pc.is_valid(there[value]))
    known = _whole(joined(there, tuple(on.values())))
    both = _whole(joined(there, (*on.values(), value)))
    met = pc.is_in(joined(here, tuple(on)), value_set=known)
    agrees = pc.is_in(joined(here, (*on, field)), value_set=both)
    return _whole(here.filter(pc.and_(met, pc.invert(agrees)))[ROW])


def _disordered(rule: Rule, typed: pa.Table) -> pa.Array:
    """Rows whose value falls below one that stood before it among the rows of its group."""
    field = rule.fields[0]
    group = [name for name in _listed(rule.args.get("by")) if name != field]
    here = typed.filter(pc.is_valid(typed[field]))
    keys = joined(here, group).to_pylist() if group else [""] * here.num_rows
    before: dict[str, object] = {}
    bad: list[int] = []
    for key, value, row in zip(keys, here[field].to_pylist(), here[ROW].to_pylist(), strict=True):
        former = before.get(key)
        if former is not None and value < former:
            bad.append(row)
        before[key] = value
    return pa.array(bad, pa.int64())


def _present(table: pa.Table, fields: Sequence[str]) -> pa.ChunkedArray:
    present = pc.is_valid(table[fields[0]])
    for name in fields[1:]:
        present = pc.and_(present, pc.is_valid(table[name]))
    return present


def _listed(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(map(str, value))  # type: ignore[call-overload]


def _whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    if not isinstance(column, pa.ChunkedArray):
        return column
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
