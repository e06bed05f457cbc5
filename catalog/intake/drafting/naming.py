"""Names of a drafted dataset: schema, table, title and department, from folders, files and titles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from pathlib import PurePosixPath
from typing import Final

from catalog.intake.drafting import subjects
from catalog.intake.drafting.families import Family
from catalog.intake.drafting.filenames import subject_of
from catalog.intake.drafting.members import Member
from catalog.intake.drafting.names import safe, translated
from catalog.intake.reading.sheet_ranges import split_range
from contracts.model import Party

# Stands where only a person knows the source department 数源部门.
UNKNOWN_DEPARTMENT: Final = "待确认（数源部门）"

_DEPARTMENT = re.compile(
    r"(?:填报单位|编制单位|制表单位|数源部门|主管部门|发布单位)[：:]\s*([\u4e00-\u9fffA-Za-z（）()]{3,40})"
)
_OFFICE = re.compile(r"[\u4e00-\u9fff](?:局|委|委员会|办|办公室|厅|联合会|大队|支队|中心)$")
_LABELLED = re.compile(r"^[^：:]{1,8}[：:]")
_ATTACHMENT = re.compile(r"^附件\s*[\d一二三四五六七八九十]*[：:]?$")
_ITEM = re.compile(r"^(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）]|\d+[、.．](?!\d))")
_BRACKETED = re.compile(r"^[（(].*[)）]$")
_HASH = re.compile(r"(?:^|[_\-\s])(?=[0-9A-Za-z]*\d)(?:[0-9a-f]{7,}|[A-Za-z]?\d{8,})(?=$|[_\-\s])")


def dataset_name(family: Family, folder: str, taken: Collection[str]) -> tuple[str, str]:
    """Schema and table of a family: the folder it lies in, and what its files are about.

    Args:
        family: with at least one member.
        folder: name of the folder drafted, for files that lie directly in it.
        taken: ``schema.table`` names already given.
    """
    first = family.members[0]
    above = PurePosixPath(first.table.path).parent.name or folder
    schema = re.sub(r"^c_(?=\d)", "s_", safe(above, "drafted"))
    table = _table_name(family, len(taken) + 1)
    candidate, number = table, 2
    while f"{schema}.{candidate}" in taken:
        candidate = f"{table[:58]}_{number}"
        number += 1
    return schema, candidate


def title_of(family: Family) -> str:
    """The title people know the dataset by: a title line, the words all file names share, a sheet."""
    first = family.members[0]
    sheet = split_range(first.table.source.sheet)[0] if first.table.source.sheet else ""
    place = first.folder.rsplit("/", 1)[-1]
    found = _title_line(family) or _shared(family) or _usual_subject(family) or _bare(first.subject)
    return found or subject_of(sheet) or place or first.stem


def _title_line(family: Family) -> str:
    """The title most files print above the table, or the figure their 指标 line names, or nothing."""
    lines = Counter(line for m in family.members if (line := _title_above(m)))
    if lines:
        return lines.most_common(1)[0][0]
    told = Counter(m.indicator for m in family.members if m.indicator)
    return re.sub(r"[（(][^（）()]*[)）]$", "", told.most_common(1)[0][0]) if told else ""


def _title_above(member: Member) -> str:
    """The line above a table that is its title, without what stands in brackets after it, or nothing."""
    for line in member.table.above:
        text = _ITEM.sub("", re.sub(r"\s+", "", line))
        plain = not (_LABELLED.match(text) or _ATTACHMENT.match(text) or _BRACKETED.match(text))
        if plain and 3 < len(text) <= 60:
            bare = re.sub(r"[（(][^（）()]*[)）]$", "", text)
            return subject_of(bare) or bare
    return ""


def _usual_subject(family: Family) -> str:
    """What most file names of a family are about, where they say it."""
    if len(family.members) < 2:
        return ""
    cores = Counter(core for m in family.members if (core := subjects.core(m.stem)))
    if not cores:
        return ""
    usual = cores.most_common(1)[0][0]
    return min((_bare(m.subject) for m in family.members if subjects.core(m.stem) == usual), key=len)


def _bare(subject: str) -> str:
    """A subject without the running number and marks at its end."""
    return re.sub(r"(?<=[\u4e00-\u9fff])[\s_\-]+\d{0,4}$|[（(]\s*[)）]", "", subject).strip("_- ")


def department_of(family: Family) -> Party:
    """The department a title line or a folder names, or a place to fill in."""
    for member in family.members:
        for line in member.table.above:
            found = _DEPARTMENT.search(line)
            if found:
                return Party(found[1])
    for part in reversed(PurePosixPath(family.members[0].table.path).parent.parts):
        if _OFFICE.search(part):
            return Party(part)
    return Party(UNKNOWN_DEPARTMENT)


def source_name(member: Member, taken: Collection[str], *, shared: bool = False) -> str:
    """Name of a source: its file, and its sheet or table.

    Args:
        member: the file, or the first of those it takes.
        taken: names already given.
        shared: whether it takes all files of that name, so that period and place are left out.
    """
    inner = member.table.source.sheet or member.table.source.query
    stem = (member.subject if shared else member.stem) or member.stem
    name = re.sub(r"[\s.#/\\@!%&^:]+", "_", stem + (f"_{inner}" if inner else "")).strip("_") or "source"
    candidate, number = name, 2
    while candidate in taken:
        candidate = f"{name}_{number}"
        number += 1
    return candidate


def _table_name(family: Family, number: int) -> str:
    """The first telling text whose words are all known, else the first in Pinyin."""
    titled = all(_title_above(m) for m in family.members)
    sure = [
        _shared(family),
        _title_line(family) if titled else "",
        _usual_subject(family),
        _title_line(family),
    ]
    guessed = [*(_HASH.sub("", _bare(m.subject)) for m in family.members), title_of(family)]
    for stems in (sure, guessed):
        texts = [s for s in stems if re.search(r"[A-Za-z]{2}|[\u4e00-\u9fff]", s)]
        known = (t for t in texts if translated(t))
        text = next(known, texts[0] if texts else "")
        if text:
            break
    name = re.sub(r"^c_(?=\d)", "t_", safe(text, "")) if text else ""
    return name or f"t{number:02d}"


def _shared(family: Family) -> str:
    """The words all file names of a family share, in the order of the first."""
    if len(family.members) < 2:
        return ""
    parts = [re.findall(r"[A-Za-z]+|\d+|[\u4e00-\u9fff]+", m.subject) for m in family.members]
    counts = Counter(word for words in parts for word in set(words))
    shared = [w for w in parts[0] if counts[w] == len(parts)]
    text = _bare("_".join(shared))
    return text if re.search(r"[A-Za-z]{3}|[\u4e00-\u9fff]{2}", text) else ""
