"""The sources of a drafted contract: how each layout of a family is read, and which files it takes.

Decides how differing headings map onto the fields, which fields a layout never had, and where one
pattern may stand for all files of a layout, so that next month's is taken without another draft. A
pattern that would take a file of another family, or could not tell a file's period, is not used.
"""

from __future__ import annotations

import fnmatch
import glob
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import PurePosixPath
from typing import Final

import pyarrow as pa

from catalog.intake.drafting import naming
from catalog.intake.drafting.evidence import Guess
from catalog.intake.drafting.families import Family, base_of
from catalog.intake.drafting.filenames import area_in, period_in, spans_of
from catalog.intake.drafting.members import Member
from catalog.intake.tables.wide import LABEL, VALUE
from contracts.model import Source, SourceFormat, Unpivot

# Files of one layout whose names share no period or place need at least so many, and this much in common.
UNNAMED_FILES: Final = 3
UNNAMED_CHARS: Final = 3


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a family: its heading, its field name and all its values."""

    key: str
    heading: str
    name: str
    values: pa.ChunkedArray
    guess: Guess
    everywhere: bool


@dataclass(frozen=True, slots=True)
class _Read:
    member: Member
    source: Source


def sources_of(
    family: Family, columns: Sequence[Column], special: Mapping[str, str], present: Sequence[str]
) -> tuple[tuple[Source, ...], list[str]]:
    """One source for each layout of a family.

    Args:
        family: its members, columns under common keys.
        columns: of the family.
        special: special heading (``@period``) → field name.
        present: every file of the drafted folder.

    Returns:
        The sources, and doubts about the files they take.
    """
    base_keys = list(base_of(family.members).headings)
    headed = any(m.headed for m in family.members)
    reads = [
        _Read(m, _source(family, m, columns, special, base_keys if headed else list(m.headings)))
        for m in family.members
    ]
    groups: dict[object, list[_Read]] = {}
    for one in reads:
        groups.setdefault(_layout(one), []).append(one)
    made: list[Source] = []
    doubts: list[str] = []
    for group in groups.values():
        together = _together(group, special, present, doubts)
        for members, source in [together] if together else [([r.member], r.source) for r in group]:
            name = naming.source_name(members[0], {s.name for s in made}, shared=bool(together))
            made.append(replace(source, name=name))
    return tuple(made), doubts


def _source(
    family: Family, member: Member, columns: Sequence[Column], special: Mapping[str, str], keys: list[str]
) -> Source:
    """How one member is read."""
    source = member.table.source
    by_key = {c.key: c for c in columns}
    mapping: dict[str, str] = {}
    positions: tuple[str, ...] = ()
    unpivot = None
    if source.header_row == 0 and not member.headed:
        positions = tuple(by_key[k].name for k in keys)
        fed = set(positions)
    else:
        fed = {by_key[k].name for k in member.headings}
        ours = {h: by_key[k] for k, h in member.headings.items()}
        if member.wide is not None:
            unpivot = Unpivot(member.wide.pattern, ours[LABEL].name, ours[VALUE].name)
        mapping = {h: c.name for h, c in ours.items() if h not in (LABEL, VALUE) and h != c.heading}
    return replace(
        source,
        columns=mapping | dict(special),
        positions=positions,
        period=member.period,
        area=member.area,
        absent=tuple(c.name for c in columns if c.name not in fed),
        unpivot=unpivot,
        reasons=reasons_of(family, member),
    )


def reasons_of(family: Family, member: Member) -> dict[str, str]:
    """Why a member is read as it is, by property of its source."""
    reasons = dict(member.table.source.reasons)
    if member.period:
        reasons["period"] = f"from {member.why_period}"
    if member.area:
        reasons["area"] = f"from {member.why_area}"
    if member.wide is not None:
        reasons["unpivot"] = (
            f"{len(member.wide.periods)} columns are periods, read as one row each; "
            "drafting with `keep_wide` keeps them as columns"
        )
    if member.table.path in family.reasons:
        reasons["family"] = family.reasons[member.table.path]
    beaten = [x.member.table.path for x in family.losers if x.winner.table.path == member.table.path]
    if beaten:
        reasons["insteadOf"] = ", ".join(beaten)
    return reasons


def _layout(read: _Read) -> object:
    """What files must share to be one source."""
    s = read.source
    path = PurePosixPath(s.path)
    own = {k: v for k, v in s.reasons.items() if k in ("unpivot",)}
    plain = replace(s, path="", period=None, area=None, reasons={}, columns={}, absent=())
    if s.format is SourceFormat.SQL:
        return id(read)
    columns = tuple(sorted(s.columns.items()))
    return (repr(plain), str(path.parent), path.suffix, columns, frozenset(s.absent), bool(own))


def _together(
    group: list[_Read], special: Mapping[str, str], present: Sequence[str], doubts: list[str]
) -> tuple[list[Member], Source] | None:
    """The one source that takes all files of a layout, or None where each must be named."""
    pattern = _pattern([r.member for r in group])
    if pattern is None or not all(_told(r.member, special) for r in group):
        return None
    paths = {r.source.path for r in group}
    foreign = sorted(p for p in present if p not in paths and matches(p, pattern))
    if foreign:
        doubts.append(f"{pattern} would also take {foreign[0]}: files are named one by one")
        return None
    members = [r.member for r in group]
    reasons = {k: v for r in group for k, v in r.source.reasons.items() if k != "family"}
    beaten = [r.source.reasons["insteadOf"] for r in group if "insteadOf" in r.source.reasons]
    if beaten:
        reasons["insteadOf"] = ", ".join(beaten)
    reasons["path"] = (
        "takes every file named like this, also the next one; write a file's name to take it alone"
    )
    return members, replace(group[0].source, path=pattern, period=None, area=None, reasons=reasons)


def matches(path: str, pattern: str) -> bool:
    """Whether a pattern takes a file, as landing reads patterns: ``*`` stays within a folder.

    >>> matches("a/air_202402.csv", "a/air_*.csv"), matches("a/b/air_1.csv", "a/air_*.csv")
    (True, False)
    """
    one, other = PurePosixPath(path), PurePosixPath(pattern)
    return len(one.parts) == len(other.parts) and all(
        fnmatch.fnmatchcase(p, q) for p, q in zip(one.parts, other.parts, strict=True)
    )


def _told(member: Member, special: Mapping[str, str]) -> bool:
    """Whether the file's name alone says what landing must know of it."""
    period = "@period" not in special or period_in(member.stem) == member.period
    return period and ("@area" not in special or area_in(member.stem) == member.area)


