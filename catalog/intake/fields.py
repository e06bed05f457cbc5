"""The contract of a family: fields, sources, units and keys out of its members' columns.

Decides the order and names of fields, how differing layouts map onto them, and the fields that hold
what only names and titles say (period, area, sub-heading, file). Uses are proposed by
:mod:`catalog.intake.semantics`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.classify import classify
from catalog.intake import names, naming, origin, semantics
from catalog.intake.evidence import Guess
from catalog.intake.families import Family
from catalog.intake.likeness import Member
from catalog.intake.types import guess, is_code_name
from contracts.cast import cast
from contracts.model import Contract, Field, FieldType, Source, UnitRef, UnitRule

# Rows the detectors see, taken evenly.
SAMPLE_ROWS: Final = 3000

_YEAR = re.compile(r"^(?:19|20)\d\d年?$")


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of a family: its heading, its field name and all its values."""

    key: str
    heading: str
    name: str
    values: pa.ChunkedArray
    guess: Guess
    everywhere: bool


def drafted_contract(family: Family, schema: str, table: str) -> Contract:
    """The contract of a family, with source paths relative to the folder drafted.

    Args:
        family: with at least one member.
        schema: physical name of its schema.
        table: physical name of its table.
    """
    columns = _columns(family)
    special = origin.special(family)
    taken = {c.name for c in columns}
    special_names = {key: _free(origin.NAMES[key], taken) for key in special}
    units = _units(columns)
    with_units = bool(units) or any(semantics.is_private(c.heading, c.guess) for c in columns)
    fields = [
        semantics.draft_field(c.name, c.heading, c.guess, with_units=with_units, unit=units.get(c.name))
        for c in columns
    ]
    fields += [origin.special_field(key, name, family) for key, name in special_names.items()]
    contract = Contract(
        id=f"draft-{schema}-{table}".replace("_", "-"),
        title=naming.title_of(family),
        schema=schema,
        table=table,
        department=naming.department_of(family),
        fields=tuple(_keyed(fields, columns)),
        summary=_summary(family),
        tags=("draft",),
        sources=_sources(family, columns, special_names),
        units=_bounds(columns, units),
        unique_keys=_unique_keys(columns),
        period_field=special_names.get("@period"),
    )
    return _classified(contract, columns)


def _columns(family: Family) -> list[_Column]:
    """Columns of all members: those of the widest first, then what other layouts add."""
    base = max(family.members, key=lambda m: (m.headed, len(m.headings), m.period or ""))
    headings = dict(base.headings)
    for member in family.members:
        if member.headed == base.headed:
            for key, heading in member.headings.items():
                headings.setdefault(key, heading)
    physical = names.physical(list(headings.values()))
    found = []
    for (key, heading), name in zip(headings.items(), physical, strict=True):
        values = _values(family, base, key)
        everywhere = all(_heading_in(m, base, key) is not None for m in family.members)
        found.append(_Column(key, heading, name, values, guess(heading, values), everywhere))
    return _with_siblings(found)


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


def _with_siblings(columns: list[_Column]) -> list[_Column]:
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


def _sources(family: Family, columns: Sequence[_Column], special: Mapping[str, str]) -> tuple[Source, ...]:
    by_key = {c.key: c for c in columns}
    base_keys = list(max(family.members, key=lambda m: (m.headed, len(m.headings), m.period or "")).headings)
    made: list[Source] = []
    for member in family.members:
        source = member.table.source
        mapping: dict[str, str] = {}
        positions: tuple[str, ...] = ()
        if source.header_row == 0 and not member.headed:
            headed = any(m.headed for m in family.members)
            keys = base_keys if headed else list(member.headings)
            positions = tuple(by_key[k].name for k in keys)
        else:
            for key, heading in member.headings.items():
                if heading != by_key[key].heading:
                    mapping[heading] = by_key[key].name
        mapping |= dict(special)
        reasons = dict(source.reasons)
        if member.period:
            reasons["period"] = f"from {member.why_period}"
        if member.area:
            reasons["area"] = f"from {member.why_area}"
        if member.table.path in family.reasons:
            reasons["family"] = family.reasons[member.table.path]
        beaten = [x.member.table.path for x in family.losers if x.winner is member]
        if beaten:
            reasons["insteadOf"] = ", ".join(beaten)
        made.append(
            replace(
                source,
                name=naming.source_name(member, {s.name for s in made}),
                columns=mapping,
                positions=positions,
                period=member.period,
                area=member.area,
                reasons=reasons,
            )
        )
    return tuple(made)


