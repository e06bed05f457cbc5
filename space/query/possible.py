"""Which parts a cell could have, known without looking at any row: combinations of its conditions.

Decides, from the contract and the constants of the query, which conditions rows can meet together. A part
that could hold rows and holds none must look like one that holds few: else "nobody" is told from "some".
Missing values are left out: whether any value is missing is not hidden.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlglot import exp

from contracts.model import FieldType, Use
from space.query.audit import Sample
from space.query.domains import listed
from space.query.grammar.columns import Place
from space.query.grammar.predicates import PredicateForm
from space.query.plan import Domain
from space.query.written import written

# Combinations of values tried; beyond it every part counts as possible.
MAX_COMBINATIONS: Final = 100_000


def possible(where: PredicateForm | None, conditions: list[PredicateForm | None]) -> str:
    """SELECT giving the ``part`` of every combination rows can have; reads no table.

    Bit i of a part is set where condition i is met. Where it cannot be worked out, every part is possible.
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
    tables = [
        f'(SELECT * FROM {" CROSS JOIN ".join(f"{s} AS s{i}" for i, s in enumerate(sources))}) AS "{scan}"'
        for scan, sources in scans.items()
    ]
    rows = "" if where is None else f" WHERE ({written(where.tree)})"
    return f"SELECT DISTINCT {bits} AS part FROM {' CROSS JOIN '.join(tables)}{rows}"


def samples(forms: Iterable[PredicateForm | None]) -> tuple[Sample, ...]:
    """Of every column that conditions read, what tells how they can differ from other conditions."""
    stated = [form for form in forms if form is not None]
    places = {place.identity: place for form in stated for place in form.places}
    return tuple(_sample(place, stated) for _, place in sorted(places.items()))


def _sample(place: Place, forms: list[PredicateForm]) -> Sample:
    column, sql = place.column, written(place.tree)
    if column.use is not Use.MEASURE and (known := listed(place)) is not None:
        return Sample(sql, "listed", known.sql, known.size)
    constants = _constants(place, forms)
    if column.type is FieldType.STRING:
        return Sample(sql, "text", constants=tuple(sorted({n.name for n in constants if n.is_string})))
    if column.type in (FieldType.INTEGER, FieldType.NUMBER):
        return Sample(sql, "number", constants=tuple(sorted({n.name for n in constants if not n.is_string})))
    values = _values(place, forms)
    return Sample(sql, "unknown") if values is None else Sample(sql, "listed", values.sql, values.size)


def _constants(place: Place, forms: Iterable[PredicateForm]) -> list[exp.Literal]:
    return [
        node for form in forms if place.identity in {p.identity for p in form.places}
        for node in form.tree.find_all(exp.Literal)
    ]  # fmt: skip


def _values(place: Place, forms: Iterable[PredicateForm]) -> Domain | None:
    """Values of a column that can make the conditions differ: a public list, or what lies about constants."""
    column = place.column
    if column.use is not Use.MEASURE and (known := listed(place)) is not None:
        return known
    constants = _constants(place, forms)
    if column.type is FieldType.STRING:
        texts = {node.name for node in constants if node.is_string}
        # No value of a contract begins so: it stands for every other text.
        values = [written(exp.Literal.string(value)) for value in sorted({*texts, "\u25a1"})]
    elif column.type in (FieldType.INTEGER, FieldType.NUMBER):
        steps = {node.name for node in constants if not node.is_string} or {"0"}
        values = [f"{step}{more}" for step in sorted(steps) for more in ("", " - 1", " + 1")]
    elif column.type in (FieldType.DATE, FieldType.TIMESTAMP):
        months = "generate_series(TIMESTAMP '1900-01-01', TIMESTAMP '2100-12-01', INTERVAL 1 MONTH)"
        return Domain(f"SELECT CAST(v AS {column.type.name}) AS v FROM {months} AS c(v)", 201 * 12)
    else:
        return None
    rows = ", ".join(f"({value})" for value in values)
    return Domain(f"SELECT DISTINCT v FROM (VALUES {rows}) AS c(v)", len(values))
