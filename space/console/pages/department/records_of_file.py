"""Records of a file 批量核验文件: each with its line, as the columns of a grant name them.

Decides that a line with an empty cell is told, and not sent.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

_HEAD_LINE: Final = 1

Fields = Sequence[Mapping[str, Any]]


class Read:
    """Records of a file with their lines, and lines that have an empty cell."""

    def __init__(self, records: list[tuple[int, dict[str, str]]], incomplete: list[int]) -> None:
        self.records, self.incomplete = records, incomplete


def read_records(content: bytes, fields: Fields) -> Read | tuple[str, str]:
    """The records of a file, or in both languages why it does not read."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            return (
                "文件的编码读不了：请另存为 UTF-8 的 CSV。",
                "The file does not read: save it as UTF-8 CSV.",
            )
    lines = list(csv.reader(io.StringIO(text)))
    named = {each["title"]: each["name"] for each in fields} | {each["name"]: each["name"] for each in fields}
    heads = [named.get(head.strip(), "") for head in lines[0]] if lines else []
    if not heads or not all(heads) or len(set(heads)) < len(heads):
        return (
            "第一行要是授权里的列名，每列一次：请从模板开始。",
            "The first line names columns of the grant, each once: begin with the template.",
        )
    found: list[tuple[int, dict[str, str]]] = []
    incomplete = []
    for line, cells in enumerate(lines[1:], _HEAD_LINE + 1):
        values = [cell.strip() for cell in cells]
        if not any(values):
            continue
        if len(values) == len(heads) and all(values):
            found.append((line, dict(zip(heads, values, strict=True))))
        else:
            incomplete.append(line)
    return Read(found, incomplete)
