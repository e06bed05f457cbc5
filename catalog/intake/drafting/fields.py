"""The contract of a family: fields, units and keys out of its members' columns.

Decides the order and names of fields, and the fields that hold what only names and titles say
(period, area, sub-heading, file). How layouts map onto them is :mod:`catalog.intake.drafting.sources`'s, what
an analyst may do with a field :mod:`catalog.intake.drafting.semantics`'s, which standard element it may
follow :mod:`catalog.intake.drafting.proposed`'s.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.intake.drafting import declared, names, naming, proposed, semantics
from catalog.intake.drafting.families import Family, base_of
from catalog.intake.drafting.meanings import meanings
from catalog.intake.drafting.members import Member
from catalog.intake.drafting.quantities import FIELD
from catalog.intake.drafting.sources import Column, sources_of
from catalog.intake.drafting.types import guess, is_code_name, is_row_number
from catalog.intake.landing import origin
from catalog.intake.tables.headings import last_part
from catalog.intake.tables.wide import LABEL, VALUE
from contracts.model import Cleaning, Contract, Field, FieldType, UnitRef, UnitRule
from contracts.proposals import Proposal

# Names of the two fields period columns become, and what people call the first.
UNPIVOTED: Final = {LABEL: "period", VALUE: "value"}
_LABELS: Final = {"year": "年份", "quarter": "季度", "day_alone": "日期"}

_YEAR = re.compile(r"^(?:19|20)\d\d年?$")


@dataclass(frozen=True, slots=True)
class Drafted:
    """A drafted contract and what a person should look at.

    Attributes:
        contract: the draft.
        proposals: field → standard elements it may follow, best first.
        doubts: what is unsure, one sentence each.
    """

    contract: Contract
    proposals: Mapping[str, tuple[Proposal, ...]] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


def drafted_contract(
    family: Family,
    schema: str,
    table: str,
    *,
    present: Sequence[str] = (),
    former: Mapping[str, str] | None = None,
) -> Drafted:
    """The contract of a family, with source paths relative to the folder drafted.

    Args:
        family: with at least one member.
        schema: physical name of its schema.
        table: physical name of its table.
        present: every file of the folder, so that no pattern takes one of another family.
        former: heading as it is compared → field name of an earlier contract for the same files.
    """
    columns = _columns(family, former or {})
    special = origin.special(family)
    taken = {c.name for c in columns}
    special_names = {key: _free(origin.NAMES[key], taken) for key in special}
    units = _units(columns)
    with_units = bool(units) or any(semantics.is_private(c.heading, c.guess) for c in columns)
    fields = [
        semantics.draft_field(c.name, c.heading, c.guess, with_units=with_units, unit=units.get(c.name))
        for c in columns
    ]
    found = {c.name: proposed.elements_for(c.heading, c.values, c.guess) for c in columns}
    fields = [proposed.with_element(f, found[f.name]) for f in fields]
    fields += [origin.special_field(key, name, family) for key, name in special_names.items()]
    sources, doubts = sources_of(family, columns, special_names, present)
    fields = list(_keyed(fields, columns))
    contract = Contract(
        id=f"draft-{schema}-{table}".replace("_", "-"),
        title=naming.title_of(family),
        schema=schema,
        table=table,
        department=naming.department_of(family),
        fields=tuple(fields),
        summary=_summary(family),
        tags=("draft",),
        sources=sources,
        units=_bounds(columns, units),
        unique_keys=_unique_keys(columns),
        area=semantics.area_of(fields, columns, set(units_kinds(units))),
        period_field=_period(special_names, fields),
        cleaning=tuple(step for c in columns for step in _steps(c)),
    )
    doubts += [f"{c.heading}: {c.guess.doubt}" for c in columns if c.guess.doubt]
    classified = declared.with_what_is_seen(contract, columns, family, special_names)
    return Drafted(classified, {k: v for k, v in found.items() if v}, tuple(doubts))


def _period(special_names: Mapping[str, str], fields: Sequence[Field]) -> str | None:
    """The field that says how fresh the data is: that of names and titles, where it holds days.

    A quarter or a half-year is no day: it is a heading to group by, and says nothing a clock could compare.
    """
    told = next((f for f in fields if f.name == special_names.get("@period")), None)
    if told is not None and told.type is FieldType.DATE:
        return told.name
    return semantics.period_of(fields)


def units_kinds(units: Mapping[str, UnitRef]) -> list[str]:
    """Kinds of unit the rows are about."""
    return [u.kind for u in units.values() if u.about]


def _steps(column: Column) -> list[Cleaning]:
    return [
        replace(step, id=step.id.replace(FIELD, column.name), fields=(column.name,))
        for step in column.guess.cleaning
    ]


def _columns(family: Family, former: Mapping[str, str]) -> list[Column]:
    """Columns of all members: those of the widest first, then what other layouts add."""
    base = base_of(family.members)
    printed = dict(base.headings)
    for member in family.members:
        if member.headed == base.headed:
            for key, heading in member.headings.items():
                printed.setdefault(key, heading)
    headings = {key: _titled(_usual(key, h, family), family) for key, h in printed.items()}
    physical = _named(printed, headings, former)
    found = []
    for key, heading in headings.items():
        values = _values(family, base, key)
        everywhere = all(_heading_in(m, base, key) is not None for m in family.members)
        found.append(Column(key, heading, physical[key], values, guess(heading, values), everywhere))
    return _with_siblings(found)


def _usual(key: str, heading: str, family: Family) -> str:
    """The heading most files print for a column, one without a group above it if there is one."""
    seen = Counter(h for m in family.members if m.headed and (h := m.headings.get(key)))
    if heading in (LABEL, VALUE) and len(seen) == 1:
        return heading
    plain = {h: n for h, n in seen.items() if h not in (LABEL, VALUE)}
    return max(plain, key=lambda h: (last_part(h) == h, plain[h], h == heading), default=heading)


def _titled(heading: str, family: Family) -> str:
    """A printed heading, or what the columns made of periods are called."""
    if heading == LABEL:
        kinds = {m.wide.kind for m in family.members if m.wide}
        return _LABELS.get(min(kinds, default=""), "月份")
    if heading == VALUE:
        told = {m.indicator for m in family.members if m.indicator}
        return told.pop() if len(told) == 1 else "数值"
    return heading


def _named(
    printed: Mapping[str, str], headings: Mapping[str, str], former: Mapping[str, str]
) -> dict[str, str]:
    """Field name of each column: an earlier contract's, else made from the heading."""
    fresh = dict(zip(headings, names.physical(list(headings.values())), strict=True))
    taken: set[str] = set()
    made: dict[str, str] = {}
    for key, name in fresh.items():
        wanted = former.get(meanings(headings[key])[0]) or UNPIVOTED.get(printed[key], name)
        made[key] = _free(wanted, taken)
    return made