def _units(columns: Sequence[_Column]) -> dict[str, UnitRef]:
    """Columns that identify a unit; the rows are about the first of each kind."""
    found: dict[str, UnitRef] = {}
    kinds: set[str] = set()
    for column in columns:
        kind = semantics.UNIT_KINDS.get(column.guess.check or "")
        if kind:
            found[column.name] = UnitRef(kind, about=kind not in kinds)
            kinds.add(kind)
    return found


def _bounds(columns: Sequence[_Column], units: Mapping[str, UnitRef]) -> tuple[UnitRule, ...]:
    """Most rows of one unit, rounded up."""
    found = []
    for column in columns:
        unit = units.get(column.name)
        if unit is not None and unit.about:
            counts = pc.value_counts(column.values.drop_null().combine_chunks()).field("counts")
            found.append(UnitRule(unit.kind, semantics.rounded_rows(pc.max(counts).as_py() or 1)))
    return tuple(found)


def _is_key(column: _Column) -> bool:
    """Whether a code fills every row and never repeats."""
    coded = column.guess.reason.startswith("code") or is_code_name(column.heading)
    checked = column.guess.check in semantics.UNIT_KINDS
    whole = (
        column.everywhere and column.values.null_count == 0 and column.guess.filled == len(column.values) > 1
    )
    return (coded or checked) and whole and column.guess.distinct == column.guess.filled


def _unique_keys(columns: Sequence[_Column]) -> tuple[tuple[str, ...], ...]:
    key = next((c for c in columns if _is_key(c)), None)
    return ((key.name,),) if key else ()


def _keyed(fields: list[Field], columns: Sequence[_Column]) -> list[Field]:
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


def _classified(contract: Contract, columns: Sequence[_Column]) -> Contract:
    """The contract with what the detectors find in a sample of its rows."""
    sample = _sample(columns)
    if sample is None:
        return contract
    findings = classify(contract, cast(contract, sample).typed)
    fields = [
        semantics.with_findings(f, [x for x in findings if x.field == f.name]) if f.unit is None else f
        for f in contract.fields
    ]
    return replace(contract, fields=tuple(fields))


def _sample(columns: Sequence[_Column]) -> pa.Table | None:
    """Rows of the columns all members share, taken evenly."""
    rows = max((len(c.values) for c in columns), default=0)
    if not rows:
        return None
    places = pa.array(range(0, rows, max(1, rows // SAMPLE_ROWS)), pa.int64())
    data = {
        c.name: (c.values.take(places) if len(c.values) == rows else pa.nulls(len(places), pa.string()))
        for c in columns
    }
    partial = [c for c in columns if len(c.values) != rows]
    for column in partial:  # columns of one layout only: their first values, detectors need no alignment here
        head = column.values.slice(0, len(places)).to_pylist()
        data[column.name] = pa.array(head + [None] * (len(places) - len(head)), pa.string())
    data["_file"] = pa.nulls(len(places), pa.string())
    data["_line"] = pa.array(range(1, len(places) + 1), pa.int64())
    return pa.table(data)


def _free(name: str, taken: set[str]) -> str:
    candidate, number = name, 2
    while candidate in taken:
        candidate = f"{name}_{number}"
        number += 1
    taken.add(candidate)
    return candidate
