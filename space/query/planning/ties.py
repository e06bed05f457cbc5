"""Which private figures of one query must agree: those over the same rows whose conditions add up.

Decides it from the plan's conditions and the public values of the columns they read, never from rows: every
combination of values a row can have is tried, and rows that meet the same conditions are one part. How noisy
figures are brought to agree is :mod:`space.engines.private.consistency`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from math import prod
from typing import Final

from sqlglot import exp, parse_one

from contracts.model import FieldType, Use
from space.query.auditing.former import Sample
from space.query.grammar.columns import Place, plain
from space.query.grammar.predicates import PredicateForm
from space.query.grammar.written import DUCKDB, written
from space.query.plan import Block
from space.query.planning.domains import listed
from space.query.planning.rehearsal import without_tables
from space.query.planning.tie import Tie

# Combinations of values tried, values of one column among them, and parts told apart; beyond them figures of
# different conditions are left as they are.
MAX_COMBINATIONS: Final = 4_096
MAX_VALUES: Final = 4_096
MAX_PARTS: Final = 12

_OPPOSITE: Final[dict[type[exp.Expr], type[exp.Binary]]] = {
    exp.NEQ: exp.EQ,
    exp.GTE: exp.LT,
    exp.GT: exp.LTE,
}
# Comparisons of a bare column with constants: which of them hold depends on where between them it lies.
_ORDERED: Final = (exp.EQ, exp.LT, exp.LTE, exp.In, exp.Is)

# Conditions of a figure: WHERE of its block and its own.
_Asked = tuple[str, str]


def ties(made: Sequence[Block]) -> tuple[Tie, ...]:
    """The figures that must agree; every private figure is in one of them.

    Args:
        made: the blocks of a plan.
    """
    relations: dict[str, list[Block]] = {}
    for block in made:
        if block.kind == "dp" and block.aggregates:
            relations.setdefault(block.from_sql, []).append(block)
    return tuple(tie for blocks in relations.values() for tie in _of_relation(blocks))


def samples(forms: Iterable[PredicateForm | None]) -> tuple[Sample, ...]:
    """Of every column that conditions read, its public values, or what kind of constants tell them apart."""
    stated = [form for form in forms if form is not None]
    places = {place.identity: place for form in stated for place in form.places}
    return tuple(_sample(place, stated) for _, place in sorted(places.items()))


def _sample(place: Place, forms: Iterable[PredicateForm]) -> Sample:
    column, sql = place.column, written(place.tree)
    known = listed(place) if column.use is not Use.MEASURE else None
    if known is not None:
        return Sample(sql, "listed", known.sql, known.size)
    read = [form.tree for form in forms if place.identity in {p.identity for p in form.places}]
    constants = [node for tree in read for node in tree.find_all(exp.Literal)]
    if column.type is FieldType.STRING:
        return Sample(sql, "text", constants=tuple(sorted({n.name for n in constants if n.is_string})))
    if column.type in (FieldType.INTEGER, FieldType.NUMBER):
        return Sample(sql, "number", constants=tuple(sorted({n.name for n in constants if not n.is_string})))
    return Sample(sql, "unknown")


def _of_relation(blocks: Sequence[Block]) -> list[Tie]:
    """The ties of blocks over the same rows."""
    asked: dict[_Asked, list[tuple[str, int]]] = {}
    for block in blocks:
        for place in sorted({a.condition for a in block.aggregates}):
            condition = block.where_sql, block.conditions[place].sql
            asked.setdefault(condition, []).append((block.name, place))
    whole = "LEFT JOIN" not in blocks[0].from_sql.upper()
    # Rows that name no unit are left out, so what names one is there in every row.
    there = frozenset(proof.unit for block in blocks for proof in block.proofs)
    parts = (1,) if len(asked) == 1 else _parts(tuple(asked), tuple(_samples(blocks)), there, outer=not whole)
    if parts is None:  # nothing is known of how conditions lie to one another: equal ones agree
        return [Tie(tuple((*member, 1) for member in members), 1, whole) for members in asked.values()]
    found = []
    for place, members in enumerate(asked.values()):
        bits = sum(1 << number for number, met in enumerate(parts) if met >> place & 1)
        found += [(*member, bits) for member in members]
    return [Tie(tuple(found), len(parts), whole)]


def _samples(blocks: Iterable[Block]) -> list[Sample]:
    """Of every column the values that tell conditions apart, of all blocks together."""
    found: dict[str, Sample] = {}
    for sample in (sample for block in blocks for sample in block.samples):
        known = found.get(sample.column, sample)
        constants = tuple(sorted({*known.constants, *sample.constants}))
        found[sample.column] = Sample(
            sample.column, sample.kind, sample.listed, sample.size, constants=constants
        )
    return list(found.values())


@lru_cache(maxsize=256)
def _parts(
    asked: tuple[_Asked, ...], samples: tuple[Sample, ...], there: frozenset[str], *, outer: bool
) -> tuple[int, ...] | None:
    """The conditions met together, as bits, by some combination of values; None where there are too many.

    Args:
        asked: the conditions.
        samples: values of the columns they read.
        there: columns that have a value in every row that counts.
        outer: whether a column may lack a value though its contract asks for one.
    """
    leaves: dict[str, exp.Expr] = {}
    trees = [_over_leaves(asked_of, leaves, there) for asked_of in asked]
    known = {sample.column: sample for sample in samples}
    columns: dict[str, dict[str, exp.Expr]] = {}
    for name, leaf in leaves.items():
        read = {written(column) for column in leaf.find_all(exp.Column)}
        sample = known.get(next(iter(read))) if len(read) == 1 else None
        home = sample.column if sample is not None and _told_by(sample, leaf) else name
        columns.setdefault(home, {})[name] = leaf
    sizes = [3 ** len(told) for told in columns.values()]
    if prod(sizes) > MAX_COMBINATIONS:
        return None
    sources = [_combinations(known.get(c), told, outer=outer) for c, told in columns.items()]
    bits = " + ".join(f"CASE WHEN {written(tree)} THEN {1 << i} ELSE 0 END" for i, tree in enumerate(trees))
    tables = ", ".join(f"({source}) AS s{i}" for i, source in enumerate(sources)) or "(SELECT 1 AS one) AS s0"
    met = sorted(int(row[0]) for row in without_tables(f"SELECT DISTINCT {bits} FROM {tables}") if row[0])
    return tuple(met) if 0 < len(met) <= MAX_PARTS else None


def _over_leaves(asked: _Asked, leaves: dict[str, exp.Expr], there: frozenset[str]) -> exp.Expr:
    """The conditions with each comparison replaced by its name; comparisons are added to ``leaves``."""
    named: dict[str, str] = {written(leaf): name for name, leaf in leaves.items()}

    def over(node: exp.Expr) -> exp.Expr:
        node = plain(node)
        if isinstance(node, exp.And | exp.Or):
            return exp.paren(type(node)(this=over(node.this), expression=over(node.expression)))
        if isinstance(node, exp.Not):
            return exp.paren(exp.Not(this=over(node.this)))
        if isinstance(node, exp.Boolean):
            return node
        if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null) and written(node.this) in there:
            return exp.false()
        if type(node) in _OPPOSITE:
            turned = _OPPOSITE[type(node)](this=node.this.copy(), expression=node.expression.copy())
            return exp.paren(exp.Not(this=over(turned)))
        name = named.setdefault(written(node), f"l{len(named)}")
        leaves.setdefault(name, node)
        return exp.column(name)

    parts = [over(parse_one(text, read=DUCKDB)) for text in asked if text]
    return exp.paren(exp.and_(*parts)) if len(parts) > 1 else parts[0]


def _told_by(sample: Sample, leaf: exp.Expr) -> bool:
    """Whether the sampled values of a column show every way a comparison can come out."""
    if sample.kind == "listed":
        return 0 < sample.size <= MAX_VALUES
    bare = isinstance(leaf, exp.Column) or (
        type(leaf) in _ORDERED and isinstance(plain(leaf.this), exp.Column)
    )
    if sample.kind == "text":
        return bare and not isinstance(leaf, exp.LT | exp.LTE)
    return bare and sample.kind == "number" and not leaf.find(exp.Neg)


def _combinations(sample: Sample | None, told: dict[str, exp.Expr], *, outer: bool) -> str:
    """SELECT of the ways some comparisons of one column can come out together; reads no table."""
    if sample is None:  # nothing is known of it: it holds, does not, or cannot be told
        (name,) = told
        return f"SELECT v AS {name} FROM (VALUES (TRUE), (FALSE), (NULL)) AS v(v)"
    if sample.kind == "listed":
        values = f"SELECT v FROM ({sample.listed}) AS d"
    elif sample.kind == "text":
        # No value of a contract begins so: it stands for every other text.
        texts = [written(exp.Literal.string(value)) for value in (*sample.constants, "\u25a1")]
        values = f"SELECT v FROM (VALUES {', '.join(f'({text})' for text in texts)}) AS d(v)"
    else:
        values = f"SELECT v FROM (VALUES {', '.join(f'({n})' for n in _between(sample.constants))}) AS d(v)"
    if outer or sample.kind != "listed":
        values = f"{values} UNION ALL SELECT NULL"
    column_of = parse_one(sample.column, read=DUCKDB).find(exp.Column)
    assert column_of is not None
    table, column = (part.sql(identify=True) for part in column_of.parts)
    shown = ", ".join(f"({written(leaf)}) AS {name}" for name, leaf in told.items())
    return f"SELECT DISTINCT {shown} FROM (SELECT v AS {column} FROM ({values}) AS w) AS {table}"


def _between(constants: Sequence[str]) -> list[str]:
    """Constants, a point between each two and one on either side."""
    ordered = sorted(constants, key=float) or ["0"]
    middles = [f"({a} + {b}) / 2.0" for a, b in pairwise(ordered)]
    return [f"{ordered[0]} - 1", *ordered, *middles, f"{ordered[-1]} + 1"]
