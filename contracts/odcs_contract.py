"""A contract as an ODCS document, both ways.

Decides the place of everything that is neither a field, a layout nor a rule. The layout of custom
properties is in ``docs/odcs-mapping.md``.
"""

from __future__ import annotations

from typing import Any, Final

from contracts.document import Node, built, entries, stated
from contracts.elements import inherit
from contracts.model import (
    SAFE_NAME,
    Area,
    Composed,
    Composition,
    Contract,
    Join,
    Party,
    Secrecy,
    ShareType,
    Sharing,
    UnitRule,
    UpdateCycle,
)
from contracts.odcs_fields import property_nodes, read_fields, write_field
from contracts.odcs_sources import read_rules, read_sources, write_rule, write_source
from contracts.rules import check_rule, rules_of

API_VERSIONS: Final = ("v3.1.0", "v3.2.0")
_SAFE: Final = "write schema.table: lower-case letters, digits and underscores, a letter first"
_QUARANTINE_LIMIT: Final = Contract.__dataclass_fields__["quarantine_limit"].default


def read_contract(node: Node) -> Contract | None:
    """The contract in a document, or None when problems were noted instead."""
    _check_head(node)
    schemas = node.children("schema")
    if len(schemas) != 1:
        node.fail(
            "schema", f"one dataset per file is expected, found {len(schemas)}", "keep one in each file"
        )
        return None
    schema, custom = schemas[0], node.custom()
    team, description = node.child("team"), node.child("description")
    sources, servers = read_sources(node)
    rules, quality = read_rules(schema)
    schema_name, table = _read_names(schema)
    values: dict[str, Any] = {
        "id": node.needed("id"),
        "title": node.text("name", table),
        "version": node.needed("version", "add version: 1.0.0"),
        "status": node.text("status", "draft"),
        "domain": node.text("domain"),
        "tags": node.texts("tags"),
        "schema": schema_name,
        "table": table,
        "department": Party(
            team.needed("name", "name the source department: team: {name: …}"),
            custom.text("departmentCode"),
        ),
        "summary": description.text("purpose"),
        "fields": read_fields(schema),
        "rules": rules,
        "sources": sources,
        **_read_promises(custom),
    }
    left = {
        "description": description.rest(),
        "team": team.rest(),
        "servers": servers,
        "schema": {**schema.rest(), **({"quality": quality} if quality else {})},
        "customProperties": custom.unknown(),
    }
    values["extra"] = {**node.rest(), **{key: value for key, value in left.items() if value}}
    node.misspelt()
    schema.misspelt()
    # Half a contract would only bring follow-up problems.
    contract = None if node.failures else built(schema, Contract, values)
    if contract is not None:
        _check_rules(schema, contract)
    return contract


def _check_rules(schema: Node, contract: Contract) -> None:
    """Note every rule, stated or implied by a field, that could not be run."""
    places = {node.value.get("id"): node for node in schema.children("quality")}
    fields = {node.value.get("name"): node for node in property_nodes(schema)}
    for field in contract.fields:
        built(fields[field.name], inherit, {"target": field})
    if schema.failures:
        return
    for rule in rules_of(contract):
        node = places.get(rule.id) or fields.get(rule.fields[0] if rule.fields else None, schema)
        built(node, check_rule, {"rule": rule, "contract": contract})


def _check_head(node: Node) -> None:
    kind = node.needed("kind", "add kind: DataContract")
    version = node.needed("apiVersion", f"add apiVersion: {API_VERSIONS[-1]}")
    if kind and kind != "DataContract":
        node.fail("kind", f"{kind!r} is not a data contract", "write kind: DataContract")
    if version and version not in API_VERSIONS:
        node.fail("apiVersion", f"{version!r} is not supported", f"write one of {', '.join(API_VERSIONS)}")


def _read_names(schema: Node) -> tuple[str, str]:
    table, physical = schema.needed("name"), schema.needed("physicalName", _SAFE)
    schema.take("logicalType"), schema.take("physicalType")
    if not table or not physical:
        return "", ""
    schema_name, dot, last = physical.partition(".")
    if not dot:
        schema.fail("physicalName", "names no schema", _SAFE)
    elif last != table:
        schema.fail("physicalName", f"says {last!r} where name says {table!r}", "make the two agree")
    elif not (SAFE_NAME.match(schema_name) and SAFE_NAME.match(table)):
        schema.fail("physicalName", f"{physical!r} is not safe for every engine", _SAFE)
    else:
        return schema_name, table
    return "", ""


