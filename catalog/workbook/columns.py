"""The sheets of the workbook and their columns: what a steward sees and may change.

Decides their order and how each is spelt; headings and comments are data (``headings.yaml``). The
datasets' sheet begins with the thirteen core items of the catalogue in the order of the guide.

Source: 政务信息资源目录编制指南（试行）, 核心元数据.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from catalog.workbook.cells import (
    BOUND,
    COUNT,
    FLAG,
    MAYBE,
    NUMBER,
    SHARE,
    TEXT,
    WHOLE,
    Spelling,
    choice,
    choices,
    number,
    one_of,
    sign,
    whole,
)
from catalog.workbook.several import OBJECT, TABLE, TEXTS, counts, sets
from catalog.workbook.sheet import Column, Sheet
from contracts.codes import CODES
from contracts.elements import Element, elements
from contracts.model import (
    Action,
    CleaningKind,
    Composition,
    Dimension,
    DriftAction,
    FieldType,
    FormatCategory,
    ItemType,
    LoadKind,
    Readers,
    RuleKind,
    Secrecy,
    ShareMethod,
    ShareType,
    SourceFormat,
    UpdateCycle,
    Use,
)

Pairs = tuple[tuple[str, Spelling], ...]


DATASET: Final = "数据集"
DATASET_NOTE: Final = "库名.表名，只用小写字母、数字和下划线；各表以此对应同一数据集。"
KEY: Final = "行键"
BASIS: Final = "basis"
_CHECKS: Final = tuple(CODES)


def sheets(own: Mapping[str, Element] = MappingProxyType({})) -> tuple[Sheet, ...]:
    """The visible sheets, in order.

    Args:
        own: the city's own elements in force, offered before those of the library.
    """
    known = {**own, **{code: element for code, element in elements().items() if code not in own}}
    element = one_of(tuple(f"{code} {each.name}" for code, each in known.items()))
    pairs = {
        "contract": _CORE + _FURTHER,
        "fields": _items(element),
        "rules": _RULES,
        "sources": _SOURCES,
        "cleaning": _CLEANING,
        "delivery": _DELIVERY,
    }
    return tuple(_sheet(item, columns) for item, columns in pairs.items())


def _sheet(item: str, pairs: Pairs) -> Sheet:
    said = _headings()[item]
    columns = []
    for key, spelling in pairs:
        heading, width, note = said["columns"][key]
        columns.append(Column(key, heading, spelling, note, width))
    return Sheet(said["title"], item, tuple(columns))


@cache
def _headings() -> Mapping[str, Any]:
    from ruamel.yaml import YAML

    text = Path(__file__).with_name("headings.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = YAML(typ="safe").load(text)
    return MappingProxyType(document["sheets"])


_CORE: Final[Pairs] = (
    ("classification", TEXT),
    ("title", TEXT),
    ("code", TEXT),
    ("department_name", TEXT),
    ("department_office", TEXT),
    ("department_code", TEXT),
    ("summary", TEXT),
    ("format_category", choice(FormatCategory, None)),
    ("format_type", TEXT),
    ("items", TEXT),
    ("sharing_type", choice(ShareType, ShareType.CONDITIONAL)),
    ("sharing_condition", TEXT),
    ("sharing_methods", choices(ShareMethod)),
    (BASIS, TEXT),
    ("open", FLAG),
    ("open_condition", TEXT),
    ("update_cycle", choice(UpdateCycle, UpdateCycle.IRREGULAR)),
    ("published", TEXT),
    ("related", TEXTS),
)
_FURTHER: Final[Pairs] = (
    ("id", TEXT),
    ("version", TEXT),
    ("status", TEXT),
    ("domain", TEXT),
    ("tags", TEXTS),
    ("grade", WHOLE),
    ("secrecy", choice(Secrecy, Secrecy.NONE)),
    ("retention", TEXT),
    ("nulls", TEXTS),
    ("unit_free", FLAG),
    ("units", counts()),
    ("unique_keys", sets()),
    ("joins", TABLE),
    ("area_field", MAYBE),
    ("area_meaning", TEXT),
    ("period_field", MAYBE),
    ("composed_kind", choice(Composition, None)),
    ("composed_sql", TEXT),
    ("minimum_quality", NUMBER),
    ("quarantine_limit", number(0.2)),
    ("sharing_reason", TEXT),
    ("sharing_scope", TEXT),
    ("sharing_use", TEXT),
    ("composed_readers", choice(Readers, Readers.ADMINISTRATION)),
    ("composed_rho", NUMBER),
    ("attribution", TEXT),
)


def _items(element: Spelling) -> Pairs:
    return (
        ("business_name", TEXT),
        ("name", TEXT),
        ("element", element),
        ("type", choice(FieldType, FieldType.STRING)),
        ("item_type", choice(ItemType, None)),
        ("max_length", WHOLE),
        ("min_length", WHOLE),
        ("required", FLAG),
        ("unique", FLAG),
        ("key_position", WHOLE),
        ("use", choice(Use, Use.NEVER)),
        ("grain", MAYBE),
        ("scale", COUNT),
        ("allowed", TEXTS),
        ("pattern", MAYBE),
        ("check", one_of(_CHECKS)),
        ("minimum", BOUND),
        ("maximum", BOUND),
        ("format", MAYBE),
        ("nulls", TEXTS),
        ("unit_kind", one_of(("person 自然人", "household 家庭户", "enterprise 企业"), strict=False)),
        ("unit_about", FLAG),
        ("grade", one_of(("1", "2", "3", "4"))),
        ("personal", FLAG),
        ("sensitive", FLAG),
        ("category", TEXT),
        ("sharing", choice(ShareType, None)),
        ("description", TEXT),
    )


_RULES: Final[Pairs] = (
    ("id", TEXT),
    ("kind", choice(RuleKind, RuleKind.REQUIRED)),
    ("fields", TEXTS),
    ("arg_values", TEXTS),
    ("arg_minimum", BOUND),
    ("arg_maximum", BOUND),
    ("arg_regex", MAYBE),
    ("arg_code", one_of(_CHECKS)),
    ("arg_operator", one_of(("<", "<=", "="))),
    ("arg_dataset", MAYBE),
    ("arg_fields", TEXTS),
    ("arg_on", TABLE),
    ("arg_value", MAYBE),
    ("arg_by", TEXTS),
    ("arg_crs", MAYBE),
    ("arg_grain", MAYBE),
    ("arg_cycle", choice(UpdateCycle, None)),
    ("arg_shrink", NUMBER),
    ("arg_grow", NUMBER),
    ("args", OBJECT),
    ("dimension", choice(Dimension, Dimension.CONFORMITY)),
    ("action", choice(Action, Action.WARN)),
    ("tolerance", SHARE),
    ("indicator", MAYBE),
    ("description", TEXT),
)
_SOURCES: Final[Pairs] = (
    ("name", TEXT),
    ("format", choice(SourceFormat, SourceFormat.CSV)),
    ("path", TEXT),
    ("encoding", one_of(("utf-8", "utf-8-sig", "gb18030", "utf-16"), strict=False)),
    ("delimiter", sign(empty=None, none="默认")),
    ("quote", sign(empty='"', none="无")),
    ("sheet", MAYBE),
    ("header_row", whole(1)),
    ("header_rows", whole(1)),
    ("skip_footer", COUNT),
    ("drop", TEXTS),
    ("record_path", MAYBE),
    ("query", MAYBE),
    ("columns", TABLE),
    ("positions", TEXTS),
    ("period", MAYBE),
    ("area", MAYBE),
    ("absent", TEXTS),
    ("unpivot_pattern", TEXT),
    ("unpivot_label", TEXT),
    ("unpivot_value", TEXT),
    ("reasons", TABLE),
)
_CLEANING: Final[Pairs] = (
    ("id", TEXT),
    ("kind", choice(CleaningKind, CleaningKind.TRIM)),
    ("fields", TEXTS),
    ("arg_values", TABLE),
    ("arg_pattern", MAYBE),
    ("arg_with", MAYBE),
    ("arg_prefix", MAYBE),
    ("arg_suffix", MAYBE),
    ("arg_factor", NUMBER),
    ("args", OBJECT),
    ("description", TEXT),
)
_DELIVERY: Final[Pairs] = (
    ("kind", choice(LoadKind, LoadKind.FULL)),
    ("watermark", MAYBE),
    ("overlap_days", COUNT),
    ("operation", MAYBE),
    ("order", MAYBE),
    ("words", TABLE),
    ("new_column", choice(DriftAction, DriftAction.IGNORE)),
    ("missing_column", choice(DriftAction, DriftAction.QUARANTINE)),
    ("type_change", choice(DriftAction, DriftAction.QUARANTINE)),
    ("reordered", choice(DriftAction, DriftAction.IGNORE)),
    ("renamed", choice(DriftAction, DriftAction.STOP)),
)
