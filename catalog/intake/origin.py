"""Fields that hold where a row was found: period, area, sub-heading, file.

Decides which of them a family needs; the values come from names and titles at every landing.
"""

from __future__ import annotations

import re
from typing import Final

from catalog.intake.families import Family
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
