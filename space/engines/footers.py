"""What the footers of the protected files say about their columns, so that a statement asks for less.

Decides which columns hold no NULL and which no negative number; :mod:`space.engines.known` has what
follows. Footers are statements of the writer about rows that never change; where one is silent, nothing
follows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from space.engines.known import NOTHING, Known
from space.query.plan import Block

_TABLE: Final = re.compile(r'"((?:[^"]|"")+)" AS "((?:[^"]|"")+)"')


def known(block: Block, files: Mapping[str, Sequence[Path]]) -> Known:
    """What the footers say for a block that reads one table as it is stored."""
    found = _TABLE.fullmatch(block.from_sql)
    if found is None or not files.get(found[1]):
        return NOTHING
    filled, positive = _columns(tuple(files[found[1]]))
    return Known(found[2], filled, positive)


@lru_cache(maxsize=64)
def _columns(paths: tuple[Path, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Columns without NULL, and without negative numbers, in all of the files."""
    each = [_of_file(path) for path in paths]
    return frozenset.intersection(*(f for f, _ in each)), frozenset.intersection(*(p for _, p in each))


def _of_file(path: Path) -> tuple[frozenset[str], frozenset[str]]:
    with pq.ParquetFile(path) as file:
        metadata = file.metadata
    filled, positive = set[str](), set[str]()
    for place in range(metadata.num_columns):
        groups = (metadata.row_group(g).column(place) for g in range(metadata.num_row_groups))
        stated = [(column.path_in_schema, column.statistics) for column in groups]
        if not stated or any(s is None for _, s in stated):
            continue
        if all(s.has_null_count and s.null_count == 0 for _, s in stated):
            filled.add(stated[0][0])
        if all(s.has_min_max and isinstance(s.min, int) and s.min >= 0 for _, s in stated):
            positive.add(stated[0][0])
    return frozenset(filled), frozenset(positive)
