"""Coarser forms of columns, written out where they stand: a block reads its tables as they are.

Decides nothing about permission (:mod:`space.query.rules.breaches` made the forms). With a form in place of
its name, two questions about one table read the same relation, whatever forms they use, and can be compared.
"""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp, parse_one

from space.query.auditing.former import Sample
from space.query.auditing.grid import renamed
from space.query.grammar.written import DUCKDB, written
from space.query.plan import Block
from space.query.planning.proofs import Relation
from space.query.planning.relation import from_sql, open_sql

# Of a column that is read through a form no values are known that stand for all.
_SOMEWHERE = ("?",)


def written_out(block: Block, relation: Relation) -> Block:
    """The block over tables without added columns, each replaced by its form."""
    forms = {
        (scan, name): _of_scan(sql, scan)
        for scan, table in relation.scans.items()
        for name, sql in table.added
    }
    if not forms:
        return block
    bare = replace(relation, scans={scan: replace(table, added=()) for scan, table in relation.scans.items()})

    def out(sql: str) -> str:
        return renamed(sql, lambda scan, name: forms.get((scan, name), f'"{scan}"."{name}"'))

    unfiltered, filter_sql = open_sql(bare)
    return replace(
        block,
        from_sql=from_sql(bare),
        open_sql=unfiltered,
        filter_sql=filter_sql,
        where_sql=out(block.where_sql),
        keys=tuple(replace(key, sql=out(key.sql)) for key in block.keys),
        conditions=tuple(replace(c, sql=out(c.sql)) for c in block.conditions),
        aggregates=tuple(replace(a, values=tuple(map(out, a.values))) for a in block.aggregates),
        samples=tuple(one for sample in block.samples for one in _samples(sample, out(sample.column))),
    )


def _of_scan(sql: str, scan: str) -> str:
    """A form over the protected table, with the name the plan gives the table."""
    tree = parse_one(sql, read=DUCKDB)
    for column in list(tree.find_all(exp.Column)):
        column.set("table", exp.to_identifier(scan, quoted=True))
    return f"({written(tree)})"


def _samples(sample: Sample, form: str) -> list[Sample]:
    if form == sample.column:
        return [sample]
    read = (written(column) for column in parse_one(form, read=DUCKDB).find_all(exp.Column))
    return [Sample(column, "unknown", constants=_SOMEWHERE) for column in dict.fromkeys(read)]