def _values(family: Family, base: Member, key: str) -> pa.ChunkedArray:
    """All values of a column over the members that have it."""
    chunks: list[pa.Array] = []
    for member in family.members:
        heading = _heading_in(member, base, key)
        if heading is not None:
            chunks += member.table.records.column(heading).chunks
    return pa.chunked_array(chunks, pa.string())


def _heading_in(member: Member, base: Member, key: str) -> str | None:
    """How a member prints the column ``key``; by place where it prints no headings."""
    if member.headed or not base.headed:
        return member.headings.get(key)
    places = list(base.headings)
    printed = list(member.headings.values())
    return printed[places.index(key)] if key in places else None


def _with_siblings(columns: list[Column]) -> list[Column]:
    """A column without values takes the type its sister columns have: a year that is still to come."""
    years = [c.guess for c in columns if _YEAR.match(c.heading) and c.guess.filled]
    kinds = {g.type for g in years}
    if not years or not kinds <= {FieldType.INTEGER, FieldType.NUMBER}:
        return columns
    kind = FieldType.NUMBER if FieldType.NUMBER in kinds else FieldType.INTEGER
    like = replace(
        years[0],
        type=kind,
        reason="holds no value yet; typed like the other years",
        scale=max(g.scale for g in years),
        low=min(g.low for g in years if g.low is not None),
        high=max(g.high for g in years if g.high is not None),
        filled=0,
        distinct=0,
    )
    return [replace(c, guess=like) if _YEAR.match(c.heading) and not c.guess.filled else c for c in columns]


def _units(columns: Sequence[Column]) -> dict[str, UnitRef]:
    """Columns that identify a unit; the rows are about the first of each kind."""
    found: dict[str, UnitRef] = {}
    kinds: set[str] = set()
    for column in columns:
        kind = semantics.UNIT_KINDS.get(column.guess.check or "")
        if kind:
            found[column.name] = UnitRef(kind, about=kind not in kinds)
            kinds.add(kind)
    return found


def _bounds(columns: Sequence[Column], units: Mapping[str, UnitRef]) -> tuple[UnitRule, ...]:
    """Most rows of one unit, rounded up."""
    found = []
    for column in columns:
        unit = units.get(column.name)
        if unit is not None and unit.about:
            counts = pc.value_counts(column.values.drop_null().combine_chunks()).field("counts")
            found.append(UnitRule(unit.kind, semantics.rounded_rows(pc.max(counts).as_py() or 1)))
    return tuple(found)


def _is_key(column: Column) -> bool:
    """Whether a code fills every row and never repeats."""
    if is_row_number(column.heading, column.guess):
        return False
    coded = column.guess.reason.startswith("code") or is_code_name(column.heading)
    checked = column.guess.check in semantics.UNIT_KINDS
    whole = (
        column.everywhere and column.values.null_count == 0 and column.guess.filled == len(column.values) > 1
    )
    return (coded or checked) and whole and column.guess.distinct == column.guess.filled


def _unique_keys(columns: Sequence[Column]) -> tuple[tuple[str, ...], ...]:
    key = next((c for c in columns if _is_key(c)), None)
    return ((key.name,),) if key else ()


def _keyed(fields: list[Field], columns: Sequence[Column]) -> list[Field]:
    keys = _unique_keys(columns)
    if not keys:
        return fields
    return [replace(f, key_position=1, required=True) if f.name == keys[0][0] else f for f in fields]


def _summary(family: Family) -> str:
    files = len({m.table.path for m in family.members})
    rows = sum(m.table.records.rows for m in family.members)
    text = f"Drafted from {files} file(s), {rows} rows."
    text += " Confirm department, sharing, units and the use of each field."
    indicators = dict.fromkeys(m.indicator for m in family.members if m.indicator)
    if indicators:
        text += f" Figures: {'; '.join(indicators)}."
    if family.losers:
        text += f" {len(family.losers)} file(s) hold nothing the others lack and are not read."
    return text


def _free(name: str, taken: set[str]) -> str:
    candidate, number = name, 2
    while candidate in taken:
        candidate = f"{name}_{number}"
        number += 1
    taken.add(candidate)
    return candidate