def _pattern(members: Sequence[Member]) -> str | None:
    """A pattern for the files of some members, or None where their names share too little."""
    path = PurePosixPath(members[0].table.path)
    templates = {_template(m) for m in members}
    if len(templates) == 1:
        template = templates.pop()
        if "*" not in template:
            return None
    elif len(members) >= UNNAMED_FILES:
        stems = [m.stem for m in members]
        start = _begin(stems)
        end = _begin([s[::-1] for s in stems])[::-1]
        if len(start) < UNNAMED_CHARS or len(start) + len(end) > min(map(len, stems)):
            return None
        template = f"{glob.escape(start)}*{glob.escape(end)}"
    else:
        return None
    if not template.strip("*_- .()（）"):
        return None  # nothing but a period: any file of the folder could be meant
    parent = "" if str(path.parent) == "." else f"{glob.escape(str(path.parent))}/"
    return f"{parent}{template}{glob.escape(path.suffix)}"


def _begin(texts: Sequence[str]) -> str:
    """The characters all texts begin with."""
    whole = zip(*texts, strict=False)
    return "".join(chars[0] for chars in takewhile(lambda c: len(set(c)) == 1, whole))


def _template(member: Member) -> str:
    """A file's name with its period and place left open."""
    stem, at = "", 0
    for start, end in spans_of(member.stem):
        stem += glob.escape(member.stem[at:start]) + "*"
        at = end
    return stem + glob.escape(member.stem[at:])
