"""Layouts and quality rules of a contract as ODCS ``servers[]`` and ``quality[]``, both ways.

Servers that are no local files, and quality rules of other engines, are kept as they are.
"""

from __future__ import annotations

import re
from typing import Any, Final

from contracts.document import Node, built, entries, stated
from contracts.model import Action, Dimension, Rule, RuleKind, Source, SourceFormat

ENGINE: Final = "ybz"
# Source: ODCS 3.2.0, StableId.
_STABLE_ID: Final = re.compile(r"^[^\s.#/\\@!%&^]+$")
_PLAIN: Final = Source(name="", format=SourceFormat.CSV, path="")


def read_sources(document: Node) -> tuple[tuple[Source, ...], list[dict[str, Any]]]:
    """Layouts of local files, and the other servers as they stand."""
    made: list[Source] = []
    foreign: list[dict[str, Any]] = []
    for node in document.children("servers"):
        if node.value.get("type") != "local":
            foreign.append(node.rest())
            continue
        source = _read_source(node)
        if source is not None and source.name in {other.name for other in made}:
            node.fail("server", f"{source.name!r} is given twice", "rename one of the two")
        elif source is not None:
            made.append(source)
    return tuple(made), foreign


def _read_source(node: Node) -> Source | None:
    custom = node.custom()
    node.take("type")
    if "format" not in node:
        node.fail("format", "is missing", f"write one of {', '.join(SourceFormat)}")
    header_row, header_rows = custom.whole("headerRow"), custom.whole("headerRows")
    values: dict[str, Any] = {
        "name": node.needed("server"),
        "format": node.choice("format", SourceFormat, SourceFormat.CSV),
        "path": node.needed("path"),
        "encoding": (node if "encoding" in node else custom).maybe("encoding"),
        "delimiter": custom.maybe("delimiter"),
        "quote": custom.maybe("quote") if "quote" in custom else _PLAIN.quote,
        "sheet": custom.maybe("sheet"),
        "header_row": _PLAIN.header_row if header_row is None else header_row,
        "header_rows": _PLAIN.header_rows if header_rows is None else header_rows,
        "skip_footer": custom.whole("skipFooter") or 0,
        "drop": custom.texts("drop") if "drop" in custom else _PLAIN.drop,
        "record_path": custom.maybe("recordPath"),
        "query": custom.maybe("query"),
        "columns": custom.pairs("columns"),
        "positions": custom.texts("positions"),
        "period": custom.maybe("period"),
        "area": custom.maybe("area"),
        "reasons": custom.pairs("reasons"),
    }
    unknown = custom.unknown()
    values["extra"] = {**node.rest(), **({"customProperties": unknown} if unknown else {})}
    node.misspelt()
    return built(node, Source, values) if values["name"] and values["path"] else None


def write_source(source: Source) -> dict[str, Any]:
    """One layout as an ODCS server of type ``local``."""
    extra = dict(source.extra)
    unknown = extra.pop("customProperties", [])
    custom = stated(
        encoding=source.encoding,
        delimiter=source.delimiter,
        sheet=source.sheet,
        recordPath=source.record_path,
        query=source.query,
        columns=dict(source.columns),
        positions=list(source.positions),
        period=source.period,
        area=source.area,
        skipFooter=source.skip_footer,
        reasons=dict(source.reasons),
    )
    # These have a default that is not "nothing": they are written where they differ from it.
    for name, value, usual in (
        ("quote", source.quote, _PLAIN.quote),
        ("headerRow", source.header_row, _PLAIN.header_row),
        ("headerRows", source.header_rows, _PLAIN.header_rows),
        ("drop", list(source.drop), list(_PLAIN.drop)),
    ):
        if value != usual:
            custom[name] = value
    return {
        "server": source.name,
        "type": "local",
        "path": source.path,
        "format": source.format.value,
        **extra,
        **stated(customProperties=[*entries(custom), *unknown]),
    }


def read_rules(schema: Node) -> tuple[tuple[Rule, ...], list[dict[str, Any]]]:
    """Rules of ours, and the quality entries of other engines as they stand."""
    made: list[Rule] = []
    foreign: list[dict[str, Any]] = []
    for node in schema.children("quality"):
        if node.value.get("engine") != ENGINE:
            foreign.append(node.rest())
            continue
        rule = _read_rule(node)
        if rule.id in {other.id for other in made}:
            node.fail("id", f"{rule.id!r} is given twice", "rename one of the two")
        made.append(rule)
    return tuple(made), foreign


def _read_rule(node: Node) -> Rule:
    body = node.child("implementation")
    id_ = node.needed("id")
    if id_ and not _STABLE_ID.match(id_):
        node.fail("id", f"{id_!r} is not a stable id", "use letters, digits, - and _")
    if "kind" not in body:
        node.fail("implementation", "names no kind", f"add kind: one of {', '.join(RuleKind)}")
    # ODCS has no dimension for accessibility: ours then stands in the implementation.
    dimension = body if "dimension" in body else node
    values: dict[str, Any] = {
        "id": id_,
        "kind": body.choice("kind", RuleKind, RuleKind.REQUIRED),
        "fields": body.texts("fields"),
        "args": body.child("args").rest(),
        "dimension": dimension.choice("dimension", Dimension, Dimension.CONFORMITY),
        "action": body.choice("action", Action, Action.WARN),
        "description": node.text("description"),
    }
    node.take("type"), node.take("engine")
    body.only()
    return Rule(**values, extra=node.rest())


def write_rule(rule: Rule) -> dict[str, Any]:
    """One rule as an ODCS quality entry of type ``custom``."""
    ours_alone = rule.dimension is Dimension.ACCESSIBILITY
    return {
        "id": rule.id,
        "type": "custom",
        "engine": ENGINE,
        **stated(
            dimension=None if ours_alone else rule.dimension.value,
            description=rule.description,
        ),
        **rule.extra,
        "implementation": {
            "kind": rule.kind.value,
            **stated(
                fields=list(rule.fields),
                args=dict(rule.args),
                dimension=rule.dimension.value if ours_alone else None,
            ),
            "action": rule.action.value,
        },
    }
