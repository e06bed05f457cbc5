"""Cleaning 清洗: the declared steps that change raw cells before they are typed, counted.

Decides whether a step's arguments fit its kind, in which order steps run, and how many cells each
changed. What one kind does to a cell is :mod:`contracts.cleaning_steps`'s; the raw rows stay in
landing, so a contract without its steps gives back what was delivered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from contracts.delivery import Cleaning
from contracts.errors import ContractError
from contracts.model import Contract, FieldType
from contracts.vocabulary import CleaningKind

if TYPE_CHECKING:
    import pyarrow as pa

# Arguments of each kind: those it must have, those it may have.
_ARGUMENTS: Final[Mapping[CleaningKind, tuple[frozenset[str], frozenset[str]]]] = {
    CleaningKind.MAP: (frozenset({"values"}), frozenset()),
    CleaningKind.REPLACE: (frozenset({"pattern"}), frozenset({"with"})),
    CleaningKind.STRIP: (frozenset(), frozenset({"prefix", "suffix"})),
    CleaningKind.SCALE: (frozenset({"suffix", "factor"}), frozenset()),
}
# Kinds that mean one field's own spelling: "every text field" would be an accident.
_NAMED_FIELDS: Final = (
    CleaningKind.MAP,
    CleaningKind.REPLACE,
    CleaningKind.STRIP,
    CleaningKind.SCALE,
    CleaningKind.TOP_CODE,
)
_NUMERIC: Final = (CleaningKind.SCALE, CleaningKind.TOP_CODE)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Raw rows after their cleaning.

    Attributes:
        table: the rows in the order they came, every column of the raw table, still text.
        changed: id of each step → cells it changed; 0 where it found nothing to do.
    """

    table: pa.Table
    changed: Mapping[str, int]


def clean(contract: Contract, raw: pa.Table) -> Cleaned:
    """Apply the cleaning steps of a contract in order, each to what the one before left.

    Args:
        contract: whose steps; the fields are inherited from nothing, only their names and types count.
        raw: text columns named by field, and whatever provenance stands beside them
            (``_file``, ``_line``, ``_op``), which no step reaches. It is not changed.

    Returns:
        The cleaned rows and the cells changed by step; a missing cell stays missing.

    Raises:
        ContractError: a step's arguments do not fit its kind.
    """
    if not contract.cleaning:
        return Cleaned(raw, {})
    from contracts.cleaning_steps import apply

    for step in contract.cleaning:
        check_cleaning(step, contract)
    table, changed = raw, {}
    for step in contract.cleaning:
        table, changed[step.id] = apply(
            step, [f for f in reads(step, contract) if f in raw.column_names], table
        )
    return Cleaned(table, changed)


def reads(step: Cleaning, contract: Contract) -> tuple[str, ...]:
    """The fields whose cells a step reads: those it names, else every field of type text."""
    return step.fields or tuple(f.name for f in contract.fields if f.type is FieldType.STRING)


def check_cleaning(step: Cleaning, contract: Contract) -> None:
    """Refuse a cleaning step whose fields or arguments do not fit its kind.

    Args:
        step: one of the contract's.
        contract: whose fields it reads.

    Raises:
        ContractError: with the step, what is wrong and the remedy.
    """
    where = f"cleaning step {step.id}"
    fault = _fault(step, contract)
    if fault is not None:
        raise ContractError(fault[0], where=where, remedy=fault[1])


# What is wrong and what to do about it.
_Fault = tuple[str, str] | None


def _fault(step: Cleaning, contract: Contract) -> _Fault:
    if not step.id.strip():
        return "it has no id", "give it one that is stable within the contract"
    if sum(other.id == step.id for other in contract.cleaning) > 1:
        return "its id is used twice", "give each step its own id"
    if contract.composed is not None:
        return "a composed dataset has no raw cells", "clean the datasets it is made from"
    if step.kind in _NAMED_FIELDS and not step.fields:
        return f"{step.kind} names no field", "write fields: [the ones it is meant for]"
    if step.kind in _NUMERIC:
        for name in step.fields:
            if contract.field(name).type not in (FieldType.INTEGER, FieldType.NUMBER):
                return f"{step.kind} makes numbers, and {name} is none", "set its type to integer or number"
    needed, optional = _ARGUMENTS.get(step.kind, (frozenset(), frozenset()))
    given = frozenset(step.args)
    for name in sorted(needed - given):
        return f"{step.kind} needs the argument {name}", f"add args: {{{name}: …}}"
    for name in sorted(given - needed - optional):
        allowed = ", ".join(sorted(needed | optional))
        return f"{step.kind} has no argument {name}", f"its arguments: {allowed}" if allowed else "remove it"
    check = _CHECKS.get(step.kind)
    return None if check is None else check(step.args)


def _map_fault(args: Mapping[str, Any]) -> _Fault:
    values = args["values"]
    if not isinstance(values, Mapping) or not values:
        return "map needs a table of values", "write values: {from: to}"
    for read, written in values.items():
        for value, none_allowed in ((read, False), (written, True)):
            if value is None and none_allowed:
                continue
            if isinstance(value, bool) or not isinstance(value, str | int):
                return "a value of map is no text", "put quotes around values such as 1.0, yes, no and dates"
    return None


def _replace_fault(args: Mapping[str, Any]) -> _Fault:
    pattern, written = args["pattern"], args.get("with", "")
    if not isinstance(pattern, str) or not pattern:
        return "replace needs a pattern", 'write pattern: "…"'
    if not isinstance(written, str):
        return "what replace writes is no text", "put quotes around it"
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        pc.replace_substring_regex(pa.array([""]), pattern=pattern, replacement=written)
    except pa.ArrowInvalid as error:
        return str(error), "write an RE2 pattern (no look-around, no back-reference); \\1 writes a group"
    return None


def _strip_fault(args: Mapping[str, Any]) -> _Fault:
    if not args:
        return "strip names neither prefix nor suffix", "write prefix: … or suffix: …"
    for name, value in args.items():
        if not isinstance(value, str) or not value:
            return f"the {name} is no text", "put quotes around it"
    return None


def _scale_fault(args: Mapping[str, Any]) -> _Fault:
    if not isinstance(args["suffix"], str) or not args["suffix"].strip():
        return "the suffix is no text", "write the unit as the source spells it, e.g. 万元"
    try:
        factor = factor_of(args["factor"])
    except InvalidOperation:
        return "the factor is no number", "write e.g. 10000"
    if not factor.is_finite() or factor <= 0:
        return "the factor is not above 0", "write e.g. 10000"
    return None


def factor_of(stated: Any) -> Decimal:
    """The factor of a scale step, exactly as it is written.

    Raises:
        InvalidOperation: it is no number.
    """
    if isinstance(stated, bool):
        raise InvalidOperation
    return Decimal(str(stated))


_CHECKS: Final[Mapping[CleaningKind, Callable[[Mapping[str, Any]], _Fault]]] = {
    CleaningKind.MAP: _map_fault,
    CleaningKind.REPLACE: _replace_fault,
    CleaningKind.STRIP: _strip_fault,
    CleaningKind.SCALE: _scale_fault,
}
