"""What a heading means, and which column of one table is which of another.

Decides from the print first, then from the last part of a merged heading, the vocabulary, the names
and synonyms of the standard elements, and at last from closed lists of values. A heading that names
another unit means another column. Whether two tables are one is decided in
:mod:`catalog.intake.drafting.likeness`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.intake.drafting.names import translated
from catalog.intake.drafting.quantities import unit_in
from catalog.intake.drafting.words import vocabulary
from catalog.intake.tables.headings import MARK, last_part

# A column of at most this many different words is a closed list; so many must be in common.
LIST_VALUES: Final = 40
LIST_SHARED: Final = 2
# Share of the values of both columns together that must be in common.
LIST_OVERLAP: Final = 0.6
# Rows looked at for the values of a list.
LIST_ROWS: Final = 5000
# Weight of a heading that a steward finds in every second table, against 1.
COMMON_WEIGHT: Final = 0.4

_PARENS = re.compile(r"[（(【\[][^（）()【】\[\]]*[)）】\]]")


def normalised(heading: str) -> str:
    """A heading without case, blanks, punctuation or width.

    >>> normalised("X Coordinate (State Plane)") == normalised("x_coordinate_state_plane")
    True
    """
    folded = unicodedata.normalize("NFKC", heading).lower()
    return heading if heading.startswith(MARK) else re.sub(r"[^0-9a-z\u3400-\u9fff]", "", folded) or folded


@lru_cache(maxsize=16384)
def meanings(heading: str) -> tuple[str, ...]:
    """What a heading may be recognised by, the surest first.

    >>> meanings("公民身份号码")[-1] == meanings("基本情况/身份证号")[-1]
    True
    """
    if heading.startswith(MARK):
        return (heading,)
    from contracts.elements_index import SYNONYM, folded, standard_index

    last = last_part(heading)
    bare = _PARENS.sub("", last) or last
    found = [normalised(heading), normalised(last), normalised(bare)]
    english = translated(bare)
    if english:
        found.append("=" + "_".join(english))
    found.append("~" + _stemmed(normalised(bare)))
    named = [code for code, weight in standard_index().names.get(folded(bare), ()) if weight >= SYNONYM]
    if len(named) == 1:
        found.append("@" + named[0])
    return tuple(dict.fromkeys(found))


def weight(heading: str) -> float:
    """How much a heading says about which table it is in, before it is seen how many have it."""
    tokens = {m[1:] for m in meanings(heading) if m[0] == "="}
    return COMMON_WEIGHT if heading.startswith(MARK) or tokens & vocabulary().common else 1.0


def aligned(
    mine: Sequence[str],
    theirs: Mapping[str, Sequence[str]],
    values: Callable[[str], frozenset[str]] | None = None,
    known: Callable[[str], frozenset[str]] | None = None,
) -> dict[str, str]:
    """Which columns of a table are which of a family.

    Args:
        mine: headings of the table.
        theirs: column of the family → the headings it has been seen under.
        values: closed list of words under a heading of the table, empty where it is none.
        known: the same for a column of the family.

    Returns:
        Heading of the table → column of the family, each at most once.

    >>> aligned(["姓名", "证件号码（18位）"], {"a": ["姓 名"], "b": ["证件号码"]})
    {'姓名': 'a', '证件号码（18位）': 'b'}
    """
    found: dict[str, str] = {}
    for depth in range(6):
        left = [h for h in mine if h not in found]
        rest = {k: v for k, v in theirs.items() if k not in found.values()}
        if not left or not rest:
            break
        here = _once((t, h) for h in left for t in _at(h, depth))
        there = _once((t, k) for k, seen in rest.items() for h in seen for t in _at(h, depth))
        for token, heading in here.items():
            key = there.get(token)
            if key and heading not in found and key not in found.values() and _one_unit(heading, theirs[key]):
                found[heading] = key
    if values is not None and known is not None:
        found |= _by_lists(
            {h: values(h) for h in mine if h not in found},
            {k: known(k) for k in theirs if k not in found.values()},
        )
    return found


def resembling(mine: Sequence[str], theirs: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Columns that are left on both sides and whose headings resemble each other, each but one.

    Args:
        mine: headings of a table no column of the family takes.
        theirs: columns of the family the table has no heading for, with their headings.

    >>> resembling(["核定床位数", "享受人数"], {"a": ["床位数"], "b": ["保障人数"], "c": ["星级"]})
    {'核定床位数': 'a', '享受人数': 'b'}
    """
    pairs = [
        (h, k)
        for h in mine
        for k, seen in theirs.items()
        if any(_resemble(h, t) for t in seen) and _one_unit(h, seen)
    ]
    heads, keys = Counter(h for h, _ in pairs), Counter(k for _, k in pairs)
    return {h: k for h, k in pairs if heads[h] == keys[k] == 1}


