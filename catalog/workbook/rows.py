"""The items of a contract as flat rows, and rows as items again.

Decides which value stands under which key. Whatever no key names (ODCS keys we do not interpret) stays
with the item the row came from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields as attributes
from enum import StrEnum
from typing import Any, Final

from contracts.attribution import read_attribution, write_attribution
from contracts.errors import ContractError
from contracts.model import (
    Area,
    AttributionRule,
    Cleaning,
    Composed,
    Contract,
    Drift,
    Entry,
    Field,
    Join,
    Load,
    Party,
    Readers,
    ResourceFormat,
    Rule,
    Sharing,
    Source,
    UnitRef,
    UnitRule,
    Unpivot,
)

Row = dict[str, Any]
_LISTS: Final = (list, tuple)
_TABLES: Final = (dict,)
# Arguments of a rule or a cleaning step that have a column of their own, and those that are no scalars.
_RULE_ARGS: Final = (
    "values", "minimum", "maximum", "regex", "code", "operator", "dataset", "fields", "on", "value", "by",
    "crs", "grain", "cycle", "shrink", "grow",
)  # fmt: skip
_RULE_SHAPES: Final = {"values": _LISTS, "fields": _LISTS, "by": _LISTS, "on": _TABLES}
_STEP_ARGS: Final = ("values", "pattern", "with", "prefix", "suffix", "factor")
_STEP_SHAPES: Final = {"values": _TABLES}
_PLAIN: Final = (
    "classification", "title", "summary", "open", "open_condition", "update_cycle", "id", "version", "status",
    "domain", "tags", "grade", "secrecy", "retention", "nulls", "unit_free", "unique_keys", "period_field",
    "minimum_quality", "quarantine_limit",
)  # fmt: skip


def contract_row(contract: Contract) -> Row:
    """What the datasets' sheet shows of a contract."""
    form, composed, area = contract.entry.format, contract.composed, contract.area
    return {
        **{key: getattr(contract, key) for key in _PLAIN},
        "code": contract.entry.code,
        "department_name": contract.department.name,
        "department_office": contract.department.office,
        "department_code": contract.department.code,
        "format_category": form.category if form else None,
        "format_type": form.type if form else "",
        "items": f"{len(contract.fields)} 项",
        "sharing_type": contract.sharing.type,
        "sharing_condition": contract.sharing.condition,
        "sharing_methods": contract.sharing.methods,
        "basis": contract.sharing.basis,
        "sharing_reason": contract.sharing.reason,
        "sharing_scope": contract.sharing.scope,
        "sharing_use": contract.sharing.use,
        "published": contract.entry.published,
        "related": contract.entry.related,
        "units": {unit.kind: unit.max_rows for unit in contract.units},
        "joins": _join_table(contract.joins),
        "area_field": area.field if area else None,
        "area_meaning": area.meaning if area else "residence",
        "attribution": _attribution_text(contract),
        "composed_kind": composed.kind if composed else None,
        "composed_sql": composed.sql if composed else "",
        "composed_readers": composed.readers if composed else Readers.ADMINISTRATION,
        "composed_rho": composed.rho if composed else None,
    }


def contract_values(row: Row, base: Contract | None) -> Row:
    """The attributes of a contract a row of the datasets' sheet gives.

    Raises:
        ContractError: they contradict each other.
    """
    form = row["format_category"]
    if form is None and row["format_type"]:
        raise ContractError("a format type has no category", remedy="choose 信息资源格式分类")
    if (row["composed_kind"] is None) is not (row["composed_sql"] == ""):
        raise ContractError("组合方式 and 组合语句 belong together", remedy="fill in both, or neither")
    same = base is not None and _join_table(base.joins) == row["joins"]
    return {
        **{key: row[key] for key in _PLAIN},
        "entry": Entry(
            row["code"],
            None if form is None else ResourceFormat(form, row["format_type"]),
            row["published"],
            row["related"],
        ),
        "department": Party(row["department_name"], row["department_code"], row["department_office"]),
        "sharing": Sharing(
            type=row["sharing_type"],
            condition=row["sharing_condition"],
            basis=row["basis"],
            methods=row["sharing_methods"],
            reason=row["sharing_reason"],
            scope=row["sharing_scope"],
            use=row["sharing_use"],
        ),
        "units": tuple(UnitRule(kind, most) for kind, most in row["units"].items()),
        "joins": base.joins if same and base is not None else _joins(row["joins"]),
        "area": None if row["area_field"] is None else Area(row["area_field"], row["area_meaning"]),
        "attribution": _attribution(row["attribution"]),
        "composed": _composed(row),
    }


def _composed(row: Row) -> Composed | None:
    if not row["composed_sql"]:
        return None
    return Composed(row["composed_kind"], row["composed_sql"], row["composed_readers"], row["composed_rho"])


def _attribution_text(contract: Contract) -> str:
    """One rule a line, each a JSON object as the contract file writes it."""
    rules = (write_attribution(rule) for rule in contract.attribution)
    return "\n".join(json.dumps(rule, ensure_ascii=False) for rule in rules)


def _attribution(text: str) -> tuple[AttributionRule, ...]:
    try:
        return tuple(read_attribution(json.loads(line)) for line in text.splitlines() if line.strip())
    except ContractError:
        raise
    except (ValueError, TypeError, KeyError) as error:
        raise ContractError(
            "归集规则 cannot be read",
            remedy='write one JSON object a line: {"by": "address", "fields": ["location"]}',
        ) from error


