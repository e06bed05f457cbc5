"""Types that follow from a plan by themselves: most plans are made of a few forms that always fit.

Decides whether every expression of a plan is one of these forms over columns of known types, and which types
its answer then has. It says nothing of any other plan: what is not listed here is bound by the engine
(:mod:`space.query.planning.rehearsal`). Reads the text the compiler wrote, never the caller's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from space.engines.threshold import statements
from space.query.plan import Block, OutputColumn, Plan

# Dataset → its columns with their types; a column of a scan → its type.
Tables = Mapping[str, tuple[tuple[str, str], ...]]
_Kinds = dict[tuple[str, str], str]

_COLUMN: Final = r'"(t\d+)"\."([^"]+)"'
_TEXT: Final = r"'(?:[^']|'')*'"
_NUMBER: Final = r"\d{1,15}"
_PLAIN: Final = re.compile(_COLUMN)
_CLAMPED: Final = re.compile(rf"least\(greatest\({_COLUMN}, -?{_NUMBER}\), -?{_NUMBER}\)")
_SAME: Final = re.compile(rf"{_COLUMN} = {_COLUMN}")
_TABLE: Final = r'"[^"]+" AS "t\d+"'
_PAIR: Final = _COLUMN.replace("(", "(?:") + " = " + _COLUMN.replace("(", "(?:")
_FROM: Final = re.compile(rf"{_TABLE}(?: (?:LEFT|INNER) JOIN {_TABLE} ON {_PAIR}(?: AND {_PAIR})*)*")
# A column, or a part of a time, compared with constants; each of the last groups asks for a type.
_COMPARED: Final = re.compile(
    rf"(?:(?P<part>YEAR|QUARTER|MONTH|DAY)\({_COLUMN}\)|{_COLUMN})"
    rf"(?P<null> IS NULL)?(?P<text> (?:=|<>) {_TEXT}| IN \({_TEXT}(?:, {_TEXT})*\))?"
    rf"(?P<number> (?:=|<>|<|>|<=|>=) {_NUMBER}| IN \({_NUMBER}(?:, {_NUMBER})*\))?"
    rf"(?P<date> (?:=|<>|<|>|<=|>=) CAST\({_TEXT} AS DATE\))?"
    rf"(?P<instant> (?:=|<>|<|>|<=|>=) CAST\({_TEXT} AS TIMESTAMP\))?"
)
_ASKED: Final = {"text": "VARCHAR", "number": "BIGINT", "date": "DATE", "instant": "TIMESTAMP"}
_JOINED: Final = re.compile(r"(?:\x00|AND|OR|NOT|[() ])+")
_TIMES: Final = ("DATE", "TIMESTAMP")
# Keys that are functions of one column: form, types of the column, type of the key.
_FUNCTIONS: Final = (
    (re.compile(rf"(?:YEAR|QUARTER|MONTH|DAY|DAYOFWEEK)\({_COLUMN}\)"), _TIMES, "BIGINT"),
    (re.compile(rf"HOUR\({_COLUMN}\)"), ("TIMESTAMP",), "BIGINT"),
    (re.compile(rf"LEFT\({_COLUMN}, {_NUMBER}\)"), ("VARCHAR",), "VARCHAR"),
    (re.compile(rf"COALESCE\({_COLUMN}, {_TEXT}\)"), ("VARCHAR",), "VARCHAR"),
    (re.compile(rf"FLOOR\({_COLUMN} / {_NUMBER}\)"), ("BIGINT",), "DOUBLE"),
    (re.compile(rf"DATE_TRUNC\('(?:YEAR|QUARTER|MONTH|DAY|HOUR)', {_COLUMN}\)"), ("TIMESTAMP",), "TIMESTAMP"),
    (
        re.compile(rf"CAST\(FLOOR\({_COLUMN} / {_NUMBER}\) AS DOUBLE\) \* {_NUMBER}"),
        ("BIGINT",),
        "DOUBLE",
    ),
)
_CASE: Final = re.compile(rf"CASE((?: WHEN .+? THEN {_TEXT})+)(?: ELSE (?:{_TEXT}|NULL))? END", re.DOTALL)
_BRANCH: Final = re.compile(rf" WHEN (.+?) THEN {_TEXT}", re.DOTALL)

# A column of a released table, or the mean that noisy sums and counts make.
_MEAN: Final = (
    r'\(TRY_CAST\("_b\d+"\."a\d+" AS DOUBLE\) / CASE WHEN "_b\d+"\."a\d+" > 0 THEN "_b\d+"\."a\d+" END\)'
)
_ITEM: Final = re.compile(rf'(?:\(?"(_b\d+)"\."([ak]\d+)"\)?|({_MEAN})) AS "([^"]+)"')
_SHOWN: Final = rf'(?:\(?"_b\d+"\."[ak]\d+"\)?|{_MEAN}) AS "[^"]+"'
_FIGURE: Final = re.compile(r'"(_b\d+)"\."(a\d+)"')
_BY: Final = r'"[^"]+"(?: DESC)?(?: NULLS (?:FIRST|LAST))?'
_ANSWER: Final = re.compile(
    rf'SELECT (?P<items>{_SHOWN}(?:, {_SHOWN})*) FROM "(?P<block>_b\d+)"'
    rf'(?: WHERE \(?(?P<figure>"_b\d+"\."a\d+")\)? (?:>=|>|<|<=|=) {_NUMBER})?'
    rf"(?: ORDER BY (?P<order>{_BY}(?:, {_BY})*))?(?: LIMIT \d{{1,9}})?"
)
_ORDERED: Final = re.compile(r'"([^"]+)"')


def answer(plan: Plan, tables: Tables) -> tuple[OutputColumn, ...] | None:
    """Names and types of the answer, where all of the plan is of known forms; else None.

    Args:
        plan: to be run.
        tables: of every dataset it reads.
    """
    found = _ANSWER.fullmatch(plan.post_sql)
    if found is None or len(plan.blocks) != 1 or found["block"] != plan.blocks[0].name:
        return None
    (block,) = plan.blocks
    columns, items = _released(block, tables), _ITEM.findall(found["items"])
    names = {name.lower() for *_, name in items}
    by = {name.lower() for name in _ORDERED.findall(found["order"] or "")}
    if columns is None or len(names) != len(items) or not by <= names:
        return None
    read = {(source, column) for source, column, *_ in items if source}
    read |= {pair for _, _, mean, _ in items for pair in _FIGURE.findall(mean)}
    read |= set(_FIGURE.findall(found["figure"] or ""))
    if not read <= {(block.name, column) for column in columns}:
        return None
    return tuple(OutputColumn(name, "DOUBLE" if mean else columns[c]) for _, c, mean, name in items)


def figures(block: Block) -> dict[str, str]:
    """The types of the figures of a released table: counts and whole sums are whole numbers."""
    whole = {a.name for a in block.aggregates if a.operation in statements.COUNTED}
    whole |= {a.name for a in block.aggregates if a.operation == "sum" and a.factor == 1}
    return {a.name: "BIGINT" if a.name in whole else "DOUBLE" for a in block.aggregates}


def kinds_of(block: Block, tables: Tables) -> _Kinds:
    """The type of every column that a block may read, by scan and name."""
    return {(scan, name): kind for scan, dataset in block.scans for name, kind in tables[dataset]}


def fits(sql: str, kinds: _Kinds) -> bool:
    """Whether it is a column, or conditions that compare columns with constants of their own types."""
    if (column := _bare(sql)) is not None and column in kinds:
        return True
    # No text of a plan holds a zero character: it stands for a comparison that fits.
    rest = _COMPARED.sub(lambda found: "\x00" if _compares(found, kinds) else found[0], sql)
    return "\x00" in rest and _JOINED.fullmatch(rest) is not None


def _released(block: Block, tables: Tables) -> dict[str, str] | None:
    """The columns of a released table with their types, where everything in it fits."""
    if block.kind == "plain" or _FROM.fullmatch(block.from_sql) is None:
        return None
    kinds = kinds_of(block, tables)
    pairs = _SAME.findall(block.from_sql)
    joined = all(kinds.get((a, b), a) == kinds.get((c, d), c) for a, b, c, d in pairs)
    asked = [c.sql for c in block.conditions[1:]] + ([block.where_sql] if block.where_sql else [])
    values = [*statements.values(block)]
    values += (sql for proof in block.proofs for sql in (proof.unit, proof.number) if sql != "1")
    keys = {key.name: _key(key.sql, kinds) for key in block.keys}
    known = {name: kind for name, kind in keys.items() if kind is not None}
    if not joined or len(known) != len(keys) or not all(_whole(sql, kinds) for sql in values):
        return None
    return known | figures(block) if all(fits(sql, kinds) for sql in asked) else None


def _whole(sql: str, kinds: _Kinds) -> bool:
    """Whether it is a column, or one of whole numbers within bounds."""
    clamped = _CLAMPED.fullmatch(sql)
    return _bare(sql) in kinds if clamped is None else kinds.get((clamped[1], clamped[2])) == "BIGINT"


def _bare(sql: str) -> tuple[str, str] | None:
    """The column that a text is, as scan and name."""
    found = _PLAIN.fullmatch(sql)
    return None if found is None else (found[1], found[2])


def _key(sql: str, kinds: _Kinds) -> str | None:
    """The type of a key, where it is of a known form."""
    column = _bare(sql)
    if column is not None:
        return kinds.get(column)
    for form, takes, gives in _FUNCTIONS:
        found = form.fullmatch(sql)
        if found is not None:
            return gives if kinds.get((found[1], found[2])) in takes else None
    case = _CASE.fullmatch(sql)
    if case is None or "".join(b[0] for b in _BRANCH.finditer(case[1])) != case[1]:
        return None
    return "VARCHAR" if all(fits(b[1], kinds) for b in _BRANCH.finditer(case[1])) else None


def _compares(found: re.Match[str], kinds: _Kinds) -> bool:
    """Whether a comparison takes values of the types it is given."""
    kind = kinds.get((found[2] or found[4], found[3] or found[5]))
    asked = [_ASKED[part] for part in _ASKED if found[part]]
    if found["part"]:
        return kind in _TIMES and asked == ["BIGINT"] and not found["null"]
    if found["null"]:
        return kind is not None and not asked
    return asked == [kind] if asked else kind == "BOOLEAN"
