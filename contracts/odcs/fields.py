"""Fields of a contract as ODCS ``schema[].properties[]``, both ways.

Decides which ODCS key or custom property carries which attribute of a
:class:`~contracts.model.Field`. Unknown keys are kept in ``extra`` and written back.
"""

from __future__ import annotations

from typing import Any, Final

from contracts.document import Node, built
from contracts.model import Field, FieldType, ItemType, ShareType, UnitRef, Use
from contracts.odcs.names import ENGINE, FIELD, elsewhere
from contracts.plain import entries, plain, scalar_text, stated
from contracts.rules import pattern_fault
from contracts.spellings import EXCEL_SERIAL, form_fault

GRAINS: Final = ("year", "quarter", "month", "day", "hour", "second")
_TIMES: Final = (FieldType.DATE, FieldType.TIMESTAMP)
_NUMBERS: Final = (FieldType.INTEGER, FieldType.NUMBER)


def property_nodes(schema: Node) -> tuple[Node, ...]:
    """The properties of a schema object, each called by its name where it has one."""
    nodes = schema.children("properties")
    for node in nodes:
        name = node.value.get("name")
        node.path = name if isinstance(name, str) else node.path
    return nodes


def read_fields(schema: Node) -> tuple[Field, ...]:
    """The well-formed fields of a schema object; what is wrong with others is noted."""
    made: list[Field] = []
    nodes = property_nodes(schema)
    if not nodes:
        schema.fail("properties", "a contract needs at least one field", "add properties: [{name: …}]")
    keys = 0
    for node in nodes:
        keys += node.value.get("primaryKey") is True
        field = _read(node, keys)
        if field is not None and field.name in {other.name for other in made}:
            node.fail("name", "is defined twice", "remove one of the two")
        elif field is not None:
            made.append(field)
    return tuple(made)


def _read(node: Node, place: int) -> Field | None:
    known = node.failures
    custom, options = node.custom(), node.child("logicalTypeOptions")
    kind = node.choice("logicalType", FieldType, FieldType.STRING)
    position = node.whole("primaryKeyPosition") or 0
    key = node.flag("primaryKey")
    allowed, fuller = _read_enum(node, kind)
    values: dict[str, Any] = {
        "name": node.needed("name"),
        "business_name": node.text("businessName"),
        "type": kind,
        "required": node.flag("required"),
        "unique": node.flag("unique"),
        "key_position": (position if position > 0 else place) if key else None,
        "element": custom.maybe("element"),
        "check": custom.maybe("check"),
        "pattern": _read_pattern(_holder("pattern", options, custom)),
        "min_length": _holder("minLength", options, custom).whole("minLength"),
        "max_length": _holder("maxLength", options, custom).whole("maxLength"),
        "minimum": _read_bound(_holder("minimum", options, custom), "minimum", kind),
        "maximum": _read_bound(_holder("maximum", options, custom), "maximum", kind),
        "allowed": allowed,
        "nulls": custom.texts("nulls"),
        "format": None if kind in _NUMBERS else _read_format(_holder("format", options, custom), kind),
        "unit": _read_unit(custom),
        "use": custom.choice("use", Use, Use.NEVER),
        "grain": _read_grain(custom, kind),
        "scale": custom.whole("scale") or 0,
        "grade": custom.whole("grade"),
        "personal": custom.flag("personal"),
        "sensitive": custom.flag("sensitive"),
        "category": custom.text("category"),
        "sharing": custom.optional("shareType", ShareType),
        "item_type": custom.optional("itemType", ItemType),
        "description": node.text("description"),
    }
    left = {
        "logicalTypeOptions": options.rest(),
        "customProperties": custom.unknown(elsewhere(FIELD)),
        "enum": fuller,
    }
    values["extra"] = {**node.rest(), **{name: value for name, value in left.items() if value}}
    node.misspelt()
    for rule in node.children("quality"):
        if rule.value.get("engine") == ENGINE:
            rule.fail("", "rules of ours stand at the dataset", "move it to quality of the schema object")
    return built(node, Field, values) if node.failures == known else None


def _holder(key: str, options: Node, custom: Node) -> Node:
    """Where a bound stands: ``logicalTypeOptions``, or a custom property where those forbid it."""
    return custom if key in custom and key not in options else options


