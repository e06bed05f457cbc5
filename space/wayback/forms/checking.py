"""Checking answers by the rules of the contract: types, code lists, check digits, bounds, rules over items.

Decides which cell of which sheet is at fault, and computes what nobody types. Faults of values that came
from their source are not the filler's: only rules that read something the filler wrote count, and what a
complete form still lacks. No value stands in a fault.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import Connection

from catalog import duck
from catalog.standards import life
from contracts.cast import cast, typed_column
from contracts.conditions import row_condition, rules_of, sql_text
from contracts.elements import Element
from contracts.model import Contract, FieldType, Rule, RuleKind
from policies.decision import Reason
from space.wayback.backflow.authoritative import as_text
from space.wayback.forms.definition import Form
from space.wayback.forms.formulas import compiled
from space.wayback.forms.formulas import of as value_of

Texts = Mapping[str, str | None]

# A second check of a code that old ones may fail: it warns in a contract and stops nobody here.
_WARNS_ONLY: Final = "uscc_inner"
# What a rule of each kind asks for, for the person who filled it.
_ASKED: Final[Mapping[RuleKind, str]] = {
    RuleKind.ALLOWED: "one of the values of its list",
    RuleKind.RANGE: "a value within its bounds",
    RuleKind.LENGTH: "a text of the length it has",
    RuleKind.PATTERN: "a text of the form it has",
    RuleKind.CHECK_DIGIT: "a number whose check digit holds",
    RuleKind.COMPARE: "items that agree with each other",
    RuleKind.COORDINATES: "coordinates of this country",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a sheet.

    Attributes:
        sheet: place of the sheet among those given, 0 the first.
        item: where.
        reason: what is wrong; never a value.
    """

    sheet: int
    item: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Checked:
    """Sheets that were checked.

    Attributes:
        texts: of every sheet, as a release would hold them, with what was computed.
        faults: all of them.
    """

    texts: tuple[dict[str, str | None], ...]
    faults: tuple[Fault, ...]


def own_elements(connection: Connection, on: date) -> Mapping[str, Element]:
    """The city's own elements in force on a day."""
    return life.in_force(connection, on)


def check(
    form: Form,
    contract: Contract,
    sheets: Sequence[Texts],
    written: Sequence[Collection[str]],
    on: date,
    *,
    complete: bool = True,
) -> Checked:
    """Check sheets that are about to be submitted.

    Args:
        form: with its items bound.
        contract: of its answers.
        sheets: item → text, what the source says and what the filler wrote over it.
        written: for every sheet the items the filler wrote.
        on: the day ages are counted on.
        complete: whether an item that is required and empty is a fault.
    """
    faults = [*_misfits(contract, sheets, written)]
    bad = {(fault.sheet, fault.item) for fault in faults}
    clean = [{name: None if (n, name) in bad else text for name, text in sheet.items()}
             for n, sheet in enumerate(sheets)]  # fmt: skip
    texts = typed_texts(form, contract, clean, on)
    table = _typed(contract, texts)
    for one, failed in _failing(contract, _names(form), table):
        if one.kind is RuleKind.REQUIRED:
            if complete:
                faults += [_missing(n, one.fields[0]) for n in failed if (n, one.fields[0]) not in bad]
            continue
        for n in failed:
            blamed = _blamed(form, one, written[n])
            if blamed is not None and (n, blamed) not in bad:
                faults.append(_broken(n, blamed, one))
    ordered = sorted(set(faults), key=lambda fault: (fault.sheet, fault.item, fault.reason.message))
    return Checked(tuple(texts), tuple(ordered))


def typed_texts(
    form: Form, contract: Contract, sheets: Sequence[Texts], on: date
) -> list[dict[str, str | None]]:
    """The sheets in the spelling a release holds, with their computed items; what does not fit is missing."""
    rows = _typed(contract, sheets).select(_names(form)).to_pylist()
    for item in form.items:
        if item.compute:
            formula, made = compiled(item.compute), contract.field(item.name)
            for row in rows:
                row[item.name] = value_of(formula, row, on)
            column = pa.array([_written(row[item.name], made.type) for row in rows], pa.string())
            for row, value in zip(rows, typed_column(column, made).to_pylist(), strict=True):
                row[item.name] = value
    return [{name: as_text(value) for name, value in row.items()} for row in rows]