def _join_table(joins: Sequence[Join]) -> dict[str, str]:
    """Joins as a table; one field joined twice gets its place: ``id#2``."""
    made: dict[str, str] = {}
    for join in joins:
        key, place = join.field, 2
        while key in made:
            key, place = f"{join.field}#{place}", place + 1
        made[key] = f"{join.dataset}.{join.other}"
    return made


def _joins(table: Mapping[str, str]) -> tuple[Join, ...]:
    made = []
    for key, target in table.items():
        dataset, dot, other = target.rpartition(".")
        if not dot:
            raise ContractError("可关联 names no field", remedy="write 本表字段 → 数据集.字段")
        made.append(Join(key.partition("#")[0], dataset, other))
    return tuple(made)


def field_row(field: Field) -> Row:
    """What the items' sheet shows of a field."""
    row = _attributes(field)
    unit = row.pop("unit")
    grade = row["grade"]
    return row | {
        "unit_kind": unit.kind if unit else None,
        "unit_about": unit.about if unit else False,
        "grade": None if grade is None else str(grade),
    }


def field_of(row: Row, base: Field | None) -> Field:
    """The field a row of the items' sheet gives."""
    values, kind = dict(row), row["unit_kind"]
    about = values.pop("unit_about")
    del values["unit_kind"]
    values["unit"] = None if kind is None else UnitRef(kind, about)
    grade = values["grade"]
    if grade is not None and grade not in ("1", "2", "3", "4"):
        raise ContractError("分级 is not 1–4", remedy="choose from the list")
    values["grade"] = None if grade is None else int(grade)
    return Field(**values, extra={} if base is None else base.extra)


def rule_row(rule: Rule) -> Row:
    """What the rules' sheet shows of a rule."""
    return _attributes(rule) | _arguments(rule.args, _RULE_ARGS, _RULE_SHAPES)


def rule_of(row: Row, base: Rule | None) -> Rule:
    """The rule a row of the rules' sheet gives."""
    values = _with_args(row, _RULE_ARGS, None if base is None else base.args)
    return Rule(**values, extra={} if base is None else base.extra)


def source_row(source: Source) -> Row:
    """What the sources' sheet shows of a layout."""
    row = _attributes(source)
    unpivot = row.pop("unpivot")
    for key in ("pattern", "label", "value"):
        row[f"unpivot_{key}"] = getattr(unpivot, key) if unpivot else ""
    return row


def source_of(row: Row, base: Source | None) -> Source:
    """The layout a row of the sources' sheet gives."""
    values = dict(row)
    parts = [values.pop(f"unpivot_{key}") for key in ("pattern", "label", "value")]
    if any(parts) and not all(parts):
        raise ContractError("the three columns of 宽表 belong together", remedy="fill in all, or none")
    values["unpivot"] = Unpivot(*parts) if all(parts) else None
    return Source(**values, extra={} if base is None else base.extra)


def cleaning_row(step: Cleaning) -> Row:
    """What the cleaning sheet shows of a step."""
    return _attributes(step) | _arguments(step.args, _STEP_ARGS, _STEP_SHAPES)


def cleaning_of(row: Row, base: Cleaning | None) -> Cleaning:
    """The step a row of the cleaning sheet gives."""
    return Cleaning(**_with_args(row, _STEP_ARGS, None if base is None else base.args))


def delivery_row(contract: Contract) -> Row:
    """What the sheet of loads and drift shows of a contract."""
    return _attributes(contract.load) | _attributes(contract.drift)


def delivery_values(row: Row) -> Row:
    """The attributes of a contract a row of the sheet of loads and drift gives."""
    drift = {each.name for each in attributes(Drift)}
    return {
        "load": Load(**{key: value for key, value in row.items() if key not in drift}),
        "drift": Drift(**{key: value for key, value in row.items() if key in drift}),
    }


def _attributes(value: Any) -> Row:
    return {each.name: getattr(value, each.name) for each in attributes(value) if each.name != "extra"}


def _arguments(args: Mapping[str, Any], names: Sequence[str], shapes: Mapping[str, tuple[type, ...]]) -> Row:
    """Arguments with a column of their own, and the rest together."""
    shown: Row = {}
    for name in names:
        value = args.get(name)
        fits = isinstance(value, shapes.get(name, (str, int, float))) and not isinstance(value, bool)
        if fits and name in shapes:
            texts = value.values() if isinstance(value, Mapping) else value
            fits = bool(value) and all(isinstance(text, str) for text in texts or ())
        empty: Any = ({} if shapes[name] == _TABLES else ()) if name in shapes else None
        shown[name] = value if fits and value != "" else empty
    rest = {name: value for name, value in args.items() if not _has(shown.get(name))}
    return {f"arg_{name}": value for name, value in shown.items()} | {"args": rest}


def _has(value: Any) -> bool:
    return value is not None and value != () and value != {}


def _with_args(row: Row, names: Sequence[str], base: Mapping[str, Any] | None) -> Row:
    values = {key: value for key, value in row.items() if not key.startswith("arg_")}
    given: Row = {name: row[f"arg_{name}"] for name in names if _has(row[f"arg_{name}"])}
    given = {name: _as_json(value) for name, value in given.items()}
    given |= row["args"]
    if base is not None:  # in the order they were written
        given = {name: given[name] for name in (*base, *given) if name in given}
    values["args"] = given
    return values


def _as_json(value: Any) -> Any:
    """An argument as contracts keep them: lists for tuples, plain texts for choices."""
    if isinstance(value, tuple):
        return list(value)
    return value.value if isinstance(value, StrEnum) else value
