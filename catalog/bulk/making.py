"""Contracts from the lines of a form, with every fault named by its cell.

Decides which lines belong to one entry, which standing entry a line is about, how what the form says is
laid over it, and how new datasets and fields are named. Enters nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from catalog.bulk.form import ENTRY
from catalog.bulk.items import fields_of, read_cell
from catalog.bulk.reading import Line
from catalog.intake.drafting.names import safe
from catalog.workbook.faults import Fault
from contracts.catalogue import Entry
from contracts.errors import ContractError
from contracts.fields import SAFE_NAME
from contracts.model import Contract, Field, Party, Sharing

_NEEDED: Final = frozenset(column.key for column in ENTRY if column.needed)
# What a title or a heading may hold so that it is taken for the same.
_BLANKS: Final = re.compile(r"\s+")
# Words of a department's name that every department has.
_PLACE: Final = re.compile(r"^.{2,9}?[省市区县州盟旗](?=.{2,})")


# What a contract says of sharing, and the column of the form that says it.
_SHARED: Final = {
    "type": "sharing", "condition": "condition", "basis": "basis", "methods": "methods",
    "reason": "share_reason", "scope": "share_scope", "use": "share_use",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """One entry of a form.

    Attributes:
        contract: as the form makes it.
        code: resource code the form gives, or empty.
        published: 发布日期 the form gives, or empty.
        state: ``published`` or ``compiled`` where the form says it, else empty.
        base: number of the revision the form is laid over; None where the ledger has no such entry.
        line: the first line it came from.
    """

    contract: Contract
    code: str
    published: str
    state: str
    base: int | None
    line: Line

    @property
    def known(self) -> bool:
        """Whether the ledger has the entry."""
        return self.base is not None


@dataclass(frozen=True, slots=True)
class Made:
    """What a form makes.

    Attributes:
        given: entries without fault, in the order of the form.
        faults: everything that is wrong, in the order of the form.
        faulty: entries with faults that say enough to be judged all the same.
    """

    given: tuple[Given, ...]
    faults: tuple[Fault, ...]
    faulty: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger has.

    Attributes:
        contracts: dataset → newest contract; looked up when it is asked for.
        numbers: dataset → number of its newest revision.
        codes: resource code → dataset.
        titles: department and title, see :func:`known_by`, → dataset.
    """

    contracts: Mapping[str, Contract]
    numbers: Mapping[str, int]
    codes: Mapping[str, str]
    titles: Mapping[tuple[str, str], str]


def make(lines: Iterable[Line], standing: Standing) -> Made:
    """The entries of a form.

    Args:
        lines: of the form.
        standing: what the ledger has.
    """
    makes = _Makes(standing)
    given: list[Given] = []
    faulty: list[Given] = []
    faults: list[Fault] = []
    for group in groups(lines):
        made, wrong = makes.entry(group)
        faults += wrong
        if made is not None:
            (faulty if wrong else given).append(made)
    return Made(tuple(given), tuple(faults), tuple(faulty))


