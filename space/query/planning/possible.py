"""Which parts a cell could have, known without looking at any row: combinations of its conditions.

Decides, from the contract and the constants of the query, which conditions rows can meet together. A part
that could hold rows and holds none must look like one that holds few: else "nobody" is told from "some".
Missing values are left out: whether any value is missing is not hidden. That a row has no partner in a table
which a LEFT JOIN adds is hidden: it says who is not in that table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from sqlglot import exp

from contracts.model import FieldType, Use
from space.query.auditing.former import Sample
from space.query.grammar import representatives
from space.query.grammar.columns import Place
from space.query.grammar.predicates import PredicateForm
from space.query.grammar.written import written
from space.query.plan import Domain
from space.query.planning.domains import listed

# Combinations of values tried; beyond it every part counts as possible.
MAX_COMBINATIONS: Final = 100_000

_NUMBERS: Final = (FieldType.INTEGER, FieldType.NUMBER)
_TIMES: Final = (FieldType.DATE, FieldType.TIMESTAMP)
# Constants of a column whose conditions may turn anywhere: they say only that there are some.
_SOMEWHERE: Final = ("?",)


def possible(
    where: PredicateForm | None, conditions: list[PredicateForm | None], added: Collection[str] = ()
) -> str:
    """SELECT giving the ``part`` of every combination rows can have; reads no table.

    Bit i of a part is set where condition i is met. Where it cannot be worked out, every part is possible.

    Args:
        where: of all rows.
        conditions: of the figures.
        added: scans that a LEFT JOIN adds: a row may have none of their values.
    """
    every = f"SELECT 2 * i + 1 AS part FROM generate_series(0, {2 ** (len(conditions) - 1) - 1}) AS s(i)"
    forms = [form for form in (where, *conditions) if form is not None]
    places = {place.identity: place for form in forms for place in form.places}
    scans: dict[str, list[str]] = {}
    size = 1
    for (scan, physical), place in places.items():
        values = _values(place, forms)
        size *= max(1, values.size if values is not None else MAX_COMBINATIONS + 1)
        if values is None or size > MAX_COMBINATIONS:
            return every
        source = f'(SELECT v AS "{physical}" FROM ({values.sql}) AS d WHERE v IS NOT NULL)'
        scans.setdefault(scan, []).append(source)
    bits = " + ".join(
        f"CASE WHEN ({'TRUE' if form is None else written(form.tree)}) THEN {1 << i} ELSE 0 END"
        for i, form in enumerate(conditions)
    )
    tables = [_side_by_side(scan, sources, lonely=scan in added) for scan, sources in scans.items()]
    rows = "" if where is None else f" WHERE ({written(where.tree)})"
    return f"SELECT DISTINCT {bits} AS part FROM {' CROSS JOIN '.join(tables)}{rows}"


def _side_by_side(scan: str, sources: list[str], *, lonely: bool) -> str:
    """Every combination of the values of a scan's columns; if lonely, also none of them."""
    crossed = " CROSS JOIN ".join(f"{source} AS s{i}" for i, source in enumerate(sources))
    nobody = f" UNION ALL SELECT {', '.join('NULL' for _ in sources)}" if lonely else ""
    return f'(SELECT * FROM {crossed}{nobody}) AS "{scan}"'


def samples(forms: Iterable[PredicateForm | None], added: Collection[str] = ()) -> tuple[Sample, ...]:
    """Of every column that conditions read, what tells how they can differ from other conditions.

    Args:
        forms: the conditions.
        added: scans that a LEFT JOIN adds: of their columns nothing is told.
    """
    stated = [form for form in forms if form is not None]
    places = {place.identity: place for form in stated for place in form.places}
    return tuple(
        Sample(written(place.tree), "unknown", constants=_SOMEWHERE)
        if scan in added
        else _sample(place, stated)
        for (scan, _), place in sorted(places.items(), key=lambda item: item[0])
    )


def _sample(place: Place, forms: list[PredicateForm]) -> Sample:
    column, sql = place.column, written(place.tree)
    if column.use is not Use.MEASURE and (known := listed(place)) is not None:
        return Sample(sql, "listed", known.sql, known.size)
    if column.type is FieldType.STRING:
        return Sample(sql, "text", constants=representatives.texts(place, forms))
    if column.type in _NUMBERS:
        found = representatives.numbers(place, forms)
        if found is not None:
            # The sign is tried either way.
            return Sample(sql, "number", constants=tuple(sorted({n.removeprefix("-") for n in found})))
    elif column.type in _TIMES and representatives.by_month(place, forms):
        return Sample(sql, "listed", *_months(column.type))
    return Sample(sql, "unknown", constants=_SOMEWHERE)


def _values(place: Place, forms: list[PredicateForm]) -> Domain | None:
    """Values of a column that can make the conditions differ: a public list, or what lies about constants."""
    column = place.column
    if column.use is not Use.MEASURE and (known := listed(place)) is not None:
        return known
    if column.type is FieldType.STRING:
        texts = {*representatives.texts(place, forms), representatives.OTHER}
        values = [written(exp.Literal.string(value)) for value in sorted(texts)]
    elif column.type in _NUMBERS and (numbers := representatives.numbers(place, forms)) is not None:
        values = list(numbers or ("0",))
    elif column.type in _TIMES and representatives.by_month(place, forms):
        return Domain(*_months(column.type))
    else:
        return None
    rows = ", ".join(f"({value})" for value in values)
    return Domain(f"SELECT DISTINCT v FROM (VALUES {rows}) AS c(v)", len(values))


def _months(kind: FieldType) -> tuple[str, int]:
    """SELECT of the beginnings of months, and how many."""
    months = "generate_series(TIMESTAMP '1900-01-01', TIMESTAMP '2100-12-01', INTERVAL 1 MONTH)"
    return f"SELECT CAST(v AS {kind.name}) AS v FROM {months} AS c(v)", 201 * 12
