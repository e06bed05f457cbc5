"""What follows from other items of a form, so that nobody types it.

Decides by the labels and the shape of the sheet: an age from a birth date, sums of rows and columns, how
many persons a household has, an amount per head, a share. Each is given as a formula of the workbook (its
own cells alone) and, where single items are read, as a formula of the form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from space.wayback.forms.compiling.binding import Meaning
from space.wayback.forms.compiling.blank import Blank, Kind
from space.wayback.forms.compiling.labels import joined, label
from space.wayback.forms.compiling.tables import is_total
from space.wayback.forms.compiling.words import Words

Scope = Literal["subject", "roster", "members", "several", "area"]
# How sure a computation is that is read from the labels' words, not from the shape.
_GUESSED: Final = 0.7
_SHAPED: Final = 0.95


@dataclass(frozen=True, slots=True)
class Draft:
    """A blank on its way to an item.

    Attributes:
        blank: as the layout has it.
        name: of the item.
        meaning: of its label.
        scope: whose value it is: the subject's, one of the rows of a roster, a member's of a household,
            one of several things' of the subject, or a count of an area.
        role: whose it is instead of the subject's; empty for the subject's own.
    """

    blank: Blank
    name: str
    meaning: Meaning
    scope: Scope
    role: str = ""


@dataclass(frozen=True, slots=True)
class Computed:
    """How an item follows.

    Attributes:
        how: age, sex, birth_date, total, per_head, share, rate, count, number, body or formula.
        reads: places of the blanks it follows from.
        formulas: of the workbook, one for each cell; empty where the value is written.
        compute: formula of the form over its items; empty where it reads rows.
        confidence: of the reading.
    """

    how: str
    reads: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()
    compute: str = ""
    confidence: float = _SHAPED

    def to_document(self) -> dict[str, object]:
        """Plain JSON-able form."""
        return {"how": self.how, "from": list(self.reads)}


def computed(one: Draft, drafts: Sequence[Draft], about: str, words: Words) -> Computed | None:
    """How an item follows from others; None where it has to come from somewhere.

    Args:
        one: the item.
        drafts: all of the form, in reading order.
        about: what the form is about.
        words: of the day.
    """
    if one.blank.kind is Kind.FORMULA:
        return Computed("formula")
    here = [d for d in drafts if d.blank.sheet == one.blank.sheet and not d.blank.act and d is not one]
    ways: tuple[Callable[[], Computed | None], ...] = (
        lambda: _total(one, here, words),
        lambda: _number(one, words),
        lambda: _body(one, words),
        lambda: _members(one, here, about, words),
        lambda: _of_person(one, here),
        lambda: _sum_of_members(one, here, words),
        lambda: _per_head(one, here, words),
        lambda: _share(one, drafts, words),
        lambda: _rate(one, here, words),
    )
    return next((found for way in ways if (found := way()) is not None), None)


def _outside(blank: Blank, words: Words) -> str:
    return label(blank.label, words).spellings[0]


def _total(one: Draft, here: Sequence[Draft], words: Words) -> Computed | None:
    """A row that sums the rows over it, or a column that sums the columns beside it."""
    blank = one.blank
    if blank.table and blank.total:
        over = [d for d in here if d.blank.table == blank.table and d.blank.path == blank.path
                and not d.blank.total]  # fmt: skip
        cells = [cell for d in over for cell in d.blank.cells]
        if not cells:
            return Computed("total")
        formula = f"=SUM({_ranges(cells)})"
        return Computed("total", tuple(d.blank.place for d in over), (formula,) * len(blank.cells))
    if not blank.table or not any(is_total(text, words) for text in blank.path[-2:]):
        return None
    beside = [d for d in here if d.blank.table == blank.table and not d.blank.total
              and _sums_with(d.blank, blank, words)]  # fmt: skip
    if not beside:
        return Computed("total", confidence=_GUESSED)
    formulas = tuple(_row_sum(cell, beside) for cell in blank.cells)
    return Computed("total", tuple(d.blank.place for d in beside), formulas)


def _sums_with(other: Blank, total: Blank, words: Words) -> bool:
    """Whether a column is one of those that a column of sums sums."""
    if other.kind not in (Kind.ROWS, Kind.VALUE) or any(is_total(text, words) for text in other.path):
        return False
    if is_total(total.path[-1], words):  # 小计 under a heading sums what is under that heading
        return other.path[:-1] == total.path[:-1] and not _is_text(other, words)
    return joined(other.path[-1]) == joined(total.path[-1])


def _is_text(blank: Blank, words: Words) -> bool:
    said = _outside(blank, words)
    names = ("姓名", "名称", "备注", "关系", "身份证号", "身份证号码", "公民身份号码", "性别", "说明", "日期")
    return said in names or said in words.marks["numbers"]


def _row_sum(cell: str, beside: Sequence[Draft]) -> str:
    row = re.sub(r"^[A-Z]+", "", cell)
    cells = [each for d in beside for each in d.blank.cells if re.sub(r"^[A-Z]+", "", each) == row]
    return f"=SUM({','.join(cells)})" if cells else ""


def _ranges(cells: Sequence[str]) -> str:
    """Cells of one column as ranges: ``B5:B7,B9``."""
    parts: list[list[str]] = []
    for cell in cells:
        row = int(re.sub(r"^[A-Z]+", "", cell))
        if parts and int(re.sub(r"^[A-Z]+", "", parts[-1][-1])) == row - 1:
            parts[-1].append(cell)
        else:
            parts.append([cell])
    return ",".join(run[0] if len(run) == 1 else f"{run[0]}:{run[-1]}" for run in parts)


def _number(one: Draft, words: Words) -> Computed | None:
    is_number = bool(one.blank.table) and _outside(one.blank, words) in words.marks["numbers"]
    return Computed("number") if is_number else None


def _body(one: Draft, words: Words) -> Computed | None:
    return Computed("body") if _outside(one.blank, words) in words.computed["body"] else None


def _members(one: Draft, here: Sequence[Draft], about: str, words: Words) -> Computed | None:
    """How many persons a household has: the rows of its members."""
    if about != "household" or one.scope != "subject":
        return None
    if _outside(one.blank, words) not in words.computed["members"]:
        return None
    names = [d for d in here if d.scope == "members" and d.meaning.element == "person_name"]
    reads = tuple(d.blank.place for d in names[:1])
    formula = (f"=COUNTA({names[0].blank.cells[0]}:{names[0].blank.cells[-1]})",) if names else ()
    return Computed("count", reads, formula)


def _of_person(one: Draft, here: Sequence[Draft]) -> Computed | None:
    """An age from a birth date, or from the number that holds one; sex and birth date from the number."""
    element = one.meaning.element
    if element not in ("age", "sex", "birth_date"):
        return None
    same = [d for d in here if (d.scope, d.role, d.blank.table) == (one.scope, one.role, one.blank.table)]
    born = next((d for d in same if d.meaning.element == "birth_date"), None)
    number = next((d for d in same if d.meaning.element == "resident_id"), None)
    if element == "age" and born is not None:
        return Computed("age", (born.blank.place,), compute=f"age({born.name})")
    if number is not None:
        return Computed(element, (number.blank.place,))
    # Nothing of it is on the sheet: it is computed where the ledger knows the birth date.
    return Computed("age") if element == "age" and one.scope in ("subject", "roster", "members") else None


def _sum_of_members(one: Draft, here: Sequence[Draft], words: Words) -> Computed | None:
    """The income of a household: the sum of a column of its members."""
    text = _outside(one.blank, words)
    if one.scope != "subject" or not re.match(words.computed["household_totals"], text):
        return None
    what = "支出" if "支出" in text else "收入"
    columns = [
        d for d in here if d.scope == "members" and not d.blank.total and what in _outside(d.blank, words)
    ]
    if len(columns) != 1 or _time(text) != _time(_outside(columns[0].blank, words)):
        return None
    cells = columns[0].blank.cells
    return Computed("total", (columns[0].blank.place,), (f"=SUM({_ranges(cells)})",))


def _matter(text: str) -> str:
    """What an amount is of, without whose and of which time: 家庭月总收入 and 月收入 are 收入."""
    return re.sub(r"家庭|全家|每?[年月]|总|合计|共", "", text)


def _time(text: str) -> str:
    return next((word for word in ("月", "年") if word in text), "")


def _per_head(one: Draft, here: Sequence[Draft], words: Words) -> Computed | None:
    """An amount per head: the household's amount by its persons."""
    text = _outside(one.blank, words)
    match = re.match(words.computed["per_head"], text)
    if match is None or one.scope != "subject":
        return None
    singles = [d for d in here if d.scope == "subject" and d.blank.kind is Kind.VALUE]
    persons = [d for d in singles if _outside(d.blank, words) in words.computed["members"]]
    amounts = [d for d in singles if "人均" not in d.blank.label
               and _matter(_outside(d.blank, words)) == _matter(match[1])]  # fmt: skip
    if len(amounts) > 1:
        amounts = [d for d in amounts if _time(text) == _time(d.blank.label)]
    if len(amounts) != 1 or len(persons) != 1:
        return None
    return _divided("per_head", amounts[0], persons[0], 1)