def groups(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Lines of one entry: merged or empty cells of the entry's columns go with the line above."""
    group: list[Line] = []
    for line in lines:
        if group and not _same(group[0], line):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _same(first: Line, line: Line) -> bool:
    if line.sheet != first.sheet:
        return False
    return all(
        key not in line.cells or line.cells[key] == first.cells.get(key)
        for key in ("title", "code", "department", "name")
    )


class _Makes:
    """Makes entries one after the other, so that new names stay apart."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._taken = set(standing.contracts)
        self._seen: dict[str, Line] = {}
        self._formed: dict[tuple[str, str], str] = {}

    def entry(self, group: Sequence[Line]) -> tuple[Given | None, list[Fault]]:
        """One entry of its lines, or None, and what is wrong with them."""
        faults: list[Fault] = []
        values = _entry_values(group, faults)
        first = group[0]
        name, base = self._about(values, first, faults)
        self._needed(group, base, faults)
        # Items are read whatever is wrong with the entry: a form is told all its faults at once.
        wrong: list[Fault] = []
        fields = fields_of(group, base, wrong)
        faults += wrong
        # Without its items, or what every entry says, nothing true can be told of it.
        if name is None or wrong or (faults and not values.keys() >= _NEEDED):
            return None, faults
        if name in self._seen:
            at = self._seen[name]
            what = f"the entry is there already, from {at.sheet}!A{at.number} on"
            return None, [
                *faults,
                Fault(first.sheet, first.at("title"), what, "put its lines below each other"),
            ]
        self._seen[name] = first
        try:
            contract = _contract(name, values, fields, base)
        except ContractError as error:
            return None, [*faults, Fault(first.sheet, first.at("title"), error.told, error.remedy)]
        return Given(
            contract,
            values.get("code", ""),
            values.get("published", ""),
            values.get("state", ""),
            None if base is None else self._standing.numbers[name],
            first,
        ), faults

    def _about(
        self, values: Mapping[str, Any], first: Line, faults: list[Fault]
    ) -> tuple[str | None, Contract | None]:
        """The dataset a group is about, and its contract where the ledger has it."""
        named, code = values.get("name", ""), values.get("code", "")
        known = self._standing.codes.get(code) if code else None
        if known is None and not named:
            known = self._standing.titles.get(known_by(values.get("department", ""), values.get("title", "")))
        if known is not None:
            if named and named != known:
                faults.append(
                    Fault(first.sheet, first.at("code"), f"is the code of {known}", "correct one of them")
                )
            return known, self._standing.contracts[known]
        if named:
            schema, _, table = named.partition(".")
            if not (SAFE_NAME.match(schema) and SAFE_NAME.match(table)):
                remedy = "write schema.table: lower-case letters, digits and underscores"
                faults.append(Fault(first.sheet, first.at("name"), "is no safe name", remedy))
                return None, None
            self._taken.add(named)
            return named, self._standing.contracts.get(named)
        by = known_by(values.get("department", ""), values.get("title", ""))
        if by not in self._formed:
            self._formed[by] = self._new_name(values)
        return self._formed[by], None

    def _new_name(self, values: Mapping[str, Any]) -> str:
        department = _PLACE.sub("", values.get("department", "")) or values.get("department", "")
        schema = safe(department, "department")[:40].strip("_")
        table = safe(values.get("title", ""), "dataset")[:55].strip("_")
        name, number = f"{schema}.{table}", 2
        while name in self._taken:
            name, number = f"{schema}.{table}_{number}", number + 1
        self._taken.add(name)
        return name

    def _needed(self, group: Sequence[Line], base: Contract | None, faults: list[Fault]) -> None:
        if base is not None:
            return
        for column in ENTRY:
            if column.needed and not any(column.key in line.cells for line in group):
                first = group[0]
                faults.append(
                    Fault(first.sheet, first.at(column.key), f"{column.heading} is empty", "fill it in")
                )


def _entry_values(group: Sequence[Line], faults: list[Fault]) -> dict[str, Any]:
    """What the lines of an entry say of it; a line that says otherwise is a fault."""
    values: dict[str, Any] = {}
    said: dict[str, str] = {}
    for line in group:
        for column in ENTRY:
            text = line.cells.get(column.key)
            if text is None or text == said.get(column.key):
                continue
            if column.key in said:
                what = f"{column.heading} is not what the entry's first line says"
                faults.append(Fault(line.sheet, line.at(column.key), what, "say it alike, or leave it empty"))
                continue
            said[column.key] = text
            value = read_cell(column, line, text, faults)
            if value is not None:
                values[column.key] = value
    return values


def _contract(
    name: str, values: Mapping[str, Any], fields: tuple[Field, ...], base: Contract | None
) -> Contract:
    schema, _, table = name.partition(".")
    sharing = Sharing() if base is None else base.sharing
    sharing = replace(sharing, **{key: values[column] for key, column in _SHARED.items() if column in values})
    entry = Entry() if base is None else base.entry
    # When a standing entry was published the ledger knows itself; its own export says so and changes nothing.
    stated = ("related", "published") if base is None or entry.published else ("related",)
    entry = replace(entry, **{key: values[key] for key in stated if key in values})
    plain = ("title", "classification", "summary", "open", "open_condition", "update_cycle")
    made: dict[str, Any] = {key: values[key] for key in plain if key in values}
    made |= {"sharing": sharing, "entry": entry, "fields": fields}
    if base is not None:
        department = replace(base.department, **_party(values))
        return replace(base, department=department, **made)
    return Contract(
        id=name.replace(".", "-").replace("_", "-"), schema=schema, table=table, status="active",
        department=Party(**_party(values)), **made,
    )  # fmt: skip


def _party(values: Mapping[str, Any]) -> dict[str, str]:
    said = {"name": "department", "code": "department_code", "office": "office"}
    return {key: values[column] for key, column in said.items() if column in values}


def known_by(department: str, title: str) -> tuple[str, str]:
    """What an entry without code and name is known by: its department and its title."""
    return _BLANKS.sub("", department), _BLANKS.sub("", title)
