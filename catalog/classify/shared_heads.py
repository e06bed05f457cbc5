"""Headings that begin alike because their table's name stands before each: RDNAME, RDPASSPORT, RDPOSTCODE.

Three headings whose rests are known words show the head; what is left of the others behind it may then be
read. Decides nothing of what rests and values mean.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from catalog.classify.column import Column
from catalog.classify.headings import normalised
from catalog.classify.lexicon import latin, romanised
from catalog.classify.scorer import Scored, scores

# So many different words behind a head make it one; more behind a single letter, which begins many words.
_FEWEST, _FEWEST_BEHIND_A_LETTER = 3, 4
_LONGEST_HEAD, _SHORTEST_REST = 6, 2
_GLUED: Final = re.compile(r"^[a-z]+[a-z0-9]*$")


def headed(column: Column, names: Sequence[str]) -> Scored | None:
    """The kind of a column whose heading tells it behind a head that headings of the table share; or None.

    Args:
        column: nothing was found in it by itself.
        names: of all columns of the table.
    """
    if column.meaning.other or max(column.meaning.kinds.values(), default=0.0) == 1.0:
        return None
    read = []
    for rest in _rests(column.name, heads(tuple(names))):
        if rest in latin() or rest in romanised():
            read += list(scores(replace(column, headings=(rest,))))[:1]
    return max(read, key=lambda each: (each.heading, each.score, each.kind)) if read else None


@lru_cache(maxsize=64)
def heads(headings: tuple[str, ...]) -> tuple[str, ...]:
    """The heads that headings of one table share, the shortest first.

    Args:
        headings: of its columns.

    >>> heads(("RDNAME", "RDSEX", "RDPASSPORT", "RDSTAT9"))
    ('rd',)
    """
    behind: dict[str, set[str]] = defaultdict(set)
    for heading in headings:
        for head, rest in _parted(heading):
            if rest in latin() or rest in romanised():
                behind[head].add(rest)
    shared = (
        head
        for head, rests in behind.items()
        if len(rests) >= (_FEWEST if len(head) > 1 else _FEWEST_BEHIND_A_LETTER)
    )
    return tuple(sorted(shared, key=lambda head: (len(head), head)))


def _rests(heading: str, shared: Sequence[str]) -> tuple[str, ...]:
    return tuple(rest for head, rest in _parted(heading) if head in shared)


def _parted(heading: str) -> list[tuple[str, str]]:
    """Every way to part a heading in a head and what stands behind it; none where it has no letters alone."""
    words = normalised(heading)
    plain = words.replace("_", "")
    if not _GLUED.match(plain):
        return []
    ends = range(1, min(_LONGEST_HEAD, len(plain) - _SHORTEST_REST) + 1)
    return [(plain[:end], plain[end:]) for end in ends]
