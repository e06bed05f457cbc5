"""The departments' form of a catalogue 目录编制表: one row a data item, the entry's own columns before it.

Decides the columns, the headings they are known by and how a cell of each is spelt. Files are
:mod:`catalog.bulk.reading`'s, contracts :mod:`catalog.bulk.making`'s.

Source: 政务信息资源目录编制指南（试行）, core items 1–13; headings as departments use them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from catalog.workbook.cells import FLAG, TEXT, BadCell, Spelling, choice, choices
from catalog.workbook.several import TEXTS
from contracts.catalogue import is_day
from contracts.fields import LETTERS
from contracts.model import FieldType, ItemType, ShareMethod, ShareType, UpdateCycle


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the form.

    Attributes:
        key: what it is of a contract or of an item.
        heading: as we write it.
        aliases: other headings it is known by.
        spelling: how a cell is written and read.
        needed: a new entry, or an item, cannot do without it.
    """

    key: str
    heading: str
    spelling: Spelling
    aliases: tuple[str, ...] = ()
    needed: bool = False


def _letter() -> Spelling:
    """A type letter, its word, or both: ``C``, ``字符型``, ``C 字符型``."""
    spelt = choice(ItemType, None)

    def read(text: str) -> ItemType:
        head = re.split(r"[\s（(]", text, maxsplit=1)[0]
        for said in (text, head.upper(), f"{text}型"):
            try:
                found = spelt.read(said)
            except BadCell:
                continue
            assert isinstance(found, ItemType)
            return found
        raise BadCell("is no type of a data item", f"write one of {', '.join(spelt.options)}")

    return Spelling(spelt.show, read, None, spelt.options)


def _day() -> Spelling:
    """A day, kept as it is written."""

    def read(text: str) -> str:
        if not is_day(text):
            raise BadCell("is no day", "write it as YYYY-MM-DD")
        return text

    return Spelling(str, read, "")


def _sharing(empty: ShareType | None) -> Spelling:
    """A sharing type by its label, its short form or the guide's digit."""
    spelt = choice(ShareType, empty)
    short = {
        "1": "无条件共享",
        "2": "有条件共享",
        "3": "不予共享",
        "无条件": "无条件共享",
        "有条件": "有条件共享",
    }
    return Spelling(spelt.show, lambda text: spelt.read(short.get(text, text)), empty, spelt.options)


def _one_of(words: Mapping[str, str]) -> Spelling:
    """One word of a few, by what it stands for."""
    shown = {value: word for word, value in words.items()}

    def read(text: str) -> str:
        if text not in words:
            raise BadCell("is not in the list", f"choose one of {', '.join(words)}")
        return words[text]

    return Spelling(lambda value: shown.get(value, ""), read, None, tuple(words))


# The entry's columns, then the item's. Names of the guide first, then those forms use beside it.
ENTRY: Final = (
    Column("name", "数据集", TEXT, ("物理表名", "表名", "英文表名")),
    Column("classification", "信息资源分类", TEXT, ("资源分类", "目录分类", "分类")),
    Column("title", "信息资源名称", TEXT, ("资源名称", "目录名称", "数据资源名称"), needed=True),
    Column("code", "信息资源代码", TEXT, ("资源代码", "目录代码", "数据资源代码")),
    Column("department", "信息资源提供方", TEXT, ("提供方", "提供部门", "数源部门", "责任部门"), needed=True),
    Column("office", "内部部门", TEXT, ("内设机构", "处室")),
    Column("department_code", "信息资源提供方代码", TEXT, ("提供方代码", "统一社会信用代码", "部门代码")),
    Column("summary", "信息资源摘要", TEXT, ("资源摘要", "摘要", "目录摘要")),
    Column("sharing", "共享类型", _sharing(None), ("共享属性",), needed=True),
    Column("condition", "共享条件", TEXT),
    Column("basis", "共享依据", TEXT, ("不予共享依据", "法律依据")),
    Column("share_reason", "共享理由", TEXT, ("有条件共享理由", "不予共享理由", "理由")),
    Column("share_scope", "共享范围", TEXT, ("共享对象", "共享范围对象")),
    Column("share_use", "用途", TEXT, ("共享用途", "使用用途", "数据用途", "使用要求")),
    Column("methods", "共享方式", choices(ShareMethod), ("共享方式类型",)),
    Column("open", "是否向社会开放", FLAG, ("是否开放", "开放属性")),
    Column("open_condition", "开放条件", TEXT),
    Column("update_cycle", "更新周期", choice(UpdateCycle, UpdateCycle.IRREGULAR), ("更新频率",)),
    Column("published", "发布日期", _day()),
    Column("related", "关联资源代码", TEXTS, ("关联目录代码",)),
    # Only where a catalogue is taken over.
    Column("state", "目录状态", _one_of({"已发布": "published", "未发布": "compiled"}), ("发布状态", "状态")),
)
ITEM: Final = (
    Column(
        "business_name", "信息项名称", TEXT, ("数据项名称", "信息项", "字段中文名", "字段名称"), needed=True
    ),
    Column("field", "信息项英文名", TEXT, ("字段英文名", "英文字段名", "字段名", "字段代码")),
    Column("letter", "数据类型", _letter(), ("信息项数据类型", "字段类型")),
    Column("max_length", "数据长度", TEXT, ("长度", "字段长度")),
    Column("element", "数据元", TEXT, ("数据元代码",)),
    Column("key", "是否主键", FLAG, ("主键",)),
    Column("required", "是否必填", FLAG, ("必填",)),
    Column("item_sharing", "信息项共享类型", _sharing(None)),
    Column("personal", "是否个人信息", FLAG, ("个人信息",)),
    Column("sensitive", "是否敏感个人信息", FLAG, ("敏感个人信息",)),
    Column("description", "信息项描述", TEXT, ("说明", "备注", "描述")),
)
COLUMNS: Final = ENTRY + ITEM
# Columns a form may have that say nothing of a contract; they are passed over.
PASSED: Final = frozenset({"序号", "编号"})
# Type of a field by its letter.
TYPES: Final[Mapping[ItemType, FieldType]] = {
    letter: type_ for type_, letters in LETTERS.items() for letter in letters
} | {ItemType.NUMBER: FieldType.NUMBER, ItemType.MONEY: FieldType.NUMBER}


def normal(heading: str) -> str:
    """A heading without blanks, line breaks, required marks and bracketed hints."""
    return re.sub(r"[\s*＊]|[（(][^（）()]*[）)]", "", heading)


@cache
def _known() -> Mapping[str, Column]:
    named = {column.heading: column for column in COLUMNS}
    return named | {alias: column for column in reversed(COLUMNS) for alias in column.aliases} | named


def column_of(heading: str) -> Column | None:
    """The column a heading stands for, or None."""
    return _known().get(normal(heading))


def is_heading(cells: Iterable[str]) -> bool:
    """Whether a row of cells is the heading: the item's name and the entry's title are in it."""
    found = {column.key for cell in cells if cell and (column := column_of(cell)) is not None}
    return {"title", "business_name"} <= found