@lru_cache(maxsize=65536)
def _resemble(one: str, other: str) -> bool:
    """Whether one heading holds the other, or both end in the same word of two characters."""
    a, b = (normalised(_PARENS.sub("", last_part(h))) for h in (one, other))
    if min(len(a), len(b)) < 2 or a.isascii() or b.isascii():
        return False
    return a in b or b in a or (a[-2:] == b[-2:] and abs(len(a) - len(b)) <= 2)


def _stemmed(text: str) -> str:
    """A heading with its ending as its most usual synonym, and without an empty beginning."""
    words = vocabulary()
    for start in words.beginnings:
        if text.startswith(start) and len(text) > len(start) + 1:
            text = text.removeprefix(start)
            break
    for size in (3, 2, 1):
        end = text[-size:]
        if len(text) > size and end in words.endings:
            return text[:-size] + words.endings[end]
    return text


def list_of(column: pa.ChunkedArray) -> frozenset[str]:
    """The different words of a column, empty where it is no closed list of words."""
    some = column.slice(0, LIST_ROWS).drop_null()
    if not len(some):
        return frozenset()
    distinct = pc.unique(some)
    worded = pc.sum(pc.match_substring_regex(distinct, r"^[^0-9]*$")).as_py() or 0
    few = LIST_SHARED <= len(distinct) <= min(LIST_VALUES, len(some) // 2)
    return frozenset(distinct.to_pylist()) if few and worded == len(distinct) else frozenset()


def _at(heading: str, depth: int) -> tuple[str, ...]:
    """The print at depth 0, then what it means: each step wider than the one before."""
    if depth == 0:
        return (normalised(heading),)
    plain = [m for m in meanings(heading) if m[0] not in "=~@"]
    if depth <= 2:
        return tuple(plain[: depth + 1])
    wide = [m for m in meanings(heading) if m[0] == "=~@"[depth - 3]]
    return tuple(wide)


def _once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Token → owner, without tokens several owners share."""
    owners: dict[str, str | None] = {}
    for token, owner in pairs:
        owners[token] = owner if owners.get(token, owner) == owner else None
    return {token: owner for token, owner in owners.items() if owner is not None}


def _one_unit(heading: str, others: Sequence[str]) -> bool:
    mine = unit_in(heading)
    theirs = {u for h in others if (u := unit_in(h))}
    return not mine or not theirs or mine in theirs


def _by_lists(mine: Mapping[str, frozenset[str]], theirs: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """Columns whose closed lists of words agree, where exactly one pair does."""
    pairs = [(h, k) for h, a in mine.items() for k, b in theirs.items() if _agree(a, b)]
    heads, keys = Counter(h for h, _ in pairs), Counter(k for _, k in pairs)
    return {h: k for h, k in pairs if heads[h] == keys[k] == 1}


def _agree(one: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(one & other)
    return shared >= LIST_SHARED and shared >= LIST_OVERLAP * len(one | other)
