"""Rows of the vault as a grant sees them: the same rows that its figures rest on, in their full form.

Decides which vault rows a row filter leaves and how a column is called there. The filter is read exactly
as for figures: its columns take the form they have at rest in the protected table, so that a condition
means the same in both. Who may see rows is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from catalog.releases.facts import Facts
from contracts.model import Contract, FieldType, Use
from policies.protection import Demand, TableRule
from policies.terms import Terms
from space.query.grammar.language import GRAINS
from space.query.grammar.written import written
from space.query.planning.proofs import Relation
from space.query.planning.relation import filters
from space.query.schema import Column, QuerySchema, Table

# Begins the name of a column in the form a row filter reads; no field begins with an underscore.
_READ: Final = "_f_"
_TIMES: Final = (FieldType.DATE, FieldType.TIMESTAMP)
_SQL_TYPES: Final = {FieldType.DATE: "DATE", FieldType.TIMESTAMP: "TIMESTAMP"}


def rows(contract: Contract, facts: Facts, terms: Terms) -> str:
    """SELECT of the vault rows of a dataset that the terms open.

    Args:
        contract: of the dataset.
        facts: of its release.
        terms: of the grant; the dataset is among them.

    Raises:
        Refused: the row filter cannot be applied.
    """
    table = QuerySchema.from_facts(terms, [(contract, facts)]).tables[0]
    if table.row_filter is None:
        return f'SELECT * FROM "{table.name}"'
    scales = {field.name: field.scale for field in contract.fields}
    read = [_column(column, scales[column.name]) for column in (*table.columns, *table.ungranted)]
    forms = filters(Relation({"t0": replace(table, columns=tuple(c for c, _ in read), ungranted=())}))
    condition = " AND ".join(f"({written(form.tree)})" for form in forms)
    made = "".join(f', {sql} AS "{c.physical}"' for c, sql in read if sql and f'"{c.physical}"' in condition)
    return f'SELECT * FROM (SELECT *{made} FROM "{table.name}") AS "t0" WHERE {condition}'


def row_level(rules: TableRule) -> bool:
    """Whether single rows of a dataset may be answered about: nothing asks for groups, texts or partners."""
    sized = rules.min_group or rules.min_distinct or rules.small_groups is not None
    alone = rules.join.demand in (Demand.ALLOWED, Demand.NOT_ALLOWED)
    plain = rules.follow_on in (Demand.ALLOWED, Demand.NOT_ALLOWED)
    return not sized and alone and plain


def whole(table: Table, contract: Contract) -> Table:
    """A table of the grant over vault rows: every granted column in its full form, without a filter."""
    scales = {field.name: field.scale for field in contract.fields}
    return replace(
        table,
        columns=tuple(_full(column, scales[column.name]) for column in table.columns),
        ungranted=tuple(_full(column, scales[column.name]) for column in table.ungranted),
        units=(),
        unique_keys=(),
        derived_from=(),
        row_filter=None,
        declared_free=True,
    )


def _full(column: Column, scale: int) -> Column:
    return replace(column, physical=column.name, use=Use.PLAIN, kind=None, domain=(), scale=scale)


def _column(column: Column, scale: int) -> tuple[Column, str]:
    """A column as a row filter reads it, and the SQL of its protected form; empty where it is the column."""
    if not column.physical:
        return column, ""
    name = column.name
    made = replace(column, physical=f"{_READ}{name}", scale=0)
    if column.type in _TIMES and column.use is not Use.MEASURE and column.grain in GRAINS:
        kind = _SQL_TYPES[column.type]
        return made, f"CAST(date_trunc('{column.grain}', \"{name}\") AS {kind})"
    if column.type is FieldType.NUMBER and column.use is not Use.MEASURE and column.grain is not None:
        kind = f"DECIMAL(38, {scale})"
        step = f"CAST('{column.grain}' AS {kind})"
        # Rounded towards minus infinity, in decimals.
        return made, f'CAST("{name}" - (("{name}" % {step}) + {step}) % {step} AS {kind})'
    return replace(made, physical=name), ""
