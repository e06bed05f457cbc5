"""Layouts of a contract as ODCS ``servers[]``, both ways.

Servers that are no local files are kept as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from contracts.document import Node, built
from contracts.model import Source, SourceFormat
from contracts.odcs.delivery import read_unpivot, write_unpivot
from contracts.odcs.names import LAYOUT, elsewhere
from contracts.plain import entries, stated

_PLAIN: Final = Source(name="", format=SourceFormat.CSV, path="")
_USUAL: Final[Mapping[str, Any]] = {
    "quote": _PLAIN.quote,
    "headerRow": _PLAIN.header_row,
    "headerRows": _PLAIN.header_rows,
    "drop": list(_PLAIN.drop),
}


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
        "absent": custom.texts("absent"),
        "unpivot": read_unpivot(custom.child("unpivot")),
        "reasons": custom.pairs("reasons"),
    }
    unknown = custom.unknown(elsewhere(LAYOUT))
    values["extra"] = {**node.rest(), **({"customProperties": unknown} if unknown else {})}
    node.misspelt()
    return built(node, Source, values) if values["name"] and values["path"] else None


def write_source(source: Source) -> dict[str, Any]:
    """One layout as an ODCS server of type ``local``."""
    extra = dict(source.extra)
    kept = extra.pop("customProperties", [])
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
        absent=list(source.absent),
        unpivot=None if source.unpivot is None else write_unpivot(source.unpivot),
        reasons=dict(source.reasons),
    )
    # These have a default that is not "nothing": they are written where they differ from it.
    stands = {
        "quote": source.quote,
        "headerRow": source.header_row,
        "headerRows": source.header_rows,
        "drop": list(source.drop),
    }
    custom |= {name: value for name, value in stands.items() if value != _USUAL[name]}
    return {
        "server": source.name,
        "type": "local",
        "path": source.path,
        "format": source.format.value,
        **extra,
        **stated(customProperties=entries(custom, kept, _USUAL)),
    }