def _read_promises(custom: Node) -> dict[str, Any]:
    sharing = Sharing(
        custom.choice("shareType", ShareType, ShareType.CONDITIONAL),
        custom.text("shareCondition"),
        custom.text("shareBasis"),
    )
    units, joins = custom.children("units"), custom.children("joins")
    area, composed = custom.child("area"), custom.child("composed")
    limit = custom.number("quarantineLimit")
    values = {
        "classification": custom.text("classification"),
        "sharing": sharing,
        "open": custom.flag("open"),
        "open_condition": custom.text("openCondition"),
        "update_cycle": custom.choice("updateCycle", UpdateCycle, UpdateCycle.IRREGULAR),
        "retention": custom.text("retention"),
        "secrecy": custom.choice("secrecy", Secrecy, Secrecy.NONE),
        "grade": _read_grade(custom),
        "nulls": custom.texts("nulls"),
        "units": tuple(
            rule
            for unit in units
            if (rule := built(unit, UnitRule, {"kind": unit.needed("kind"), "max_rows": _most(unit)}))
        ),
        "unique_keys": tuple(custom.text_lists("uniqueKeys")),
        "joins": tuple(
            Join(join.needed("field"), join.needed("dataset"), join.needed("other")) for join in joins
        ),
        "area": Area(area.needed("field"), area.text("meaning", "residence")) if area.value else None,
        "period_field": custom.maybe("periodField"),
        "composed": Composed(
            composed.choice("kind", Composition, Composition.UNIT_LEVEL), composed.needed("sql")
        )
        if composed.value
        else None,
        "unit_free": custom.flag("unitFree"),
        "quarantine_limit": _QUARANTINE_LIMIT if limit is None else _share(custom, limit),
    }
    for node in (*units, *joins, area, composed):
        node.only()
    return values


def _most(unit: Node) -> int:
    known = unit.whole("maxRows")
    if known is None:
        unit.fail("maxRows", "is missing", "add maxRows: the most rows one unit may have")
    return 1 if known is None else known


def _read_grade(custom: Node) -> int | None:
    grade = custom.whole("grade")
    if grade is not None and grade not in (1, 2, 3, 4):
        custom.fail("grade", f"{grade} is not 1–4", "write 1, 2, 3 or 4")
        return None
    return grade


def _share(custom: Node, limit: float) -> float:
    if not 0 <= limit <= 1:
        custom.fail("quarantineLimit", "is not a share of rows", "write a number from 0 to 1")
    return limit


def write_contract(contract: Contract) -> dict[str, Any]:
    """The contract as a plain ODCS 3.2.0 document."""
    extra = dict(contract.extra)
    description = {**stated(purpose=contract.summary), **extra.pop("description", {})}
    team = {"name": contract.department.name, **extra.pop("team", {})}
    schema_extra = dict(extra.pop("schema", {}))
    quality = [*map(write_rule, contract.rules), *schema_extra.pop("quality", [])]
    servers = [*map(write_source, contract.sources), *extra.pop("servers", [])]
    unknown = extra.pop("customProperties", [])
    schema = {
        "name": contract.table,
        "physicalName": contract.name,
        "physicalType": "table",
        "logicalType": "object",
        **schema_extra,
        "properties": [write_field(field) for field in contract.fields],
        **stated(quality=quality),
    }
    return {
        "apiVersion": API_VERSIONS[-1],
        "kind": "DataContract",
        "id": contract.id,
        "name": contract.title,
        "version": contract.version,
        "status": contract.status,
        **stated(domain=contract.domain, tags=list(contract.tags), description=description),
        "team": team,
        "schema": [schema],
        **stated(servers=servers),
        **extra,
        "customProperties": [*entries(_promises(contract)), *unknown],
    }


def _promises(contract: Contract) -> dict[str, Any]:
    area, composed = contract.area, contract.composed
    limit = contract.quarantine_limit
    made = stated(
        departmentCode=contract.department.code,
        classification=contract.classification,
        shareType=contract.sharing.type.value,
        shareCondition=contract.sharing.condition,
        shareBasis=contract.sharing.basis,
        open=contract.open,
        openCondition=contract.open_condition,
        updateCycle=contract.update_cycle.value,
        retention=contract.retention,
        secrecy=None if contract.secrecy is Secrecy.NONE else contract.secrecy.value,
        grade=contract.grade,
        nulls=list(contract.nulls),
        unitFree=contract.unit_free,
        units=[{"kind": unit.kind, "maxRows": unit.max_rows} for unit in contract.units],
        uniqueKeys=[list(key) for key in contract.unique_keys],
        joins=[{"field": j.field, "dataset": j.dataset, "other": j.other} for j in contract.joins],
        area=None if area is None else {"field": area.field, "meaning": area.meaning},
        periodField=contract.period_field,
        composed=None if composed is None else {"kind": composed.kind.value, "sql": composed.sql},
    )
    if limit != _QUARANTINE_LIMIT:
        made["quarantineLimit"] = limit
    return made
