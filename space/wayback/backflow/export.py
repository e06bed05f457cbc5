"""A delivery as an Excel workbook, for people who work in one.

Decides how it is laid out: one sheet of rows under the headings people know, one that says what it is and
counts it on both sides. A value is always a value, never a formula; the file is its owner's alone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from contracts.model import Contract
from space.wayback.backflow.authoritative import as_text
from space.wayback.backflow.balances import Figures
from space.wayback.backflow.inbox import Delivery

# What the columns beside the subscribed fields are called, and what is said in them.
HEADINGS: Final = {"_change": "变动", "_row": "行标识", "_fields": "变动项", "_disputed": "校核中"}
CHANGES: Final[Mapping[str, str]] = {"added": "新增", "changed": "变更", "removed": "减少"}
_ROWS, _ABOUT = "回流数据", "说明"


def write(made: Delivery, rows: pa.Table, contract: Contract, figures: Figures | None, path: Path) -> int:
    """Write a delivery as a workbook.

    Args:
        made: the delivery.
        rows: as delivered, checked.
        contract: of its release, for the headings.
        figures: how complete and late it is; None where it was not counted.
        path: of the workbook.

    Returns:
        How many rows it holds.
    """
    from openpyxl import Workbook

    titles = {field.name: field.business_name or field.name for field in contract.fields}
    headings = [HEADINGS.get(name) or titles.get(name, name) for name in rows.column_names]
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_ROWS)
    sheet.append(_cells(sheet, headings))
    for row in rows.to_pylist():
        sheet.append(_cells(sheet, _texts(row, titles)))
    about = book.create_sheet(_ABOUT)
    for line in _about(made, contract, figures):
        about.append(_cells(about, line))
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        book.save(out)
    return len(rows)


def _texts(row: Mapping[str, Any], titles: Mapping[str, str]) -> list[str]:
    found = []
    for name, value in row.items():
        text = as_text(value) or ""
        if name == "_change":
            text = CHANGES.get(text, text)
        elif name in ("_fields", "_disputed"):
            text = "、".join(titles.get(each, each) for each in text.split(",") if each)
        found.append(text)
    return found


def _about(made: Delivery, contract: Contract, figures: Figures | None) -> list[Sequence[str]]:
    counts = made.counts
    lines: list[Sequence[str]] = [
        ("数据集", f"{contract.title} {made.dataset}"),
        ("数源部门", contract.department.name),
        ("属地", made.area),
        ("回流批次", made.id),
        ("发布版本", made.release),
        ("发送时间", made.sent_at.isoformat()),
        ("新增", str(counts.added)),
        ("变更", str(counts.changed)),
        ("减少", str(counts.removed)),
        ("合计", str(counts.total)),
    ]
    if figures is not None:
        lines += [
            ("属地含义", figures.meaning),
            ("信息项填充率", _share(figures.filled)),
            ("归集率", _share(figures.attributed)),
            ("应回流日", figures.due_on or "无"),
            ("逾期天数", str(figures.late_days)),
        ]
    return lines


def _share(value: float | None) -> str:
    return "无" if value is None else f"{value:.1%}"


def _cells(sheet: Any, texts: Sequence[str]) -> list[Any]:
    """Cells that are text whatever they begin with."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    made = []
    for text in texts:
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
        cell.data_type = "s"
        made.append(cell)
    return made