def _share(one: Draft, drafts: Sequence[Draft], words: Words) -> Computed | None:
    """A share of one item in another: A占B比例, or 占比 behind 其中."""
    text = _outside(one.blank, words)
    match = re.match(words.computed["share_of"], text)
    if match is not None:
        part, whole = (_called(name, one, drafts, words) for name in match.groups()[:2])
        return None if part is None or whole is None else _divided("share", part, whole, 100)
    if not re.match(words.computed["share"], text):
        return None
    at = drafts.index(one)
    before = [d for d in drafts[:at] if d.blank.sheet == one.blank.sheet and d.blank.kind is Kind.VALUE]
    if len(before) >= 2 and before[-1].meaning.label.among:
        return _divided("share", before[-1], before[-2], 100)
    return None


def _called(name: str, one: Draft, drafts: Sequence[Draft], words: Words) -> Draft | None:
    found = [d for d in drafts if d is not one and _outside(d.blank, words).startswith(name)
             and (d.scope, d.blank.table) == (one.scope, one.blank.table)]  # fmt: skip
    return found[0] if len(found) == 1 else None


def _rate(one: Draft, here: Sequence[Draft], words: Words) -> Computed | None:
    """A rate over columns: what is done already by what there was to do. Its reading is a guess."""
    match = re.match(words.computed["rate"], _outside(one.blank, words))
    if match is None or not one.blank.table:
        return None
    stem = match[1]
    columns = [d for d in here if d.blank.table == one.blank.table and d.blank.total is one.blank.total]
    done = [
        d for d in columns if any(f"已{stem}" in joined(t) or f"{stem}数" in joined(t) for t in d.blank.path)
    ]
    leaves = {joined(d.blank.path[-1]) for d in done}
    owed = [d for d in columns if d not in done and joined(d.blank.path[-1]) in leaves]
    if not done or not owed:
        return None
    formulas = tuple(_row_rate(cell, done, owed) for cell in one.blank.cells)
    reads = tuple(d.blank.place for d in (*done, *owed))
    return Computed("rate", reads, formulas, confidence=_GUESSED)


def _row_rate(cell: str, done: Sequence[Draft], owed: Sequence[Draft]) -> str:
    upper, lower = (_row_sum(cell, each).removeprefix("=") for each in (done, owed))
    return f"=IFERROR(ROUND({upper}/{lower}*100,2),0)" if upper and lower else ""


def _divided(how: str, part: Draft, whole: Draft, times: int) -> Computed:
    upper, lower = part.blank.cells[0], whole.blank.cells[0]
    scaled = f"*{times}" if times != 1 else ""
    formula = f'=IF(N({lower})=0,"",ROUND({upper}/{lower}{scaled},2))'
    compute = f"round({part.name}{' ' + scaled.replace('*', '* ') if scaled else ''} / {whole.name}, 2)"
    return Computed(how, (part.blank.place, whole.blank.place), (formula,), compute)


def rows_of(cells: Sequence[str]) -> Iterator[int]:
    """The rows of some references, 1-based."""
    yield from (int(re.sub(r"^[A-Z]+", "", cell)) for cell in cells)
