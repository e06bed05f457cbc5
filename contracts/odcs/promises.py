"""What a contract promises of its dataset as top-level ODCS custom properties, both ways.

Decides the name of each property. Loads, drift and cleaning are :mod:`contracts.odcs.delivery`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from contracts.attribution import write_attribution
from contracts.document import Node, built
from contracts.model import (
    Area,
    AttributionRule,
    Composed,
    Composition,
    Contract,
    Entry,
    FormatCategory,
    Join,
    Readers,
    ResourceFormat,
    Secrecy,
    ShareMethod,
    ShareType,
    Sharing,
    Telling,
    UnitRule,
    UpdateCycle,
)
from contracts.odcs.delivery import (
    read_cleaning,
    read_drift,
    read_load,
    write_cleaning,
    write_drift,
    write_load,
)
from contracts.plain import stated

_QUARANTINE_LIMIT: Final = Contract.__dataclass_fields__["quarantine_limit"].default
# What a property that is not written says, where that is not nothing.
USUAL: Final[Mapping[str, Any]] = {"quarantineLimit": _QUARANTINE_LIMIT}


def read_promises(custom: Node) -> dict[str, Any]:
    """Attributes of a :class:`~contracts.model.Contract` its custom properties give."""
    sharing = Sharing(
        custom.choice("shareType", ShareType, ShareType.CONDITIONAL),
        custom.text("shareCondition"),
        custom.text("shareBasis"),
        custom.choices("shareMethods", ShareMethod),
        custom.text("shareReason"),
        custom.text("shareScope"),
        custom.text("shareUse"),
    )
    units, joins = custom.children("units"), custom.children("joins")
    area, composed = custom.child("area"), custom.child("composed")
    attribution = custom.children("attribution")
    limit, least = custom.number("quarantineLimit"), custom.number("minimumQuality")
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
        "attribution": tuple(told for node in attribution if (told := _read_attribution(node))),
        "period_field": custom.maybe("periodField"),
        "composed": _read_composed(composed),
        "unit_free": custom.flag("unitFree"),
        "load": read_load(custom.child("load")),
        "drift": read_drift(custom.child("drift")),
        "cleaning": read_cleaning(custom.children("cleaning")),
        "quarantine_limit": _QUARANTINE_LIMIT if limit is None else _share(custom, "quarantineLimit", limit),
        "minimum_quality": None if least is None else _share(custom, "minimumQuality", least),
        "entry": _read_entry(custom),
    }
    for node in (*units, *joins, *attribution, area, composed):
        node.only()
    return values


def _read_composed(composed: Node) -> Composed | None:
    if not composed.value:
        return None
    values = {
        "kind": composed.choice("kind", Composition, Composition.UNIT_LEVEL),
        "sql": composed.needed("sql"),
        "readers": composed.choice("readers", Readers, Readers.ADMINISTRATION),
        "rho": composed.number("rho"),
    }
    return built(composed, Composed, values)


def _read_attribution(node: Node) -> AttributionRule | None:
    if "by" not in node:
        node.fail("by", "is missing", f"write one of {', '.join(Telling)}")
        return None
    values = {
        "by": node.choice("by", Telling, Telling.CODE),
        "fields": node.texts("fields"),
        "meaning": node.text("meaning", "residence"),
        "dataset": node.text("dataset"),
        "key": node.text("key"),
        "as_of": node.text("asOf"),
    }
    return built(node, AttributionRule, values)


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


def _share(custom: Node, key: str, share: float) -> float:
    if not 0 <= share <= 1:
        custom.fail(key, "is not a share", "write a number from 0 to 1")
    return share


def _read_entry(custom: Node) -> Entry:
    form, day = custom.child("resourceFormat"), custom.text("publishedOn")
    made = None
    if form.value:
        if "category" not in form:
            form.fail("category", "is missing", f"write one of {', '.join(FormatCategory)}")
        made = ResourceFormat(
            form.choice("category", FormatCategory, FormatCategory.DOCUMENT), form.text("type")
        )
        form.only()
    values = {
        "code": custom.text("resourceCode"),
        "format": made,
        "published": day,
        "related": custom.texts("relatedResources"),
    }
    return built(custom, Entry, values, "publishedOn") or Entry()


def write_promises(contract: Contract) -> dict[str, Any]:
    """The custom properties of a contract, those that say something."""
    area, composed, entry = contract.area, contract.composed, contract.entry
    limit = contract.quarantine_limit
    made = stated(
        departmentCode=contract.department.code,
        departmentOffice=contract.department.office,
        resourceCode=entry.code,
        resourceFormat=None if entry.format is None else _format(entry.format),
        publishedOn=entry.published,
        relatedResources=list(entry.related),
        classification=contract.classification,
        shareType=contract.sharing.type.value,
        shareCondition=contract.sharing.condition,
        shareBasis=contract.sharing.basis,
        shareMethods=[method.value for method in contract.sharing.methods],
        shareReason=contract.sharing.reason,
        shareScope=contract.sharing.scope,
        shareUse=contract.sharing.use,
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
        attribution=[write_attribution(rule) for rule in contract.attribution],
        periodField=contract.period_field,
        composed=None if composed is None else _composed(composed),
        load=write_load(contract.load),
        drift=write_drift(contract.drift),
        cleaning=[write_cleaning(step) for step in contract.cleaning],
    )
    made["open"] = contract.open  # a no is a statement too
    if limit != _QUARANTINE_LIMIT:
        made["quarantineLimit"] = limit
    if contract.minimum_quality is not None:
        made["minimumQuality"] = contract.minimum_quality
    return made


def _composed(composed: Composed) -> dict[str, Any]:
    made: dict[str, Any] = {"kind": composed.kind.value}
    if composed.readers is not Readers.ADMINISTRATION:
        made["readers"] = composed.readers.value
    if composed.rho is not None:
        made["rho"] = composed.rho
    return {**made, "sql": composed.sql}


def _format(form: ResourceFormat) -> dict[str, Any]:
    return {"category": form.category.value, **stated(type=form.type)}
