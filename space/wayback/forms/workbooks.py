"""Forms as workbooks 批量填报: one row a subject, prefilled, to be handed in again.

Decides what stands in each cell and what a filler may write. Cells that came from their source are grey
and say in their heading who answers for them and as of when; what is challenged is marked. What was shown
is kept in a hidden sheet, so that only what was changed is taken back
(:mod:`space.wayback.forms.workbook_reading`). A subject of a roster is named by a reference, never by its
number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Engine

from catalog.home import Home
from catalog.store import reading
from catalog.workbook.cells import shown
from contracts.model import Field
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused
from space.wayback.backflow.bodies import body
from space.wayback.forms.admission import in_force
from space.wayback.forms.asking import Look
from space.wayback.forms.bindings import bind
from space.wayback.forms.checking import own_elements
from space.wayback.forms.contracting import contract_of
from space.wayback.forms.periods import fits
from space.wayback.forms.prefill import Prefilled, hidden_subjects, prefill_many
from space.wayback.forms.tasks import roster

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

PAGE: Final = "填报"
SHOWN: Final = "_shown"
ABOUT: Final = "_about"
# Heading, names of the items, then one row a subject.
FIRST_ROW: Final = 3
SUBJECT, REASON = "填报对象", "更正理由"
# Column of the subject; items follow, then the reason.
SUBJECT_COLUMN: Final = 1
_GREY, _GREEN, _ORANGE = "FFEDEDED", "FFE2EFDA", "FFFCE4D6"
# Longest list a cell's drop-down takes. Source: Excel, limits of data validation.
_LONGEST_LIST: Final = 255


@dataclass(frozen=True, slots=True)
class Written:
    """A workbook that was written: how many sheets it holds, and cells by what stands in them."""

    path: Path
    sheets: int
    prefilled: int
    computed: int
    blank: int


def write_workbook(
    home: Home,
    engine: Engine,
    wanted: tuple[str, str, str],
    path: Path,
    now: datetime,
    look: Look,
    subjects: Sequence[str] = (),
) -> Written:
    """Write a form for many subjects into a workbook.

    Args:
        home: the installation.
        engine: its store.
        wanted: form, period and body.
        path: file to write.
        now: aware instant.
        look: as of :func:`space.wayback.forms.prefill.prefill`.
        subjects: identifiers; where empty, the roster of the form in the body's area.

    Raises:
        NotAdmitted, Unknown: the form need not be filled, or there is no such body.
        Refused: the period is none, there is nobody to fill it for, or a stop closes a source.
    """
    code, period, body_code = wanted
    with reading(engine) as connection:
        form, filler = in_force(connection, code, now), body(connection, body_code)
        listed = tuple(subjects) or roster(home, connection, form, filler, now)
        on = local_date(now)
        contract = contract_of(bind(connection, form, on), on, own_elements(connection, on))
    reasons = []
    if not fits(form.period, period):
        reasons.append(Reason("form.period", "not a period", "period", "e.g. 2026, 2026-Q3, 2026-09"))
    if not listed:
        told = "name them, or let the issuer give the form a roster"
        reasons.append(Reason("form.subjects", "there is nobody to fill it for", "subjects", told))
    if reasons:
        raise Refused(Deny(tuple(reasons)))
    sheets = prefill_many(home, engine, code, body_code, listed, now, look)
    named = dict(zip(sheets, sheets if subjects else hidden_subjects(home, form, sheets), strict=True))
    fields = {item.name: contract.field(item.name) for item in form.items}
    _save(path, wanted, {named[each]: found for each, found in sheets.items()}, fields)
    cells = [one for found in sheets.values() for one in found]
    return Written(
        path,
        len(sheets),
        sum(one.value is not None and not one.computed for one in cells),
        sum(one.computed for one in cells),
        sum(one.value is None and not one.computed for one in cells),
    )


def _save(
    path: Path,
    about: tuple[str, str, str],
    sheets: Mapping[str, Sequence[Prefilled]],
    fields: Mapping[str, Field],
) -> None:
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    assert page is not None
    page.title = PAGE
    copy, facts = book.create_sheet(SHOWN), book.create_sheet(ABOUT)
    for name, value in zip(("form", "period", "body"), about, strict=True):
        facts.append([name, value])
    first = next(iter(sheets.values()))
    _heading(page, first, fields)
    for number, (subject, found) in enumerate(sheets.items(), FIRST_ROW):
        _row(page, number, subject, found)
        copy.append([subject, *(shown(one.value or "") for one in found)])
    page.freeze_panes = f"B{FIRST_ROW}"  # heading and subject stay in sight
    page.row_dimensions[2].hidden = True
    copy.sheet_state = facts.sheet_state = "veryHidden"
    book.save(path)


def _heading(page: Worksheet, first: Sequence[Prefilled], fields: Mapping[str, Field]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    titles = [SUBJECT, *(f"*{one.title}" if one.required else one.title for one in first), REASON]
    names = ["_subject", *(one.name for one in first), "_reason"]
    for place, (title, name) in enumerate(zip(titles, names, strict=True), 1):
        page.cell(1, place, shown(title)).font = Font(bold=True)
        page.cell(2, place, name)
        page.column_dimensions[get_column_letter(place)].width = 18
    for place, one in enumerate(first, SUBJECT_COLUMN + 1):
        page.cell(1, place).comment = Comment(_said(one), "ybz", width=280, height=90)
        options = fields[one.name].allowed
        if options and len(",".join(options)) < _LONGEST_LIST and not any("," in each for each in options):
            listed = DataValidation("list", formula1=f'"{",".join(options)}"', allow_blank=True)
            letter = get_column_letter(place)
            listed.add(f"{letter}{FIRST_ROW}:{letter}1048576")
            page.add_data_validation(listed)
    page.cell(1, len(names)).comment = Comment(
        "改动灰色单元格时必填：为什么与数源部门的值不同。", "ybz", width=280, height=60
    )


def _said(one: Prefilled) -> str:
    """What a heading says of its column."""
    if one.computed:
        return "自动计算，不填。"
    if one.department:
        return (
            f"数源部门：{one.department}，由其负责；数据时点：{one.as_of}。与实际不符时直接改，并填更正理由。"
        )
    return "由填报单位填写。"


def _row(page: Worksheet, number: int, subject: str, found: Sequence[Prefilled]) -> None:
    page.cell(number, SUBJECT_COLUMN, subject)
    for place, one in enumerate(found, SUBJECT_COLUMN + 1):
        cell: Any = page.cell(number, place, shown(one.value) if one.value is not None else None)
        cell.number_format = "@"
        colour = _ORANGE if one.disputed else _GREEN if one.computed else _GREY if one.department else None
        if colour is not None and (one.value is not None or one.computed):
            cell.fill = _fill(colour)


@cache
def _fill(colour: str) -> Any:
    from openpyxl.styles import PatternFill

    return PatternFill("solid", fgColor=colour)
