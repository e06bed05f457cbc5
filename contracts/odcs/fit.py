"""What in a contract file contradicts itself: loads, layouts, keys, joins and areas.

Decides which parts cannot all be meant, at the line that holds the part. Only a file somebody asks about
is judged: what the ledger keeps was judged when it came in. Rules and cleaning steps are
:mod:`contracts.odcs.checks`'s.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from typing import Any, Final

from contracts.arguments import is_dataset_name, pattern_fault
from contracts.attribution import MEANINGS, AttributionRule, Telling
from contracts.document import Node
from contracts.model import SAFE_NAME, Contract, FieldType, LoadKind, Source

_TIMED: Final = (FieldType.DATE, FieldType.TIMESTAMP)
# Types a coordinate may have.
_NUMBERS: Final = (FieldType.INTEGER, FieldType.NUMBER)
# Which keys of a load say something for which kind only.
_OF_KIND: Final = {
    "watermark": LoadKind.INCREMENTAL,
    "overlapDays": LoadKind.INCREMENTAL,
    "operation": LoadKind.CHANGES,
    "order": LoadKind.CHANGES,
    "words": LoadKind.CHANGES,
}
_CORRECT: Final = "correct the name or add the field"
# A key, what is wrong there, what to do.
_Faults = Iterator[tuple[str, str, str]]


def check_names(custom: Node, values: Mapping[str, Any]) -> None:
    """Note every field a promise names that does not exist, where the promise stands."""
    known = {field.name for field in values["fields"]}
    area, watermark = values["area"], values["load"].watermark
    used = (
        *(("uniqueKeys", name) for key in values["unique_keys"] for name in key),
        *(("joins", join.field) for join in values["joins"]),
        *(("cleaning", name) for step in values["cleaning"] for name in step.fields),
        *((("area", area.field),) if area else ()),
        *(("attribution", name) for rule in values["attribution"] for name in rule.reads),
        *((("periodField", values["period_field"]),) if values["period_field"] else ()),
        *((("load", watermark),) if watermark else ()),
    )
    for key, name in dict.fromkeys(used):
        if name and name not in known:
            custom.fail(key, f"names the field {name}, which does not exist", _CORRECT)


def check_fit(document: Node, custom: Node, contract: Contract) -> None:
    """Note what contradicts itself in the promises and the layouts of a contract."""
    for key, what, remedy in (*_load(custom, contract), *_promises(contract)):
        custom.fail(key, what, remedy)
    watermark = contract.load.watermark
    if watermark is not None and contract.field(watermark).type is FieldType.STRING:
        what = f"the watermark {watermark} is a text: 10 comes before 9 in it"
        custom.warn("load", what, "take a date or a number, or be sure all values are of one length")
    nodes = {node.value.get("server"): node for node in document.children("servers")}
    for source in contract.sources:
        for _, what, remedy in (*_numbers(source), *_layout(source, contract)):
            nodes[source.name].fail("", what, remedy)


def _load(custom: Node, contract: Contract) -> _Faults:
    load, stated = contract.load, custom.value.get("load") or {}
    for key, kind in _OF_KIND.items():
        if stated.get(key) is not None and load.kind is not kind:
            yield "load", f"{key} says nothing of {load.kind} loads", f"remove it, or write kind: {kind}"
    if load.kind is LoadKind.INCREMENTAL and load.watermark is not None:
        type_ = contract.field(load.watermark).type
        if type_ is FieldType.BOOLEAN:
            yield "load", f"the watermark {load.watermark} has no order", "name a date or a number"
        elif load.overlap_days and type_ not in _TIMED:
            what = f"overlapDays counts days, the watermark {load.watermark} none ({type_})"
            yield "load", what, "remove it, or name a date"
    if load.kind is LoadKind.CHANGES and load.operation == load.order:
        yield "load", "operation and order are one column", "name two, or leave out order"


def _promises(contract: Contract) -> _Faults:
    for key in contract.unique_keys:
        if not key:
            yield "uniqueKeys", "a key has no field", "write uniqueKeys: [[a], [a, b]]"
    for join in contract.joins:
        if not is_dataset_name(join.dataset) or not SAFE_NAME.match(join.other):
            yield (
                "joins",
                "names no dataset or no field of it",
                "write dataset: schema.table, other: …",
            )
    area, period = contract.area, contract.period_field
    if area is not None and area.meaning not in MEANINGS:
        yield "area", "says no meaning that is known here", f"write one of {', '.join(MEANINGS)}"
    if area is not None and contract.field(area.field).type is not FieldType.STRING:
        yield "area", f"{area.field} holds region codes and is no string", "set its type to string"
    for rule in contract.attribution:
        yield from _attribution(rule, contract)
    if period is not None and contract.field(period).type not in _TIMED:
        yield "periodField", f"{period} is no date", "name a date or a timestamp"


def _attribution(rule: AttributionRule, contract: Contract) -> _Faults:
    types = {name: contract.field(name).type for name in rule.reads}
    if rule.by is Telling.CODE and types[rule.fields[0]] is not FieldType.STRING:
        yield "attribution", f"{rule.fields[0]} holds region codes and is no string", "set its type to string"
    if rule.by is Telling.COORDINATES and not {types[name] for name in rule.fields} <= set(_NUMBERS):
        yield "attribution", "longitude and latitude are no numbers", "set their types to number"
    if rule.by is Telling.REGISTER and not (is_dataset_name(rule.dataset) and SAFE_NAME.match(rule.key)):
        yield "attribution", "names no register or no field of it", "write dataset: schema.table, key: …"
    if rule.dataset == contract.name:
        yield "attribution", "the dataset is its own register", "attribute it by what its rows hold"
    if rule.as_of and types[rule.as_of] not in _TIMED:
        yield "attribution", f"{rule.as_of} is no date", "name a date or a timestamp"


def _numbers(source: Source) -> _Faults:
    if source.header_row < 0 or source.skip_footer < 0:
        yield "", "counts lines below 0", "write headerRow and skipFooter as 0 or more"
    if source.header_rows < 1:
        yield "", "headerRows is below 1", "write 1, or headerRow: 0 where there is no heading"
    elif source.header_row and source.header_rows > source.header_row:
        what = f"{source.header_rows} heading rows do not end in line {source.header_row}"
        yield "", what, "write in headerRow the line of the last one"
    for name, text in (("delimiter", source.delimiter), ("quote", source.quote)):
        if text is not None and len(text) != 1:
            yield "", f"the {name} is not one character", "write one character in quotes"
    if source.encoding is not None and not is_encoding(source.encoding):
        yield "", "the encoding is not known", "write utf-8, gb18030, utf-16 or another name Python knows"


def _layout(source: Source, contract: Contract) -> _Faults:
    fed = {*source.columns.values(), *source.positions}
    absent = set(source.absent)
    for name in sorted(absent & fed):
        yield "", f"absent names {name}, which columns or positions feed", "keep one of the two"
    for name in sorted(absent & set(contract.key)):
        yield "", f"absent names {name}, which is part of the primary key", "every row needs its key"
    if source.unpivot is None:
        return
    taken = {source.unpivot.label, source.unpivot.value}
    for name in sorted(taken & (fed | absent)):
        yield "", f"unpivot fills {name}, which columns, positions or absent name", "keep one of the two"
    if (fault := pattern_fault(source.unpivot.pattern)) is not None:
        yield "", f"the pattern of unpivot {fault}", "say it in RE2 syntax"


def is_encoding(name: str) -> bool:
    """Whether text can be read in an encoding of that name."""
    try:
        return codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        return False
