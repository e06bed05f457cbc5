"""Families 同构文件族: one table across months, streets, sheets, vintages and layouts.

Decides which tables form a family, which files are exact copies or are contained in another, which
one is read, and why. A file that is not read is named with the file that wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.intake.filenames import is_marked, version_of
from catalog.intake.layout import Table
from catalog.intake.likeness import Member, fit, member_of

# Two marked versions of one file: share of common rows from which on the later replaces the earlier.
VERSION_OVERLAP: Final = 0.5
_UNIT_SEPARATOR: Final = "\x1f"


@dataclass(frozen=True, slots=True)
class Loser:
    """A table that is not read because another holds its rows.

    Attributes:
        member: the table not read.
        winner: the table read instead.
        reason: which file wins, and why.
    """

    member: Member
    winner: Member
    reason: str


@dataclass(slots=True)
class Family:
    """Tables of one kind.

    Attributes:
        members: those read, in order.
        losers: those another one replaces.
        reasons: why each joined, by path.
    """

    members: list[Member] = field(default_factory=list)
    losers: list[Loser] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)


def fold(tables: Iterable[Table]) -> list[Family]:
    """Tables folded into families.

    Args:
        tables: of a whole folder, in the order of their paths.

    Returns:
        Families in the order of their first tables.
    """
    families: list[Family] = []
    kept, copies = _without_copies([member_of(t) for t in tables])
    for member in kept:
        family, reason = _home(families, member)
        family.members.append(member)
        if reason:
            family.reasons[member.table.path] = reason
    for loser, winner in copies:
        family = next(f for f in families if winner in f.members)
        family.losers.append(Loser(loser, winner, f"exact copy of {_name(winner)}, which is read"))
    for family in families:
        _settle(family)
    return families


def _home(families: list[Family], member: Member) -> tuple[Family, str]:
    for family in families:
        for other in family.members:
            reason = fit(other, member)
            if reason:
                return family, f"{reason} as {_name(other)}"
    families.append(Family())
    return families[-1], ""


def _without_copies(members: Sequence[Member]) -> tuple[list[Member], list[tuple[Member, Member]]]:
    """Members to keep, and (copy, original) pairs; the plainest name is the original.

    A copy whose name tells another period or area than the original's is kept: one of the two files is
    not what its name says, and a person must find out which.
    """
    groups: dict[tuple[str, str | None, str | None], list[Member]] = {}
    for member in members:
        source = member.table.source
        groups.setdefault((member.table.sha256, source.sheet, source.query), []).append(member)
    copies: list[tuple[Member, Member]] = []
    for group in groups.values():
        winner = min(group, key=_plainness)
        copies += [(m, winner) for m in group if m is not winner and _same_place(m, winner)]
    lost = {id(copy) for copy, _ in copies}
    return [m for m in members if id(m) not in lost], copies


def twins(family: Family, member: Member) -> list[str]:
    """Names of other members of a family with the very same content."""
    key = (member.table.sha256, member.table.source.sheet, member.table.source.query)
    others = (m for m in family.members if m is not member)
    return [_name(m) for m in others if key == (m.table.sha256, m.table.source.sheet, m.table.source.query)]


def _same_place(copy: Member, original: Member) -> bool:
    return copy.period in (None, original.period) and copy.area in (None, original.area)


def _plainness(member: Member) -> tuple[bool, bool, int, str]:
    told = member.period is None and member.area is None
    return (told, not version_of(member.stem).original, len(member.table.path), member.table.path)


def _settle(family: Family) -> None:
    """Take out members whose rows another member of the same period and area holds."""
    slots: dict[tuple[str | None, str | None], list[Member]] = {}
    for member in family.members:
        slots.setdefault((member.period, member.area), []).append(member)
    for rivals in slots.values():
        for one, other in permutations(rivals, 2):
            if one not in family.members or other not in family.members:
                continue
            reason = _replaced(one, other)
            if reason:
                family.members.remove(one)
                family.losers.append(Loser(one, other, reason))


def _replaced(one: Member, other: Member) -> str | None:
    """Why ``one`` gives way to ``other``, or None."""
    if set(one.headings) != set(other.headings):
        return None
    mine, theirs = _rows(one), _rows(other)
    if not len(mine):
        return None
    shared = pc.sum(pc.is_in(mine, theirs)).as_py() or 0
    versions = one.subject == other.subject and (is_marked(one.stem) or is_marked(other.stem))
    later = version_of(other.stem) > version_of(one.stem)
    if versions and not later:
        return None  # the name claims to be the later one: it is not replaced by an earlier
    if shared == len(mine):
        if len(theirs) == shared and not later and _plainness(one) < _plainness(other):
            return None
        return f"all its {len(mine)} rows are also in {_name(other)}, which is read"
    if versions and shared >= VERSION_OVERLAP * len(mine):
        lost = len(mine) - shared
        return f"an earlier version of {_name(other)}, which is read; check {lost} rows that are not in it"
    return None


def _rows(member: Member) -> pa.ChunkedArray:
    """Each row as one text, columns in the order of their normalised headings."""
    columns = [
        pc.fill_null(member.table.records.column(member.headings[name]), "")
        for name in sorted(member.headings)
    ]
    return pc.binary_join_element_wise(*columns, _UNIT_SEPARATOR)


def _name(member: Member) -> str:
    sheet = member.table.source.sheet
    return member.table.path.rsplit("/", 1)[-1] + (f" [{sheet}]" if sheet else "")