def _names(form: Form) -> list[str]:
    return [item.name for item in form.items]


def _misfits(
    contract: Contract, sheets: Sequence[Texts], written: Sequence[Collection[str]]
) -> Iterator[Fault]:
    """Cells whose text is no value of their type."""
    found = cast(contract, _raw(contract, sheets))
    for name, (gone, _there) in found.lost.items():
        for n, lost in enumerate(gone.to_pylist()):
            if lost and name in written[n]:
                kind = contract.field(name).type.value
                yield Fault(n, name, Reason("form.value.type", "not a value of its type", name, f"a {kind}"))


def _failing(contract: Contract, names: Collection[str], rows: pa.Table) -> Iterator[tuple[Rule, list[int]]]:
    """Every rule that some rows break, with the places of these rows."""
    rules = [(one, condition) for one in rules_of(contract) if set(one.fields) <= set(names)
             and one.args.get("code") != _WARNS_ONLY
             and (condition := row_condition(one, contract)) is not None]  # fmt: skip
    if not rules or not rows.num_rows:
        return
    with duck.shared() as engine:
        relation = engine.from_arrow(rows)
        chosen = [f"{sql_text(condition)} AS r{n}" for n, (_, condition) in enumerate(rules)]
        held = relation.project(", ".join(chosen)).to_arrow_table()
    for n, (one, _) in enumerate(rules):
        failed = [place for place, good in enumerate(held[f"r{n}"].to_pylist()) if not good]
        if failed:
            yield one, failed


def _blamed(form: Form, rule: Rule, written: Collection[str]) -> str | None:
    """The item the filler wrote that a broken rule reads, itself or through a formula."""
    for name in rule.fields:
        formula = form.item(name).compute
        read: list[str] = [name]
        if formula:
            read += sorted(compiled(formula).names)
        for each in read:
            if each in written:
                return each
    return None


def _missing(sheet: int, name: str) -> Fault:
    return Fault(sheet, name, Reason("form.value.required", "a complete form needs this item", name))


def _broken(sheet: int, name: str, rule: Rule) -> Fault:
    asked = rule.description or _ASKED.get(rule.kind, "a value that keeps its rule")
    return Fault(sheet, name, Reason("form.value", "the value breaks a rule of the item", name, asked))


def _typed(contract: Contract, sheets: Sequence[Texts]) -> pa.Table:
    """The sheets as typed rows, all of them: a text that does not fit is missing."""
    raw = _raw(contract, sheets)
    found = cast(contract, raw)
    if found.typed.num_rows == raw.num_rows:
        return found.typed
    for name, (gone, _there) in found.lost.items():
        place = raw.schema.get_field_index(name)
        cells = zip(raw[name].to_pylist(), gone.to_pylist(), strict=True)
        kept = [None if lost else text for text, lost in cells]
        raw = raw.set_column(place, name, pa.array(kept, pa.string()))
    return cast(contract, raw).typed


def _raw(contract: Contract, sheets: Sequence[Texts]) -> pa.Table:
    columns: dict[str, Any] = {
        field.name: pa.array([sheet.get(field.name) for sheet in sheets], pa.string())
        for field in contract.fields
    }
    columns["_file"] = pa.array([""] * len(sheets), pa.string())
    columns["_line"] = pa.array(range(len(sheets)), pa.int64())
    return pa.table(columns)


def _written(value: Any, kind: FieldType) -> str | None:
    """What a formula gives as text of its item's type: whole numbers without a fraction."""
    if value is None:
        return None
    if kind is FieldType.INTEGER and not isinstance(value, str):
        return str(int(value))
    return as_text(value)
