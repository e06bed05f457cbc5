"""How one messy file looks: its name, headings, columns, cells, form and frame, all from one seed.

Decides the mess; the content comes from :mod:`examples.mess.tables`, the bytes are written by
:mod:`examples.mess.forms`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from random import Random

from examples.mess.tables import STREETS, YEARS, Cell, Column, Table

# Rows of one file.
ROWS = (8, 40)
_FORMS = ("csv", "xlsx", "xls", "json", "jsonl", "parquet")
_FORM_WEIGHTS = (46, 28, 8, 6, 6, 6)
_ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be")
_ENCODING_WEIGHTS = (30, 20, 30, 8, 6, 6)
_DELIMITERS = (",", "\t", ";", "|", "^", "\x01", "，")
_DELIMITER_WEIGHTS = (60, 12, 8, 8, 4, 4, 4)
_EXTRAS = ("序号", "备注", "填报人", "录入时间", "数据来源")
_FILLED = {"填报人": "王敏", "录入时间": "2024-05-06"}
_PAPERS = ("名单", "台账", "明细表", "汇总表", "统计表", "一览表", "")
_MUTE = ("导出数据", "数据", "报送表", "新建表", "汇总")
DATE_SPELLINGS = ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d", "cell", "serial")


@dataclass
class Look:
    """One file to write.

    Attributes:
        path: relative to the folder.
        form: physical form.
        headings: as printed, in order; with group headings above in ``groups``.
        rows: cells as written.
        title, caption: lines above the heading, or empty.
        groups: text over the headings, ``""`` over none.
        total, signature, note: lines under the rows.
        blanks: places of rows after which an empty line stands.
    """

    path: str
    form: str
    headings: list[str]
    rows: list[list[Cell | None]]
    encoding: str = "utf-8"
    delimiter: str = ","
    newline: str = "\n"
    sheet: str = "Sheet1"
    title: str = ""
    caption: str = ""
    groups: list[str] = field(default_factory=list)
    total: list[Cell | None] | None = None
    signature: str = ""
    note: str = ""
    blanks: frozenset[int] = frozenset()
    note_sheet: bool = False
    record_path: str = ""


def look(table: Table, number: int, start: int, random: Random) -> tuple[Look, int]:
    """One messy file of a table, and the rows a reader must find in it.

    Args:
        table: whose rows it holds.
        number: of the file among those of the table.
        start: running number of its first row, so that no two files share a key.
        random: seeded for this file.
    """
    wide = bool(table.measure) and random.random() < 0.35
    columns = _columns(table, random)
    if wide:
        headings, rows = _years(table, columns, start, random)
    else:
        headings, rows = _rows(columns, start, random)
    made = _framed(table, number, headings, rows, random)
    _mess(made, random, wide=wide)
    return made, len(rows) * (sum(h[:4].isdigit() for h in headings) if wide else 1)


def _columns(table: Table, random: Random) -> list[Column]:
    """The columns sent: usually all, sometimes one left out, sometimes in another order."""
    columns = list(table.columns)
    loose = [c for c in columns if not c.key and not table.measure]
    if loose and random.random() < 0.15:
        columns.remove(random.choice(loose))
    if random.random() < 0.3:
        random.shuffle(columns)
    return columns


def _printed(column: Column, random: Random) -> str:
    text = random.choice(column.others) if column.others and random.random() < 0.25 else column.name
    if len(text) == 2 and random.random() < 0.15:
        text = f"{text[0]} {text[1]}"  # 姓 名
    return text


def _rows(columns: list[Column], start: int, random: Random) -> tuple[list[str], list[list[Cell | None]]]:
    count = random.randint(*ROWS)
    spelling = random.choice(DATE_SPELLINGS)
    rows: list[list[Cell | None]] = []
    for n in range(start, start + count):
        rows.append([_spelt(c.make(random, n), spelling, c, random, n) for c in columns])
    headings = [_printed(c, random) for c in columns]
    for extra in random.sample(_EXTRAS, k=random.choice((0, 0, 0, 1, 1, 2))):
        place = 0 if extra == "序号" else len(headings)
        headings.insert(place, extra)
        for i, row in enumerate(rows, 1):
            row.insert(place, i if extra == "序号" else _FILLED.get(extra))
    return headings, rows


def _years(
    table: Table, columns: list[Column], start: int, random: Random
) -> tuple[list[str], list[list[Cell | None]]]:
    """A statistical table with its years side by side."""
    fixed = [c for c in columns if c.name not in ("年份", table.measure)]
    measure = next(c for c in columns if c.name == table.measure)
    first = random.randrange(3)
    years = YEARS[first : first + random.randint(3, 5)]
    mark = random.choice(("年", ""))
    rows: list[list[Cell | None]] = [
        [*(c.make(random, n) for c in fixed), *(measure.make(random, n) for _ in years)]
        for n in range(start, start + random.randint(5, 12))
    ]
    return [*(_printed(c, random) for c in fixed), *(f"{y}{mark}" for y in years)], rows


def _spelt(value: Cell, spelling: str, column: Column, random: Random, n: int) -> Cell:
    """A cell in the spelling of its file."""
    if column.name == "年份":
        return str(random.choice(YEARS))
    if isinstance(value, dt.datetime):
        return value if spelling in ("cell", "serial") else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, dt.date) and spelling != "cell":
        return (value - dt.date(1899, 12, 30)).days if spelling == "serial" else value.strftime(spelling)
    if column.name == "注册资本（万元）" and n % 5 == 0:
        return f"{value}万元"
    if column.name == "在校学生数" and n % 17 == 0:
        return "3000以上"
    if column.name == "用水量" and n % 7 == 0:
        return f"{value}立方米"
    if column.name == "入住人数" and n % 6 == 0:
        return f"{value}人"
    return value


def _framed(
    table: Table, number: int, headings: list[str], rows: list[list[Cell | None]], random: Random
) -> Look:
    """Name, form and the lines around the rows."""
    form = random.choices(_FORMS, _FORM_WEIGHTS)[0]
    kind = random.random()
    month = f"2024{random.choice(('年{}月', '-{:02d}', '{:02d}')).format(random.randint(1, 12))}"
    street = random.choice(STREETS)
    paper = random.choice(_PAPERS)
    if kind < 0.72:
        stem = random.choice(
            (
                f"{street}{table.name}{paper}{month}",
                f"{table.name}{paper}_{month}",
                f"{table.name}{paper}({street})",
            )
        )
    else:
        stem = f"{random.choice(_MUTE)}{number:03d}"
    folder = table.department + (f"/{month}" if random.random() < 0.1 else "")
    made = Look(f"{folder}/{stem}_{number}.{form}", form, headings, rows)
    if form in ("csv", "xlsx", "xls"):
        if random.random() < 0.35 or (kind >= 0.72 and table.measure):
            made.title = f"云州市{table.name}{paper}"
        if made.title and random.random() < 0.5:
            made.caption = f"填报单位：{table.department}"
        if random.random() < 0.25:
            made.total = ["合计", *[None] * (len(headings) - 2), len(rows)]
        made.signature = "填表人：王敏" if random.random() < 0.2 else ""
        made.note = "注：本表按月报送。" if random.random() < 0.15 else ""
    return made


def _mess(made: Look, random: Random, *, wide: bool) -> None:
    """What is wrong with the bytes and the sheet."""
    made.encoding = random.choices(_ENCODINGS, _ENCODING_WEIGHTS)[0]
    made.delimiter = random.choices(_DELIMITERS, _DELIMITER_WEIGHTS)[0]
    made.newline = random.choice(("\n", "\r\n"))
    made.sheet = random.choice(("Sheet1", "数据", "表1", "导出结果"))
    made.note_sheet = random.random() < 0.2
    made.record_path = random.choice(("", "data", "result.list"))
    if random.random() < 0.15:
        made.blanks = frozenset(random.sample(range(len(made.rows)), k=2))
    if made.form in ("xlsx", "xls") and not wide and random.random() < 0.25:
        cut = random.randint(2, 3)
        made.groups = ["基本信息"] * cut + [""] * (len(made.headings) - cut)
