"""The wording of every refusal. Constant: no wording depends on data or repeats the caller's text.

Each code has a section in ``docs/refusals.md``.
"""

from __future__ import annotations

from typing import Final

from policies.decision import Reason

# Begins the name of a column's coarser form, which stands for the column itself.
SOFT: Final = "_soft_"

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
        "this combination of ROLLUP, CUBE or GROUPING SETS is not answered",
        "up to 16 levels of plain keys with count, sum and avg; other figures in another query",
    ),
    "query.grouping_sets.private": (
        "ROLLUP, CUBE and GROUPING SETS are not answered in the differentially private mode",
        "send one query per level; each spends its own share of the budget",
    ),
    "query.bins": (
        "a quantile or histogram of a measure rests on bins that the query states",
        "median(floor(column / step) * step), where step is a multiple of the column's declared grid",
    ),
    "query.bucket": (
        "width_bucket is not a function of this dialect",
        "floor(column / step), where step is a multiple of the column's declared grid",
    ),
    "query.quantile": (
        "a quantile takes one constant share from 0 to 1",
        "quantile_cont(floor(column / step), 0.25): one call for each share",
    ),
    "query.view": (
        "a view of the workspace cannot be used: it hides a table, names itself or nests too deeply",
        "rename the view, or write its SELECT in place of its name",
    ),
    "query.aggregate": (
        "this aggregate can show a single row's value",
        "count, count(DISTINCT …), sum, avg, and quantiles of floor(column / step)",
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
        "ask for the dataset it was made from, or have it built for operators",
    ),
    "query.bound": (
        "how much one unit contributes cannot be bounded for this join",
        "join on the unit, with one side unique, or query one table",
    ),
    "query.visibility": (
        "the column may not stand in an answer in this form",
        "use the column in the form `ybz grant show` states for it",
    ),
    "query.role": (
        "the column may not serve as this",
        "use the column as one of the roles `ybz grant show` states for it",
    ),
    "query.column_function": (
        "the column may not be passed to this function",
        "use the column alone, or a function `ybz grant show` states for it",
    ),
    "query.join.required": (
        "the dataset is answered only for rows that find a partner in another dataset",
        "join it with a dataset the grant lists, by an inner join",
    ),
    "query.join.terms": (
        "the dataset may not be joined with this dataset, on this column or in this way",
        "join it as `ybz grant show` states, or query it alone",
    ),
    "query.analysis": (
        "the dataset is not open to this kind of use",
        "ask the granting side for terms that allow it",
    ),
    "query.template": (
        "the dataset is answered only for listed queries, word for word",
        "send one of the listed queries unchanged",
    ),
    "query.follow_on": (
        "figures of the dataset may not be worked on in the query, or may not be shown unworked",
        "send the aggregate query alone, or aggregate its answer, as `ybz grant show` states",
    ),
    "query.receiver": (
        "the organisation is not among those that may receive results about the dataset",
        "ask the owner of the dataset to add it",
    ),
    "query.group_rule": (
        "a group size is asked for by a column that has no stored form",
        "ask the owner of the dataset to correct its rules",
    ),
    "query.own_join": (
        "a table of the caller's own is joined on its key only, and only if no unit stands in it twice",
        "bring the table with one row a unit: `ybz workspace upload`",
    ),
    "query.own_table": (
        "a table of the caller's own is answered only in differentially private mode",
        "ask for a grant in differentially private mode",
    ),
    "query.list.condition": (
        "rows of a list are picked by comparing columns with constants, and ordered by columns",
        "WHERE column = constant AND …, ORDER BY column",
    ),
    "query.list.masked": (
        "a column that is masked or not wholly shown cannot pick or order rows",
        "leave it out of WHERE and ORDER BY, or ask for terms that show it",
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
    return Reason(code, message, where.removeprefix(SOFT), allowed)
