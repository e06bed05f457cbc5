"""Records of a file 批量核验文件: each with its line, by the names or the titles of a grant's columns.

Decides that a line with an empty cell, or with more cells than there are headings, is told, and not sent: a
stray comma puts what follows under the wrong heading; that columns the grant does not open are left out and
told; and that a line of marks above the headings, as files of supplies have it, is passed over.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from catalog.intake.reading.encoding import text_of

# Lines in which the headings are looked for: a file may bear a mark above them.
_MOST_ABOVE: Final = 3
_SHOWN: Final = 10

Fields = Sequence[Mapping[str, Any]]
# Why a file does not read, in Chinese and in English.
Fault = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Read:
    """Records of a file with their lines.

    Attributes:
        records: line of the file, and column → value.
        incomplete: lines that have an empty cell, or more cells than headings.
        left_out: headings of columns that are not the grant's.
    """

    records: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    incomplete: list[int] = field(default_factory=list)
    left_out: tuple[str, ...] = ()


def read_records(content: bytes, fields: Fields) -> Read | Fault:
    """The records of a file, or in both languages why it does not read."""
    text = text_of(content)
    if text is None:
        return (
            "文件的编码读不了：请另存为 UTF-8 的 CSV。",
            "The file does not read: save it as UTF-8 CSV.",
        )
    lines = list(csv.reader(io.StringIO(text, newline="")))
    known = _known(fields)
    at = next(
        (n for n, cells in enumerate(lines[:_MOST_ABOVE]) if any(_plain(c) in known for c in cells)), None
    )
    if at is None:
        zh, en = _all(fields)
        return (
            f"没有认得出的列名。第一行要写列名，中文名或代码都可以：{zh}。",
            f"No heading is known. The first line names columns, by title or by code: {en}.",
        )
    heads = [known.get(_plain(cell), "") for cell in lines[at]]
    fault = _fault(heads, fields)
    if fault is not None:
        return fault
    left_out = tuple(
        cell.strip() for cell, name in zip(lines[at], heads, strict=True) if not name and cell.strip()
    )
    read = Read(left_out=left_out[:_SHOWN])
    for line, cells in enumerate(lines[at + 1 :], at + 2):
        values = {name: cell.strip() for name, cell in zip(heads, cells, strict=False) if name}
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) <= len(heads) and all(values.get(name) for name in heads if name):
            read.records.append((line, values))
        else:
            read.incomplete.append(line)
    return read


def shown(column: Mapping[str, Any]) -> str:
    """A column by its title and its name, either of which may head it."""
    title = column["title"]
    return f"{title}（{column['name']}）" if title and title != column["name"] else str(column["name"])


def identifies(column: Mapping[str, Any]) -> bool:
    """Whether a column names what a record is about."""
    return bool(column["key"] or column["use"] == "identifier")


def _known(fields: Fields) -> dict[str, str]:
    """Every way a heading is written → the column."""
    found = {_plain(shown(each)): str(each["name"]) for each in fields}
    found |= {_plain(each["title"]): str(each["name"]) for each in fields if each["title"]}
    return found | {_plain(each["name"]): str(each["name"]) for each in fields}


def _plain(text: str) -> str:
    """A heading without what a hand changes in it: blanks, width of letters, upper case.

    >>> _plain(" 身份证号（ID_Card） ")
    '身份证号(id_card)'
    """
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _fault(heads: Sequence[str], fields: Fields) -> Fault | None:
    """What a file that has headings lacks, or has twice."""
    by_name = {str(each["name"]): each for each in fields}
    twice = [name for name, count in Counter(filter(None, heads)).items() if count > 1]
    if twice:
        called = shown(by_name[twice[0]])
        return f"“{called}”有两列，请只留一列。", f"{called} heads two columns: keep one."
    if not any(identifies(by_name[name]) for name in heads if name):
        zh, en = _all([each for each in fields if identifies(each)])
        return f"缺少标识列：{zh}。", f"No column says who or what a record is about: {en}."
    if all(identifies(by_name[name]) for name in heads if name):
        zh, en = _all([each for each in fields if not identifies(each)])
        return f"缺少要核对的列，至少要有一列：{zh}。", f"Nothing to compare; add one of: {en}."
    return None


def _all(fields: Fields) -> tuple[str, str]:
    """Columns in a list, for either language."""
    return "、".join(map(shown, fields)), ", ".join(map(shown, fields))
