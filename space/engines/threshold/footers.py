"""What the footers of the protected files say about their columns, so that a statement asks for less.

Decides which columns hold no NULL, and between which numbers those of others lie;
:mod:`space.engines.threshold.known` has what follows. Footers are statements of the writer about rows that
never change; where one is silent, nothing follows.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from space.engines.threshold.known import NOTHING, Known
from space.query.plan import Block

_TABLE: Final = re.compile(r'"((?:[^"]|"")+)" AS "((?:[^"]|"")+)"')

# Least and greatest number of a column.
Range = tuple[int, int]


def known(block: Block, files: Mapping[str, Sequence[Path]]) -> Known:
    """What the footers say for a block that reads one table as it is stored."""
    found = _TABLE.fullmatch(block.from_sql)
    if found is None or not files.get(found[1]):
        return NOTHING
    filled, ranges, rows = _columns(tuple((path, _state(path)) for path in files[found[1]]))
    return Known(found[2], filled, ranges, rows)


def paths(block: Block, files: Mapping[str, Sequence[Path]]) -> Sequence[Path]:
    """The files of a block that reads one table as it is stored; else none."""
    found = _TABLE.fullmatch(block.from_sql)
    return () if found is None else files.get(found[1], ())


def _state(path: Path) -> tuple[int, int, int]:
    """What is another number once a path has another file: releases never change, but tests write anew."""
    found = os.stat(path)
    return found.st_ino, found.st_mtime_ns, found.st_size


@lru_cache(maxsize=64)
def _columns(
    files: tuple[tuple[Path, tuple[int, int, int]], ...],
) -> tuple[frozenset[str], Mapping[str, Range], int]:
    """Of all of the files: columns without NULL, ranges of numbers, and how many rows."""
    each = [_of_file(path) for path, _ in files]
    ranged = frozenset.intersection(*(frozenset(ranges) for _, ranges, _ in each))
    ranges = {
        name: (min(ranges[name][0] for _, ranges, _ in each), max(ranges[name][1] for _, ranges, _ in each))
        for name in ranged
    }
    return frozenset.intersection(*(filled for filled, _, _ in each)), ranges, sum(n for _, _, n in each)


def _of_file(path: Path) -> tuple[frozenset[str], Mapping[str, Range], int]:
    with pq.ParquetFile(path) as file:
        metadata = file.metadata
    filled, ranges = set[str](), dict[str, Range]()
    for place in range(metadata.num_columns):
        groups = (metadata.row_group(g).column(place) for g in range(metadata.num_row_groups))
        stated = [(column.path_in_schema, column.statistics) for column in groups]
        if not stated or any(s is None for _, s in stated):
            continue
        if all(s.has_null_count and s.null_count == 0 for _, s in stated):
            filled.add(stated[0][0])
        if all(s.has_min_max and isinstance(s.min, int) for _, s in stated):
            ranges[stated[0][0]] = min(s.min for _, s in stated), max(s.max for _, s in stated)
    return frozenset(filled), ranges, int(metadata.num_rows)
