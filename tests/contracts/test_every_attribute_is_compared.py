"""No attribute of a contract can change without compare saying so, unless it is listed here as silent."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Final

import pytest

from contracts import model as m
from contracts.comparing.contracts import findings
from contracts.comparing.findings import Finding

BASE: Final = m.Contract(
    id="a",
    title="甲",
    schema="s",
    table="t",
    department=m.Party("局"),
    fields=(
        m.Field("id", key_position=1, required=True),
        m.Field("n", type=m.FieldType.NUMBER),
        m.Field("d", type=m.FieldType.DATE),
        m.Field("x"),
    ),
    rules=(m.Rule("r", m.RuleKind.PATTERN, ("x",), {"regex": "^a"}, action=m.Action.QUARANTINE),),
    sources=(m.Source("one", m.SourceFormat.CSV, "a.csv"),),
    load=m.Load(
        m.LoadKind.CHANGES, watermark="d", operation="o", order="p", words={"I": "upsert", "D": "delete"}
    ),
    cleaning=(m.Cleaning("c", m.CleaningKind.STRIP, ("x",), {"suffix": "元"}),),
    composed=None,
)
# What compare says nothing of: the version is judged by the step, words about a rule or a step are for
# the steward alone, and keys of others are not ours to judge.
SILENT: Final = {
    (m.Contract, "version"),
    (m.Contract, "extra"),
    (m.Field, "name"),
    (m.Field, "extra"),
    (m.Rule, "extra"),
    (m.Source, "extra"),
    (m.Cleaning, "id"),
    (m.Cleaning, "description"),
}
OTHER: Final[dict[type, dict[str, Any]]] = {
    m.Contract: {
        "id": "b",
        "title": "乙",
        "schema": "s2",
        "table": "t2",
        "department": m.Party("委"),
        "fields": (*BASE.fields[:-1], m.Field("x"), m.Field("y")),
        "status": "active",
        "summary": "z",
        "domain": "z",
        "tags": ("z",),
        "classification": "z",
        "sharing": m.Sharing(condition="z"),
        "open": True,
        "open_condition": "z",
        "update_cycle": m.UpdateCycle.DAILY,
        "retention": "z",
        "secrecy": m.Secrecy.WORK,
        "grade": 3,
        "nulls": ("z",),
        "rules": (),
        "sources": (),
        "unique_keys": (("x",),),
        "joins": (m.Join("x", "s.o", "x"),),
        "area": m.Area("x"),
        "attribution": (m.AttributionRule(m.Telling.ADDRESS, ("x",)),),
        "period_field": "d",
        "unit_free": True,
        "load": m.Load(),
        "drift": m.Drift(new_column=m.DriftAction.STOP),
        "cleaning": (),
        "quarantine_limit": 0.1,
        "minimum_quality": 0.5,
        "entry": m.Entry(code="z"),
    },
    m.Field: {
        "business_name": "乙",
        "type": m.FieldType.INTEGER,
        "required": True,
        "unique": True,
        "key_position": 2,
        "element": "resident_id",
        "check": "uscc",
        "pattern": "^z",
        "min_length": 1,
        "max_length": 9,
        "minimum": 1,
        "maximum": 9,
        "allowed": ("z",),
        "nulls": ("z",),
        "format": "yyyy",
        "use": m.Use.FILTER,
        "grain": "day",
        "scale": 2,
        "grade": 3,
        "personal": True,
        "sensitive": True,
        "category": "z",
        "sharing": m.ShareType.WITHHELD,
        "description": "z",
    },
    m.Rule: {
        "id": "z",
        "kind": m.RuleKind.REQUIRED,
        "fields": ("id",),
        "args": {"regex": "^z"},
        "dimension": m.Dimension.TIMELINESS,
        "action": m.Action.WARN,
        "tolerance": 0.1,
        "indicator": "0301",
        "description": "z",
    },
    m.Source: {
        "name": "z",
        "format": m.SourceFormat.JSON,
        "path": "z",
        "encoding": "gb18030",
        "delimiter": ";",
        "quote": None,
        "sheet": "z",
        "header_row": 2,
        "header_rows": 2,
        "skip_footer": 1,
        "drop": (),
        "record_path": "z",
        "query": "z",
        "columns": {"z": "x"},
        "positions": ("x",),
        "period": "z",
        "area": "z",
        "absent": ("x",),
        "unpivot": m.Unpivot("z", "x", "n"),
        "reasons": {"z": "z"},
    },
    m.Load: {
        "kind": m.LoadKind.APPEND,
        "watermark": "n",
        "overlap_days": 3,
        "operation": "z",
        "order": "z",
        "words": {"I": "upsert", "D": "upsert"},
    },
    m.Drift: dict.fromkeys(("new_column", "reordered"), m.DriftAction.QUARANTINE)
    | dict.fromkeys(("missing_column", "type_change", "renamed"), m.DriftAction.IGNORE),
    m.Cleaning: {"kind": m.CleaningKind.TRIM, "fields": ("id",), "args": {"suffix": "角"}},
}
# Attributes that only change together with others.
TOGETHER: Final[dict[tuple[type, str], m.Contract]] = {
    (m.Contract, "units"): replace(
        BASE,
        fields=(replace(BASE.fields[0], use=m.Use.IDENTIFIER, unit=m.UnitRef("person")), *BASE.fields[1:]),
        units=(m.UnitRule("person", 3),),
    ),
    (m.Contract, "composed"): replace(
        BASE, load=m.Load(), composed=m.Composed(m.Composition.UNIT_LEVEL, "SELECT 1")
    ),
    (m.Field, "unit"): replace(
        BASE,
        fields=(*BASE.fields[:3], m.Field("x", use=m.Use.IDENTIFIER, unit=m.UnitRef("person", about=False))),
    ),
    (m.Field, "item_type"): replace(BASE, fields=(*BASE.fields[:3], m.Field("x", item_type=m.ItemType.MEMO))),
}
PARTS: Final[dict[type, str]] = {
    m.Field: "fields",
    m.Rule: "rules",
    m.Source: "sources",
    m.Load: "load",
    m.Drift: "drift",
    m.Cleaning: "cleaning",
}
CASES: Final = [(part, each.name) for part in (m.Contract, *PARTS) for each in fields(part)]


def changed(part: type, name: str) -> m.Contract:
    """The base contract with one attribute of one part changed."""
    if (part, name) in TOGETHER:
        return TOGETHER[part, name]
    assert name in OTHER[part], f"say here what else {part.__name__}.{name} can be, or list it as silent"
    other = {name: OTHER[part][name]}
    if part is m.Contract:
        return replace(BASE, **other)
    held = getattr(BASE, PARTS[part])
    if not isinstance(held, tuple):
        return replace(BASE, **{PARTS[part]: replace(held, **other)})
    return replace(BASE, **{PARTS[part]: (*held[:-1], replace(held[-1], **other))})


def differences(new: m.Contract) -> tuple[Finding, ...]:
    return findings(BASE, new)


@pytest.mark.parametrize(("part", "name"), CASES, ids=[f"{part.__name__}.{name}" for part, name in CASES])
def test_a_change_of_an_attribute_is_said(part: type, name: str) -> None:
    if (part, name) not in SILENT:
        assert differences(changed(part, name))


def test_nothing_is_said_of_a_contract_that_did_not_change() -> None:
    assert differences(replace(BASE, version="9.0.0", extra={"other": 1})) == ()
