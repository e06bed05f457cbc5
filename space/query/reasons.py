"""The wording of every refusal. Constant: no wording depends on data or repeats the caller's text.

Each code has a section in ``docs/refusals.md``.
"""

from __future__ import annotations

from typing import Final

from policies.decision import Reason

# code: (what is wrong, nearest allowed form)
WORDING: Final[dict[str, tuple[str, str]]] = {
    "query.text": (
        "the text is too long, too deep or holds control characters",
        "send one SELECT of ordinary printable text",
    ),
    "query.syntax": ("the text is not SQL of the DuckDB dialect", "correct the SQL"),
    "query.statement": ("only one SELECT is answered", "send exactly one SELECT"),
    "query.node": (
        "the query holds a form that is not on the list of allowed forms",
        "use SELECT, WHERE, GROUP BY, HAVING, ORDER BY, LIMIT, CASE, FILTER and plain functions",
    ),
    "query.function": (
        "the query calls a function that is not on the list of allowed functions",
        "group by columns, year(), date_trunc(), left(); aggregate with count, sum, avg",
    ),
    "query.name": (
        "a table or column is not part of this grant",
        "name the tables and columns the grant lists",
    ),
    "query.rows": (
        "rows are never released: every table must be aggregated where it is read",
        "SELECT category, count(*) FROM table GROUP BY category",
    ),
    "query.ungrouped": (
        "a column stands outside an aggregate and is not grouped by",
        "put the column into GROUP BY or inside an aggregate",
    ),
    "query.identifier": (
        "a column that identifies a unit can only be counted with DISTINCT or joined as declared",
        "count(DISTINCT column), or a join the grant declares",
    ),
    "query.free_text": (
        "a column of free text or without a declared use cannot be queried",
        "use the categories of the dataset",
    ),
    "query.measure": (
        "a measure can only be summed or averaged, or compared on its declared grid",
        "sum(column), avg(column), or a comparison with >= and < on the declared grid",
    ),
    "query.measure.forms": (
        "one answer cannot hold two forms of the same measure",
        "ask for one form of the measure in a query",
    ),
    "query.measure.bounds": (
        "the measure has no public bounds, which a private sum needs",
        "use a measure with declared bounds, or count",
    ),
    "query.key": (
        "this expression cannot be grouped by or compared",
        "group by a category, a part of a date at or above its grain, left(), or CASE of allowed conditions",
    ),
    "query.predicate": (
        "a condition over rows must compare an allowed column with constants",
        "column = 'value', column IN (…), year(column) >= 2000, joined by AND, OR, NOT",
    ),
    "query.predicate.domain": (
        "the constant is not among the column's declared values",
        "use one of the values the contract declares",
    ),
    "query.predicate.grid": (
        "the constant is not on the column's declared grain or grid, or lies outside its public bounds",
        "use the first day of the declared period with >= and <, or a step of the declared grid",
    ),
    "query.grain": (
        "the date part is finer than the declared grain of the column",
        "use a part at or above the grain, such as year(column)",
    ),
    "query.subquery": (
        "a subquery can stand in FROM only",
        "join the two answers, or send two queries",
    ),
    "query.window": (
        "a window can only run over released values",
        "aggregate first, then use the window over the result",
    ),
    "query.limit": (
        "LIMIT and OFFSET take a constant and stand above an aggregate",
        "ORDER BY … LIMIT 10 over the grouped result",
    ),
    "query.join": (
        "tables can only be joined as the grant declares, on equality of plain columns",
        "JOIN … ON with the column pair the grant lists",
    ),
    "query.join.multiplicity": (
        "neither side of the join is checked to be unique on the join columns",
        "join on a column that identifies at most one row on one side",
    ),
    "query.join.mixed": (
        "a table cannot be joined with an answer",
        "aggregate both sides, then join the two answers",
    ),
    "query.union": (
        "only answers can be put together, and only with UNION ALL",
        "aggregate every branch, then UNION ALL",
    ),
    "query.grouping_sets": (
        "ROLLUP, CUBE and GROUPING SETS are not answered yet",
        "send one query per level",
    ),
    "query.aggregate": (
        "this aggregate can show a single row's value",
        "count, count(DISTINCT …), sum or avg; quantiles through CASE buckets",
    ),
    "query.aggregate.mode": (
        "this aggregate is not answered in the differentially private mode",
        "count, sum or avg",
    ),
    "query.types": (
        "an operator or function is given values of a type it does not take",
        "CAST the value, or compare values of one type",
    ),
    "query.nested": (
        "groups picked by their own figure cannot be aggregated again",
        "ask for the groups, then count them outside",
    ),
    "query.overlap": (
        "two answers about the same units in one query can be subtracted from one another",
        "use FILTER in one aggregate query, or send two queries",
    ),
    "query.conditions": (
        "too many separate conditions in one aggregate query",
        "group by the column instead of filtering on each value",
    ),
    "query.cte": (
        "a WITH name cannot be recursive or hide a table of the grant",
        "choose another name",
    ),
    "query.plain": (
        "exact answers are given only over data that holds no unit",
        "ask for a grant in threshold or differentially private mode",
    ),
    "query.derived": (
        "statistics about units, made without noise, are not answered in the differentially private mode",
        "ask for the dataset it was made from",
    ),
    "query.bound": (
        "how much one unit contributes cannot be bounded for this join",
        "join on the unit, with one side unique, or query one table",
    ),
    "query.row_filter": (
        "the row filter of the grant cannot be applied",
        "ask the granting side to correct the filter",
    ),
}


class Refused(Exception):
    """A refusal on its way up inside the compiler; becomes a ``Deny`` at its rim."""

    def __init__(self, code: str, where: str = "") -> None:
        self.reason = reason(code, where)
        super().__init__(code)


def reason(code: str, where: str = "") -> Reason:
    """The reason with its constant wording.

    Args:
        code: a key of :data:`WORDING`.
        where: column or dataset name of a contract; never the caller's text.
    """
    message, allowed = WORDING[code]
    return Reason(code, message, where, allowed)
