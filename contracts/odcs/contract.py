"""A contract as an ODCS document, both ways.

Decides the place of what ODCS itself has a key for. The layout of custom properties is in
``docs/odcs-mapping.md``.
"""

from __future__ import annotations

from typing import Any, Final

from contracts.document import Node, built
from contracts.model import SAFE_NAME, Contract, Party
from contracts.odcs.checks import check_contract
from contracts.odcs.fields import read_fields, write_field
from contracts.odcs.fit import check_names
from contracts.odcs.names import DATASET, elsewhere
from contracts.odcs.promises import USUAL, read_promises, write_promises
from contracts.odcs.rules import read_rules, write_rule
from contracts.odcs.sources import read_sources, write_source
from contracts.plain import entries, is_list, stated

API_VERSIONS: Final = ("v3.1.0", "v3.2.0")
_TABLE: Final = "table"
_OBJECT: Final = "object"
_SAFE: Final = "write schema.table: lower-case letters, digits and underscores, a letter first"


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
    if is_list(node.value.get("team")):
        node.fail("team", "names no department", "write team: {name: 民政局, members: [those listed]}")
        return None
    team, description = node.child("team"), node.child("description")
    sources, servers = read_sources(node)
    rules, quality = read_rules(schema)
    schema_name, table = _read_names(schema)
    usual = {"physicalType": _TABLE, "logicalType": _OBJECT}
    kinds = {key: text for key, what in usual.items() if (text := schema.maybe(key)) not in (None, what)}
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
            custom.text("departmentOffice"),
        ),
        "summary": description.text("purpose"),
        "fields": read_fields(schema),
        "rules": rules,
        "sources": sources,
        **read_promises(custom),
    }
    left = {
        "description": description.rest(),
        "team": team.rest(),
        "servers": servers,
        "schema": {**kinds, **schema.rest(), **({"quality": quality} if quality else {})},
        "customProperties": custom.unknown(elsewhere(DATASET)),
    }
    values["extra"] = {**node.rest(), **{key: value for key, value in left.items() if value}}
    node.misspelt()
    schema.misspelt()
    if node.line:
        check_names(custom, values)
    # Half a contract would only bring follow-up problems.
    contract = None if node.failures else built(schema, Contract, values)
    if contract is not None:
        check_contract(node, schema, custom, contract)
    return contract


def _check_head(node: Node) -> None:
    kind = node.needed("kind", "add kind: DataContract")
    version = node.needed("apiVersion", f"add apiVersion: {API_VERSIONS[-1]}")
    if kind and kind != "DataContract":
        node.fail("kind", f"{kind!r} is not a data contract", "write kind: DataContract")
    if version and version not in API_VERSIONS:
        node.fail("apiVersion", f"{version!r} is not supported", f"write one of {', '.join(API_VERSIONS)}")


def _read_names(schema: Node) -> tuple[str, str]:
    table, physical = schema.needed("name"), schema.needed("physicalName", _SAFE)
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


def write_contract(contract: Contract) -> dict[str, Any]:
    """The contract as a plain ODCS 3.2.0 document."""
    extra = dict(contract.extra)
    description = {**stated(purpose=contract.summary), **extra.pop("description", {})}
    team = {"name": contract.department.name, **extra.pop("team", {})}
    schema_extra = dict(extra.pop("schema", {}))
    quality = [*map(write_rule, contract.rules), *schema_extra.pop("quality", [])]
    servers = [*map(write_source, contract.sources), *extra.pop("servers", [])]
    kept = extra.pop("customProperties", [])
    schema = {
        "name": contract.table,
        "physicalName": contract.name,
        "physicalType": _TABLE,
        "logicalType": _OBJECT,
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
        "customProperties": entries(write_promises(contract), kept, USUAL),
    }
