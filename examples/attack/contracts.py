"""The contracts of the safety city's four tables, as a steward would write them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from examples.attack.rows import CATEGORIES, DISEASES, INDUSTRIES, REGIONS
from examples.city.codes import credit_codes

SCHEMA: Final = "city"
DEPARTMENT: Final = {"name": "云州市数据局", "code": credit_codes("11", "990100", np.array([40_001]))[0]}
_TITLES: Final = {
    "id_card": "公民身份号码",
    "name": "姓名或名称",
    "gender": "性别",
    "birth_date": "出生日期",
    "region_code": "区划代码",
    "income": "收入（元）",
    "disease": "疾病代码",
    "uscc": "统一社会信用代码",
    "industry_code": "行业代码",
    "employees": "从业人数",
    "tax_paid": "纳税额（元）",
    "ticket_id": "工单编号",
    "category": "诉求类别",
    "created_at": "受理时间",
    "content": "诉求内容",
    "customer_id": "客户编号",
    "segment": "客户分组",
}
TABLES: Final = ("person", "enterprise", "hotline", "op_customers")


def write(folder: Path) -> Path:
    """Write the four contracts; JSON is YAML as well."""
    made = folder / "contracts"
    made.mkdir(parents=True)
    for table, (title, kind, properties) in _TABLES.items():
        document = _contract(table, title, kind, properties)
        (made / f"{table}.yaml").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return made


def _identifier(name: str, *, check: str = "", kind: str = "", key: bool = False, grade: int = 3) -> Any:
    custom: dict[str, Any] = {"use": "identifier", "grade": grade, "personal": kind == "person"}
    if check:
        custom["check"] = check
    if kind:
        custom["unit"] = {"kind": kind, "about": True}
    more = {"required": True, **({"primaryKey": True, "primaryKeyPosition": 1} if key else {})}
    return _field(name, "string", custom, **more)


def _category(name: str, values: Iterable[str] = (), *, required: bool = True, **custom: Any) -> Any:
    listed = {"enum": [{"value": value} for value in values]} if values else {}
    return _field(name, "string", {"use": "dimension", "grade": 2, **custom}, required=required, **listed)


def _measure(name: str, maximum: int, *, grid: str = "", **custom: Any) -> Any:
    bounds = {"logicalTypeOptions": {"minimum": 0, "maximum": maximum}}
    stated = {"use": "measure", "grade": 3, **({"grain": grid} if grid else {}), **custom}
    return _field(name, "integer", stated, required=True, **bounds)


def _field(name: str, kind: str, custom: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    stated = [{"property": key, "value": value} for key, value in custom.items()]
    return {
        "name": name,
        "businessName": _TITLES[name],
        "logicalType": kind,
        **more,
        "customProperties": stated,
    }


_TABLES: Final[dict[str, tuple[str, str, list[dict[str, Any]]]]] = {
    "person": (
        "人口",
        "person",
        [
            _identifier("id_card", check="resident_id", kind="person", key=True),
            _field("name", "string", {"use": "identifier", "grade": 2, "personal": True}),
            _category("gender", ("F", "M"), personal=True),
            _field(
                "birth_date",
                "date",
                {"use": "time", "grain": "year", "grade": 2, "personal": True},
                required=True,
                logicalTypeOptions={"minimum": "1920-01-01", "maximum": "2025-12-31"},
            ),
            _category("region_code", REGIONS, personal=True),
            _measure("income", 1_000_000, grid="1000", personal=True),
            _category("disease", DISEASES, required=False, personal=True, sensitive=True, grade=4),
        ],
    ),
    "enterprise": (
        "企业",
        "enterprise",
        [
            _identifier("uscc", check="uscc", kind="enterprise", key=True, grade=2),
            _field("name", "string", {"use": "identifier", "grade": 2}),
            _category("industry_code", INDUSTRIES),
            _category("region_code", REGIONS),
            _measure("employees", 10_000, grid="10"),
            _measure("tax_paid", 100_000_000),
        ],
    ),
    "hotline": (
        "热线工单",
        "ticket",
        [
            _identifier("ticket_id", kind="ticket", key=True, grade=2),
            _category("region_code", REGIONS),
            _category("category", CATEGORIES),
            _field(
                "created_at",
                "timestamp",
                {"use": "time", "grain": "hour", "grade": 2},
                required=True,
                logicalTypeOptions={"minimum": "2024-01-01T00:00:00", "maximum": "2026-11-19T23:59:59"},
            ),
            _field("content", "string", {"use": "free_text", "grade": 3, "personal": True}),
        ],
    ),
    "op_customers": (
        "运营机构客户",
        "person",
        [
            _field("customer_id", "string", {"use": "identifier", "grade": 2, "personal": True}),
            _identifier("id_card", check="resident_id", kind="person", key=True),
            _category("segment", personal=True),
        ],
    ),
}

# At most one person a customer: the join the corpora use.
_JOINS: Final = {"op_customers": [{"field": "id_card", "dataset": f"{SCHEMA}.person", "other": "id_card"}]}


def _contract(table: str, title: str, kind: str, properties: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "apiVersion": "v3.2.0",
        "kind": "DataContract",
        "id": f"safety-{table}",
        "name": f"安全城市 {title}",
        "version": "1.0.0",
        "status": "active",
        "description": {"purpose": f"安全城市的{title}，由固定种子生成。"},
        "team": {"name": DEPARTMENT["name"]},
        "schema": [
            {
                "name": table,
                "physicalName": f"{SCHEMA}.{table}",
                "physicalType": "table",
                "logicalType": "object",
                "properties": properties,
            }
        ],
        "servers": [
            {
                "server": "export",
                "type": "local",
                "path": f"../data/{table}.csv",
                "format": "csv",
                "customProperties": [{"property": "encoding", "value": "utf-8"}],
            }
        ],
        "customProperties": [
            {"property": "departmentCode", "value": DEPARTMENT["code"]},
            {"property": "departmentOffice", "value": "数据安全科"},
            {"property": "classification", "value": "主题/公共服务"},
            {"property": "shareType", "value": "conditional"},
            {"property": "shareCondition", "value": "仅用于安全检验。"},
            {"property": "shareReason", "value": "安全检验需要完整的条件"},
            {"property": "shareScope", "value": "安全检验人员"},
            {"property": "shareUse", "value": "安全检验"},
            {"property": "open", "value": False},
            {"property": "shareBasis", "value": "政务数据共享条例（国务院令第809号）第二十五条"},
            {"property": "shareMethods", "value": ["interface"]},
            {"property": "updateCycle", "value": "daily"},
            {"property": "retention", "value": "长期"},
            {"property": "units", "value": [{"kind": kind, "maxRows": 1}]},
            {"property": "joins", "value": _JOINS.get(table, [])},
            {"property": "impactAssessment", "value": "安全城市数评1号"},
        ],
    }
