"""Whether two conditions can differ at all: the combinations of values that could make them, tried.

Decides from public lists of values and from the constants of the queries, never from rows. Missing values
are left out: whether any value is missing is not hidden.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Final

from space.query.auditing.conditions import Stated
from space.query.auditing.former import Asked, Sample

if TYPE_CHECKING:
    from space.query.plan import Block

# Combinations of values tried to see whether conditions can differ.
MAX_COMBINATIONS: Final = 20_000

# Combinations of values up to which rows are put together before conditions are looked at.
MAX_GROUPED: Final = 100_000

COLUMN: Final = re.compile(r'"(t\d+)"\."((?:[^"]|"")+)"')
# Text of a caller may look like a column and is none.
_TEXT_OR_COLUMN: Final = re.compile(rf"'(?:[^']|'')*'|{COLUMN.pattern}")
# Stands in a grid for the cells of the answer, whose keys are values too.
CELLS: Final = "_cells"


def columns_in(sql: str) -> list[tuple[str, str]]:
    """Scan and name of every column that SQL reads; what stands in its texts is none.

    >>> columns_in('coalesce("t0"."ward", ' + "'see " + '"t1"."id"' + "')")
    [('t0', 'ward')]
    """
    return [(found[1], found[2]) for found in _TEXT_OR_COLUMN.finditer(sql) if found[1]]


def renamed(sql: str, name: Callable[[str, str], str]) -> str:
    """SQL with every column it reads written otherwise, by scan and name."""
    return _TEXT_OR_COLUMN.sub(lambda found: name(found[1], found[2]) if found[1] else found[0], sql)


def merged(samples: Iterable[Sample]) -> dict[str, Sample]:
    """One sample a column, with the constants of all."""
    found: dict[str, Sample] = {}
    for sample in samples:
        known = found.get(sample.column)
        if known is None or (known.kind != sample.kind and sample.kind == "unknown"):
            found[sample.column] = sample
        elif known.kind == sample.kind:
            constants = tuple(sorted({*known.constants, *sample.constants}))
            found[sample.column] = replace(known, constants=constants)
    return found


def few(block: Block, keys: Iterable[str], samples: Mapping[str, Sample]) -> bool:
    """Whether conditions can be looked at once a combination of values instead of once a row."""
    # Without constants it is asked only whether the value is there.
    plenty = MAX_GROUPED + 1
    size = prod(s.size if s.kind == "listed" else plenty if s.constants else 2 for s in samples.values())
    bare = {key.sql: key.domain.size for key in block.keys if key.domain is not None}
    for sql in {*keys, *(key.sql for key in block.keys)} - set(samples):
        size *= bare.get(sql, plenty) if COLUMN.fullmatch(sql) else plenty
    return len(block.scans) == 1 and size <= MAX_GROUPED


def grid(
    keys: Sequence[tuple[str, str]], asked: Sequence[Asked], samples: Mapping[str, Sample]
) -> tuple[str, tuple[str, ...]]:
    """Combinations of values with the parts of conditions they meet, by those keys that conditions read.

    Args:
        keys: SQL and name of the keys both sides have.
        asked: conditions whose parts become b0, b1, … as :class:`Stated` numbers them.
        samples: of every column a condition reads, by column.

    Returns:
        The SELECT and the names of its keys; empty where a column's values cannot be told, or are too many.
    """
    stated = Stated()
    for one in asked:
        stated.rows(one.sql)
    read = [s for c, s in sorted(samples.items()) if any(c in part for part in stated.parts)]
    shown = [(sql, name) for sql, name in keys if any(s.column in sql for s in read)]
    bare = {sql: name for sql, name in shown if any(sql == s.column for s in read)}
    derived = [s for s in read if any(s.column in sql for sql, _ in shown if sql not in bare)]
    sources: dict[str, list[str]] = {}
    size = 1
    for sample in read:
        found = COLUMN.fullmatch(sample.column)
        values, number = _values(sample)
        if found is None or not values or (sample in derived and sample.kind != "listed"):
            return "", ()
        scan, column = found.groups()
        if sample.column in bare:
            values = f'SELECT DISTINCT {bare[sample.column]} AS v FROM "{CELLS}"'
            sources.setdefault(scan, []).append(f'(SELECT v AS "{column}" FROM ({values}) AS d)')
            continue
        size *= number
        sources.setdefault(scan, []).append(
            f'(SELECT v AS "{column}" FROM ({values}) AS d WHERE v IS NOT NULL)'
        )
    if size > MAX_COMBINATIONS:
        return "", ()
    return _select(shown, stated.parts, sources), tuple(name for _, name in shown)


def _select(
    shown: Sequence[tuple[str, str]], parts: Sequence[str], sources: Mapping[str, Sequence[str]]
) -> str:
    """The SELECT over the values of every column, by scan."""
    columns = [f"{sql} AS {name}" for sql, name in shown]
    columns += [f"({part}) IS TRUE AS b{bit}" for bit, part in enumerate(parts)]
    tables = [
        f'(SELECT * FROM {" CROSS JOIN ".join(f"{s} AS s{i}" for i, s in enumerate(made))}) AS "{scan}"'
        for scan, made in sources.items()
    ]
    source = f" FROM {' CROSS JOIN '.join(tables)}" if tables else ""
    return f"SELECT DISTINCT {', '.join(columns) or '1 AS one'}{source}"


def _values(sample: Sample) -> tuple[str, int]:
    """SELECT of a sample's values and how many there are; empty where they cannot be told."""
    if sample.kind == "listed":
        return sample.listed, sample.size
    if sample.kind == "text":
        # No value of a contract begins so: it stands for every other text.
        texts = [f"'{text.replace(chr(39), chr(39) * 2)}'" for text in (*sample.constants, "\u25a1")]
        return f"SELECT DISTINCT v FROM (VALUES {', '.join(f'({t})' for t in texts)}) AS c(v)", len(texts)
    if sample.kind == "number":
        near = [f"{sign}{step}" for step in sample.constants or ("0",) for sign in ("", "-")]
        steps = [f"{step}{more}" for step in near for more in ("", " - 1", " + 1")]
        return f"SELECT DISTINCT v FROM (VALUES {', '.join(f'({s})' for s in steps)}) AS c(v)", len(steps)
    return "", 0