def _read_pattern(holder: Node) -> str | None:
    pattern = holder.maybe("pattern")
    if pattern is None:
        return None
    fault = pattern_fault(pattern)
    if fault is not None:
        holder.fail("pattern", fault, "say it in RE2 syntax")
        return None
    return pattern


def _read_format(holder: Node, kind: FieldType) -> str | None:
    form = holder.maybe("format")
    fault = form_fault(form) if form and kind in _TIMES else None
    if fault is not None:
        holder.fail("format", fault, f"write a pattern such as yyyy-MM-dd, or {EXCEL_SERIAL}")
    return form


def _read_bound(holder: Node, key: str, kind: FieldType) -> float | int | str | None:
    return holder.number(key) if kind in _NUMBERS else holder.maybe(key)


def _read_unit(custom: Node) -> UnitRef | None:
    unit = custom.child("unit")
    if not unit.value:
        return None
    made = UnitRef(unit.needed("kind"), unit.flag("about", True))
    unit.only()
    return made


def _read_grain(custom: Node, kind: FieldType) -> str | None:
    raw = custom.value.get("grain")
    if isinstance(raw, float):  # the step of a number, exact as text: 0.01
        return str(float(custom.take("grain")))
    grain = custom.maybe("grain")
    if grain and kind in _TIMES and grain not in GRAINS:
        custom.fail("grain", f"{grain!r} is not a time grain", f"write one of {', '.join(GRAINS)}")
        return None
    return grain


def _read_enum(node: Node, kind: FieldType) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """The allowed values as texts, and the entries that say more than their text."""
    allowed: list[str] = []
    fuller: list[dict[str, Any]] = []
    for entry in node.children("enum"):
        raw = entry.value.get("value")
        text = scalar_text(raw) if kind is not FieldType.STRING and raw is not None else None
        if text is None:
            text = entry.needed("value", "add value: …, in quotes")
            raw = text
        else:
            entry.take("value")
        allowed.append(text)
        if raw != text or len(entry.value) > 1:
            fuller.append({"value": plain(raw), **entry.rest()})
    return tuple(allowed), fuller


def write_field(field: Field) -> dict[str, Any]:
    """One field as an ODCS property."""
    extra = dict(field.extra)
    options = {**_options(field), **extra.pop("logicalTypeOptions", {})}
    fits = {name: value for name, value in options.items() if _fits(field.type, name)}
    custom = {**_custom(field), **{name: value for name, value in options.items() if name not in fits}}
    fuller = {scalar_text(entry["value"]): entry for entry in extra.pop("enum", [])}
    kept = extra.pop("customProperties", [])
    return {
        "name": field.name,
        "logicalType": field.type.value,
        **stated(
            businessName="" if field.business_name == field.name else field.business_name,
            description=field.description,
            required=field.required,
            unique=field.unique,
            primaryKey=field.key_position is not None,
            primaryKeyPosition=field.key_position,
            logicalTypeOptions=fits,
            enum=[fuller.get(value, {"value": value}) for value in field.allowed],
        ),
        **extra,
        **stated(customProperties=entries(custom, kept)),
    }


def _options(field: Field) -> dict[str, Any]:
    named = {
        "minLength": field.min_length,
        "maxLength": field.max_length,
        "pattern": field.pattern,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "format": field.format,
    }
    return {name: value for name, value in named.items() if value is not None}


def _fits(kind: FieldType, option: str) -> bool:
    """Whether ODCS takes this option of ours for fields of this type."""
    if option in ("minLength", "maxLength", "pattern"):
        return kind is FieldType.STRING
    if option == "format":
        return kind in (FieldType.STRING, *_TIMES)
    return option not in ("minimum", "maximum") or kind in (*_NUMBERS, *_TIMES)


def _custom(field: Field) -> dict[str, Any]:
    unit = field.unit
    return stated(
        element=field.element,
        check=field.check,
        unit=None if unit is None else {"kind": unit.kind, "about": unit.about},
        use=None if field.use is Use.NEVER else field.use.value,
        grain=field.grain,
        scale=field.scale,
        grade=field.grade,
        personal=field.personal,
        sensitive=field.sensitive,
        category=field.category,
        shareType=None if field.sharing is None else field.sharing.value,
        itemType=None if field.item_type is None else field.item_type.value,
        nulls=list(field.nulls),
    )
