"""What a catalogue must show before it is taken over, every fault of it told at once.

Decides which codes, days and departments the entries of a former catalogue may have. A code it issued is
kept whatever its scheme, so that whoever cites it finds it here; what is no code at all is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy import Engine

from catalog.bulk.entering import made_of, refusals
from catalog.bulk.making import Given, groups
from catalog.bulk.reading import FormFaulty, Line
from catalog.cataloging.values import Acts
from catalog.errors import CatalogError
from catalog.numbering import RESOURCE_CODE
from catalog.organisations import tree
from catalog.organisations.units import Span
from catalog.store import reading
from catalog.workbook.faults import Fault
from policies.clocks import local_date

# What some catalogue may have issued: no blanks, a digit, as long as the ledger keeps.
_ISSUED: Final = re.compile(r"(?=\S*\d)\S{2,60}")
_ROW: Final = re.compile(r"\d+$")


def given_by(engine: Engine, lines: Iterable[Line], acts: Acts) -> tuple[Given, ...]:
    """The entries of a catalogue that is to be taken over; of a department the tree has, with its code.

    Args:
        engine: of the store.
        lines: of the form.
        acts: who takes it over, and when.

    Raises:
        FormFaulty: every cell that cannot be taken, and every entry that would be refused.
    """
    every, today = tuple(lines), local_date(acts.now)
    with reading(engine) as connection:
        made = made_of(connection, every)
        units = tree.units_on(connection, today)
    faults = [*made.faults, *_of_groups(every, units, today), *_standing(made.given)]
    if faults:
        with suppress(CatalogError):  # what ends the looking is told once these are mended
            faults += refusals(engine, made.given + made.faulty, acts)
        raise FormFaulty(_in_order(faults, every))
    codes = {unit.name: unit.code for unit in units}
    return tuple(_coded(one, codes) for one in made.given)


def foreign(given: Iterable[Given]) -> tuple[str, ...]:
    """Codes that are of another scheme than this ledger's 分类码/顺序码."""
    return tuple(one.code for one in given if not RESOURCE_CODE.match(one.code))


def _of_groups(lines: Sequence[Line], units: Sequence[Span], today: date) -> Iterator[Fault]:
    """What is wrong with what only a catalogue that is taken over must say, or says of its department."""
    codes, names = {unit.code for unit in units}, {unit.name for unit in units}
    seen: set[str] = set()
    for group in groups(lines):
        code, at = _cell(group, "code")
        if not code:
            yield Fault(*at, "an entry that is taken over has its code", "fill it in")
        elif not _ISSUED.fullmatch(code):
            yield Fault(*at, "is no resource code", "write the one that was issued, e.g. 201000/000007")
        elif code in seen:
            yield Fault(*at, "the code is there twice", "a code is one entry's: correct one")
        seen.add(code)
        published, at = _cell(group, "published")
        if _ahead(published, today):
            yield Fault(*at, "is yet to come", "correct the day")
        if units:  # an installation without a tree knows no department from another
            yield from _department(group, codes, names)


def _department(group: Sequence[Line], codes: set[str], names: set[str]) -> Iterator[Fault]:
    remedy = "write it as `ybz organisation tree` shows it, or enter it there first"
    code, at = _cell(group, "department_code")
    if code:
        if code not in codes:
            yield Fault(*at, "no unit of the tree has this code", remedy)
        return
    name, at = _cell(group, "department")
    if name and name not in names:
        yield Fault(*at, "no unit of the tree has this name", remedy)


def _standing(given: Iterable[Given]) -> Iterator[Fault]:
    for one in given:
        if one.code and one.known:
            place = one.line.sheet, one.line.at("code")
            yield Fault(*place, "the ledger has this entry already", "use `ybz bulk import` for it")


def _cell(group: Sequence[Line], key: str) -> tuple[str, tuple[str, str]]:
    """What an entry's first filled cell of a column says, and its address."""
    line = next((line for line in group if key in line.cells), group[0])
    return line.cells.get(key, ""), (line.sheet, line.at(key))


def _ahead(text: str, today: date) -> bool:
    try:
        return date.fromisoformat(text) > today
    except ValueError:  # told as a cell that is no day
        return False


def _coded(one: Given, codes: dict[str, str]) -> Given:
    department = one.contract.department
    if department.code or department.name not in codes:
        return one
    with_code = replace(department, code=codes[department.name])
    return replace(one, contract=replace(one.contract, department=with_code))


def _in_order(faults: Sequence[Fault], lines: Sequence[Line]) -> list[Fault]:
    """Faults as a person goes through the form: sheet by sheet, from the top."""
    sheets = list(dict.fromkeys(line.sheet for line in lines))

    def place(fault: Fault) -> tuple[int, int]:
        sheet = sheets.index(fault.sheet) if fault.sheet in sheets else len(sheets)
        row = _ROW.search(fault.cell)
        return sheet, int(row[0]) if row else 0

    return sorted(dict.fromkeys(faults), key=place)
