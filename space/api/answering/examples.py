"""Examples of requests and answers, made from the schema itself so that they always keep it.

Decides the plainest value of each schema: the first of a closed set, the shortest list, and for texts what
the name of the field stands for in the city of the examples.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

# Name of a field or parameter → what it says in the city of the examples.
_SAID: Final[Mapping[str, Any]] = {
    "by": "张磊", "name": "market.firms", "dataset": "market.firms", "reason": "依法履职需要",
    "basis": "《政务数据共享条例》第十条", "approved_by": "王芳", "period": "2026-09", "month": "2026-09",
    "year": 2026, "department": "市场监管局", "code": "11990100MB0000002X",
    "organisation": "11990100MB0000002X",
    "url": "https://receiver.example.org/ybz", "sql": "SELECT count(*) AS firms FROM market.firms",
    "purpose": "statistics", "grant": "grt_5f0c1d2e3a4b5c6d7e8f9a0b", "q": "企业", "title": "企业登记信息",
    "events": ["grant.revoked"], "content": "57uf6K6h", "address": "云湖区湖滨街道1号",
    "contract": "apiVersion: v3.0.2",

    "subject": "entry:market.firms", "rule": "update", "from": "1", "to": "2",
    "cursor": "WyIvdjEvZW50cmllcyIsImEiXQ",
}  # fmt: skip
_FORMATS: Final[Mapping[str, str]] = {
    "date": "2026-09-24", "date-time": "2026-09-24T04:00:00Z", "uri": "https://example.org/",
}  # fmt: skip
_PATTERNS: Final = (
    "2026-09", "2026Q3", "2026", "a", "",
)  # fmt: skip
# Nested as deep as a request of ours ever is.
_DEEPEST: Final = 12


def example(schema: Any, schemas: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:
    """A value that keeps a schema.

    Args:
        schema: JSON Schema, or ``True``.
        schemas: the components it refers to, by name.
        name: of the field or parameter.
        depth: how deep in the value it stands.
    """
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return None
    if "$ref" in schema:
        return example(schemas[str(schema["$ref"]).rsplit("/", 1)[-1]], schemas, name, depth + 1)
    for key in ("const", "default"):
        if key in schema and schema[key] not in (None, "", []):
            return schema[key]
    if "enum" in schema:
        return schema["enum"][0]
    for key in ("anyOf", "oneOf"):
        if key in schema:
            chosen = next((one for one in schema[key] if one.get("type") != "null"), schema[key][0])
            return example(chosen, schemas, name, depth + 1)
    if "allOf" in schema:
        return example(schema["allOf"][0], schemas, name, depth + 1)
    return _of_kind(schema, schemas, name, depth)


def _of_kind(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str, depth: int) -> Any:
    kind = schema.get("type")
    if kind == "object":
        said = schema.get("properties", {})
        wanted = schema.get("required", ())
        return {key: example(one, schemas, key, depth + 1) for key, one in said.items() if key in wanted}
    if kind == "array":
        known = _SAID.get(name)
        if isinstance(known, list):
            return known
        few = schema.get("minItems", 0)
        return [example(schema.get("items", {}), schemas, name.rstrip("s"), depth + 1) for _ in range(few)]
    if kind == "boolean":
        return False
    if kind in ("integer", "number"):
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
        known = _SAID.get(name)
        return known if isinstance(known, int) and known >= low else low
    return _text(schema, name) if kind == "string" else None


def _text(schema: Mapping[str, Any], name: str) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    pattern = schema.get("pattern")
    if pattern:
        return next((one for one in _PATTERNS if re.search(pattern, one)), "a")
    known = _SAID.get(name)
    said = known if isinstance(known, str) else name.replace("_", " ") or "text"
    said = said[: schema.get("maxLength", len(said))]
    return said.ljust(schema.get("minLength", 0), "x")
