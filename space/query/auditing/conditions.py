"""Conditions as sets of rows: each is made of parts, and every part is asked of a row once.

Decides how a condition follows from its parts, which stand in it joined by AND; a part has a bit. What a row
does not meet for want of a value it does not meet. Knows nothing of who asks, and looks at no row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

# Conditions to a column of bits.
BITS: Final = 60

_TOKEN: Final = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]|\b(?:AND|OR|BETWEEN|CASE)\b""")
# Words beside which AND does not join two conditions.
_OTHERS: Final = ("OR", "BETWEEN", "CASE")
_NOT_MET: Final = " IS NOT TRUE"


@dataclass(frozen=True, slots=True)
class Rows:
    """The set of rows that meet some parts and none of some others, both as bits, save those of some sets."""

    meet: int = 0
    lack: int = 0
    without: frozenset[Rows] = frozenset()

    def __and__(self, other: Rows) -> Rows:
        """Rows of both sets."""
        both = Rows(self.meet | other.meet, self.lack | other.lack, self.without | other.without)
        return NOBODY if both.meet & both.lack or Rows() in both.without else both

    def less(self, other: Rows) -> Rows:
        """Rows that are not of another set."""
        if self == NOBODY or other == NOBODY or self.meet & other.lack or self.lack & other.meet:
            return self
        rest = Rows(other.meet & ~self.meet, other.lack & ~self.lack, other.without)
        if rest == Rows():
            return NOBODY
        if not rest.without and (rest.meet | rest.lack).bit_count() == 1:
            return self & Rows(rest.lack, rest.meet)
        return self & Rows(without=frozenset((rest,)))

    @property
    def sql(self) -> str:
        """The set as a condition over columns of bits."""
        told = [f"(m{n} & {meet | lack}) = {meet}" for n, meet, lack in columns(self.meet, self.lack)]
        told += sorted(f"NOT ({rows.sql})" for rows in self.without)
        return " AND ".join(told) or "TRUE"

    def over(self, parts: Mapping[int, str]) -> str:
        """The same as a condition over the relation itself, by the SQL of every part."""
        told = [f"({parts[bit]})" for bit in bits(self.meet)]
        told += [f"({parts[bit]}) IS NOT TRUE" for bit in bits(self.lack)]
        told += sorted(f"({rows.over(parts)}) IS NOT TRUE" for rows in self.without)
        return " AND ".join(told) or "TRUE"

    @property
    def read(self) -> int:
        """The parts that tell whether a row is of it."""
        found = self.meet | self.lack
        for rows in self.without:
            found |= rows.read
        return found

    def holds(self, other: Rows) -> bool:
        """Whether another set lies in it, as far as the parts show."""
        within = not (self.meet & ~other.meet or self.lack & ~other.lack)
        return other == NOBODY or (within and self.without <= other.without)


# The set of no row.
NOBODY: Final = Rows(without=frozenset((Rows(),)))


@dataclass(frozen=True, slots=True)
class Either:
    """The rows of any of some sets."""

    sets: tuple[Rows, ...]

    @property
    def sql(self) -> str:
        """The same as a condition over columns of bits."""
        return _either([rows.sql for rows in self._needed])

    def over(self, parts: Mapping[int, str]) -> str:
        """The same as a condition over the relation itself, by the SQL of every part."""
        return _either([rows.over(parts) for rows in self._needed])

    @property
    def read(self) -> int:
        """The parts that tell whether a row is of it."""
        found = 0
        for rows in self.sets:
            found |= rows.read
        return found

    @property
    def _needed(self) -> list[Rows]:
        """The sets that lie in no other."""
        once = [rows for rows in dict.fromkeys(self.sets) if rows != NOBODY]
        return [rows for rows in once if not any(each.holds(rows) for each in once if each != rows)]


def _either(told: list[str]) -> str:
    return "TRUE" if "TRUE" in told else " OR ".join(f"({each})" for each in told) or "FALSE"


def bits(of: int) -> list[int]:
    """The places of the bits of a number."""
    return [bit for bit in range(of.bit_length()) if of >> bit & 1]


def columns(meet: int, lack: int = 0) -> Iterator[tuple[int, int, int]]:
    """Bits by column, where there are any: its number, bits to meet, bits to lack."""
    number = 0
    while meet or lack:
        here, there = meet & (1 << BITS) - 1, lack & (1 << BITS) - 1
        if here or there:
            yield number, here, there
        meet, lack, number = meet >> BITS, lack >> BITS, number + 1


def _never(_: str) -> bool:
    return False


@dataclass(slots=True)
class Stated:
    """The parts of some conditions, each once, in the order in which they were stated.

    Attributes:
        always: whether every row meets a condition.
        parts: SQL by its bit.
    """

    always: Callable[[str], bool] = _never
    parts: list[str] = field(default_factory=list)
    _bits: dict[str, int] = field(default_factory=dict)
    _rows: dict[str, Rows] = field(default_factory=dict)

    def rows(self, sql: str) -> Rows:
        """The rows that meet a condition."""
        if sql not in self._rows:
            found = Rows()
            for part, met in conjuncts(sql):
                found = found & self.rows(part) if met and part != sql else self._of_part(found, part, met)
            self._rows[sql] = found
        return self._rows[sql]

    def _of_part(self, of: Rows, part: str, met: bool) -> Rows:
        if not met:
            return of.less(self.rows(part))
        # The same rows by fewer words are the same set.
        needed = [piece for piece in _pieces(part) or [part] if not self.always(piece)]
        said = " AND ".join(needed)
        if not needed or said == "TRUE":
            return of
        if said not in self._bits:
            self._bits[said] = len(self.parts)
            self.parts.append(said)
        return of & Rows(1 << self._bits[said])


@lru_cache(maxsize=4096)
def conjuncts(sql: str) -> tuple[tuple[str, bool], ...]:
    """The parts that a condition in brackets joins by AND, each with whether it must be met or must not.

    >>> conjuncts("(a = 1) AND (b OR c) IS NOT TRUE")
    (('a = 1', True), ('b OR c', False))
    >>> conjuncts("((a))"), conjuncts("a AND b")
    ((('a', True),), (('a AND b', True),))
    """
    inner = _inside(sql)
    if inner is not None:
        return conjuncts(inner)
    found = []
    for piece in _pieces(sql) or [sql]:
        told, met = (piece, True) if not piece.endswith(_NOT_MET) else (piece[: -len(_NOT_MET)], False)
        inner = _inside(told)
        if inner is None:
            return ((sql, True),)
        found.append((inner, met))
    return tuple(found)


def _inside(sql: str) -> str | None:
    """What one pair of brackets holds, if it holds all."""
    if not (sql.startswith("(") and sql.endswith(")")):
        return None
    closed = [at for at, depth, _ in _scanned(sql) if not depth]
    return sql[1:-1] if closed == [len(sql) - 1] else None


def _pieces(sql: str) -> list[str]:
    """What a text joins by AND, as it stands; nothing where it joins in another way."""
    found, start = [], 0
    for at, depth, word in _scanned(sql):
        if depth or word in "()":
            continue
        if word in _OTHERS:
            return []
        found.append(sql[start:at].strip())
        start = at + len(word)
    return [*found, sql[start:].strip()]


def _scanned(sql: str) -> Iterator[tuple[int, int, str]]:
    """Brackets and joining words outside of quotes: place, how many brackets are open then, text."""
    depth = 0
    for word in _TOKEN.finditer(sql):
        if word[0][0] in "'\"":
            continue
        depth += {"(": 1, ")": -1}.get(word[0], 0)
        yield word.start(), depth, word[0]
