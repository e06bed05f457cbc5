"""Families 同构文件族: one table across months, streets, sheets, vintages and layouts.

Decides which tables form a family, which files are exact copies or are contained in another, which
one is read, and why. A file that is not read is named with the file that wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.intake.drafting.filenames import is_marked, version_of
from catalog.intake.drafting.likeness import Known, code_widths, fit, period_and_figure
from catalog.intake.drafting.meanings import aligned, resembling
from catalog.intake.drafting.members import Member, member_of
from catalog.intake.tables.found import Table
from catalog.intake.tables.wide import LABEL, VALUE

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


def fold(tables: Iterable[Table], *, unpivot: bool = True) -> list[Family]:
    """Tables folded into families.

    Args:
        tables: of a whole folder, in the order of their paths.
        unpivot: whether period columns are read as rows.

    Returns:
        Families in the order of their first tables.
    """
    kept, copies = _without_copies([member_of(t, unpivot=unpivot) for t in tables])
    families = _joined(kept)
    home = {id(m.table): (family, m) for family in families for m in family.members}
    for loser, first in copies:
        family, winner = home[id(first.table)]
        family.losers.append(Loser(loser, winner, f"exact copy of {_name(winner)}, which is read"))
    for family in families:
        _settle(family)
    return families


def base_of(members: Iterable[Member]) -> Member:
    """The member whose columns come first: one with headings and rows as they are, the widest of them."""
    return max(members, key=lambda m: (m.headed, m.wide is None, len(m.headings), m.period or ""))


def _joined(members: Sequence[Member]) -> list[Family]:
    """Families of members that fit, each with its columns under common keys.

    Members of one layout and subject are compared once, and every two layouts with each other, so the
    order of files decides nothing.
    """
    groups: dict[tuple[object, ...], list[Member]] = {}
    for member in members:
        groups.setdefault(_layout(member), []).append(member)
    firsts = [g[0] for g in groups.values()]
    known = Known.of({tuple(sorted(m.headings.values())) for m in firsts})
    parent = list(range(len(firsts)))
    why: dict[int, str] = {}

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    for i, member in enumerate(firsts):
        for j in range(i):
            a, b = root(j), root(i)
            if a == b and i in why:
                continue
            reason = fit(firsts[j], member, known)
            if reason:
                why.setdefault(i, f"{reason} as {_name(firsts[j])}")
                parent[max(a, b)] = min(a, b)
    families: dict[int, Family] = {}
    for i, group in enumerate(groups.values()):
        family = families.setdefault(root(i), Family())
        for place, member in enumerate(group):
            reason = f"same columns as {_name(group[0])}" if place else why.get(i, "")
            if reason and family.members:
                family.reasons[member.table.path] = reason
            family.members.append(member)
    order = {id(m.table): place for place, m in enumerate(members)}
    for family in families.values():
        family.members.sort(key=lambda m: order[id(m.table)])
        _align(family, known)
    return sorted(families.values(), key=lambda f: order[id(f.members[0].table)])


def _layout(member: Member) -> tuple[object, ...]:
    """What two members must share to be alike without a closer look."""
    shapes = () if member.headed and not member.wide else (member.table.path,)
    headings = frozenset(member.headings.values())
    return (
        headings,
        member.cores,
        member.sheet_cores,
        member.subject,
        member.folder,
        code_widths(member),
        *shapes,
    )


def _align(family: Family, known: Known) -> None:
    """Bring the columns of all members under the keys of the widest one."""
    base = base_of(family.members)
    seen = {key: [heading] for key, heading in base.headings.items()}
    lists = {key: known.list_of(base, h) for key, h in base.headings.items()}
    kinds = {key: known.kind_of(base, h) for key, h in base.headings.items()}
    made: list[Member] = []
    for member in family.members:
        if member is base or not member.headed or not base.headed:
            made.append(member)
            continue
        found = _columns_of(member, base, seen, lists, kinds, known)
        keys: dict[str, str] = {}
        for key, heading in member.headings.items():
            home = found.get(heading, key if key not in seen else heading)
            keys[home] = heading
            if heading not in seen.setdefault(home, []):
                seen[home].append(heading)
            lists.setdefault(home, known.list_of(member, heading))
            kinds.setdefault(home, known.kind_of(member, heading))
        made.append(replace(member, headings=keys))
    family.members[:] = made


def _columns_of(
    member: Member,
    base: Member,
    seen: Mapping[str, list[str]],
    lists: Mapping[str, frozenset[str]],
    kinds: Mapping[str, str],
    known: Known,
) -> dict[str, str]:
    """Heading of a member → column of the family."""
    if member.wide is not None and base.wide is None:
        return _stood_up(member, base, seen)
    found = aligned(
        list(member.headings.values()),
        seen,
        lambda h: known.list_of(member, h),
        lambda k: lists.get(k, frozenset()),
    )
    left = [h for h in member.headings.values() if h not in found]
    rest = {k: v for k, v in seen.items() if k not in found.values()}
    near = resembling(left, rest)
    return found | {h: k for h, k in near.items() if kinds.get(k) == known.kind_of(member, h)}


def _stood_up(member: Member, base: Member, seen: Mapping[str, list[str]]) -> dict[str, str]:
    """Heading of a wide member's long form → column of a family that has a long one."""
    fixed = [h for h in member.headings.values() if h not in (LABEL, VALUE)]
    found = aligned(fixed, seen)
    rest = {k: v for k, v in seen.items() if k not in found.values()}
    found |= resembling([h for h in fixed if h not in found], rest)
    pair = period_and_figure(base, {base.headings[k] for k in found.values() if k in base.headings})
    if pair is None:
        return found
    key_of = {heading: key for key, heading in base.headings.items()}
    return found | {LABEL: key_of[pair[0]], VALUE: key_of[pair[1]]}


def _without_copies(members: Sequence[Member]) -> tuple[list[Member], list[tuple[Member, Member]]]:
    """Members to keep, and (copy, original) pairs; the plainest name is the original.

    A copy whose name tells another period or area than the original's is kept: one of the two files is
    not what its name says, and a person must find out which.
    """
    groups: dict[tuple[object, ...], list[Member]] = {}
    for member in members:
        groups.setdefault(_content(member), []).append(member)
    copies: list[tuple[Member, Member]] = []
    for group in groups.values():
        winner = min(group, key=_plainness)
        copies += [(m, winner) for m in group if m is not winner and _same_place(m, winner)]
    lost = {id(copy) for copy, _ in copies}
    return [m for m in members if id(m) not in lost], copies


def twins(family: Family, member: Member) -> list[str]:
    """Names of other members of a family with the very same content."""
    others = (m for m in family.members if m is not member)
    return [_name(m) for m in others if _content(m) == _content(member)]


def _content(member: Member) -> tuple[object, ...]:
    """What two members with the very same rows share."""
    source = member.table.source
    return member.table.sha256, source.sheet, source.query, source.header_row


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
