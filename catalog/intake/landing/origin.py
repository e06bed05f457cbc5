"""Fields that hold where a row was found: period, area, sub-heading, file.

Decides which of them a family needs; the values come from names and titles at every landing.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final

import numpy as np
import pyarrow as pa

from catalog.intake.drafting import filenames
from catalog.intake.drafting.families import Family
from catalog.intake.drafting.members import Member
from contracts.model import Field, FieldType, Use

# Special heading of a source → physical name and printed name of its field.
NAMES: Final = {"@period": "period", "@area": "area", "@section": "section", "@file": "source_file"}
_TITLES: Final = {"@period": "账期", "@area": "属地", "@section": "分组", "@file": "来源文件"}


def special(family: Family) -> list[str]:
    """Which special headings (``@period``, ``@area``, ``@section``, ``@file``) a family needs."""
    members = family.members
    periods = {m.period for m in members if m.period}
    areas = {m.area for m in members if m.area}
    fine = any(len(p) > 4 for p in periods)
    found = []
    if periods and (len(members) > 1 or fine):
        found.append("@period")
    if areas:
        found.append("@area")
    if any("sub_header" in m.table.source.drop for m in members):
        found.append("@section")
    told = {(m.period, m.area) for m in members}
    if len(members) > 1 and len(told) < len(members):
        found.append("@file")
    return found


def special_field(key: str, name: str, family: Family) -> Field:
    """The field of a special heading.

    Args:
        key: the special heading.
        name: physical name of the field.
        family: whose periods say the type.
    """
    title = _TITLES[key]
    if key == "@period":
        periods = [m.period for m in family.members if m.period]
        sizes = {len(p) for p in periods}
        plain = all(re.fullmatch(r"\d{4}(?:-\d\d){0,2}", p) for p in periods)
        if plain and len(sizes) == 1:
            grain = {4: "year", 7: "month", 10: "day"}[sizes.pop()]
            why = "Drafted: the period each file's name or title tells."
            return Field(name, title, FieldType.DATE, use=Use.TIME, grain=grain, description=why)
    why = {
        "@period": "Drafted: the period each file's name or title tells, in ISO form.",
        "@area": "Drafted: the place each file's name or title tells.",
        "@section": "Drafted: the sub-heading a row stands under, without its count.",
        "@file": "Drafted: the file a row comes from; nothing else tells the files apart.",
    }[key]
    return Field(name, title, use=Use.DIMENSION, description=why)


def special_values(key: str, family: Family) -> pa.ChunkedArray:
    """What every row of a family will land with under a special heading.

    Args:
        key: the special heading.
        family: whose rows, member after member.
    """
    return pa.chunked_array([_of_member(key, member) for member in family.members], pa.string())


def _of_member(key: str, member: Member) -> pa.Array:
    records = member.table.records
    if key == "@section":
        starts = [line for line, _ in records.sections]
        texts = [None, *(filenames.without_count(label) for _, label in records.sections)]
        places = np.searchsorted(starts, records.lines.to_numpy()) if starts else np.zeros(records.rows)
        return pa.array(texts, pa.string()).take(pa.array(places, pa.int64()))
    value = {"@period": member.period, "@area": member.area, "@file": PurePosixPath(member.table.path).name}
    return pa.repeat(pa.scalar(value[key], pa.string()), records.rows)
