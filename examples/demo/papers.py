"""The papers people hand in: two requests, three sets of terms, one form.

Decides their content; whether they are permitted is the ledger's matter.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from examples.city.codes import credit_codes
from examples.city.places import STREET, VILLAGE

AUTHORITY: Final = "云州市数据局"
# Organisations of the story. All codes have right check digits and a region no division has.
_CODES: Final = credit_codes("11", "990100", np.arange(5) * 53 + 20_001)
PLANNING: Final = {"code": _CODES[0], "name": "云州市发展和改革委员会", "kind": "department"}
OPERATOR: Final = {
    "code": credit_codes("91", "990100", np.array([30_011]))[0],
    "name": "云州数据运营有限公司",
    "kind": "operator",
}
IMPLEMENTING_BODY: Final = _CODES[1]


@dataclass(frozen=True, slots=True)
class Body:
    """A street or village that data flows back to, and what it subscribes to."""

    code: str
    name: str
    area: str
    dataset: str
    fields: tuple[str, ...]


STREET_BODY: Final = Body(
    _CODES[2],
    "清波街道办事处",
    STREET,
    "civil_affairs.old_age_allowance",
    ("id_card", "name", "age_band", "living", "monthly_amount", "region_code"),
)
VILLAGE_BODY: Final = Body(
    _CODES[3],
    "望湖街道朝阳社区居委会",
    VILLAGE,
    "civil.population",
    ("id_card", "name", "sex", "birth_date", "address", "phone", "region_code"),
)
BODIES: Final = (STREET_BODY, VILLAGE_BODY)
BACKFLOW_BASIS: Final = "政务数据共享条例（国务院令第809号）第二十四条"
BASIS: Final = "政务数据共享条例（国务院令第809号）第二十条"

ENTERPRISES: Final = ("market.enterprises", ("industry_name", "status", "registered_capital", "district"))
POPULATION: Final = ("civil.population", ("sex", "education", "district", "birth_date"))
AIR: Final = ("eco.air_readings", ("station", "observed_at", "pm25"))

FORM: Final = "JC-2026-YL01"
GOVERNANCE: Final = "governance.administration"
INDUSTRY: Final = "industry.research"


def department_request(until: date) -> dict[str, Any]:
    """The planning commission asks for enterprises, by item and with its legal basis."""
    return {
        "applicant": PLANNING,
        "purpose": GOVERNANCE,
        "use_until": until.isoformat(),
        "legal_basis": "优化营商环境条例第六条",
        "scenario": "产业结构月度分析",
        "scope": "本单位统计分析使用",
        "method": "query",
        "vouched_by": "发展改革委 周敏",
        "items": [_item(ENTERPRISES)],
    }


def operator_request(until: date) -> dict[str, Any]:
    """The licensed operator asks for a scenario under its authorised-operation agreement."""
    return {
        "applicant": OPERATOR,
        "purpose": INDUSTRY,
        "use_until": until.isoformat(),
        "implementing_body": IMPLEMENTING_BODY,
        "agreement": "云数授〔2026〕3号",
        "scenario": "社区养老与商业网点选址研究",
        "vouched_by": "云州数据运营有限公司 李强",
        "items": [_item(POPULATION), _item(AIR)],
    }


def terms(purpose: str, dataset: tuple[str, tuple[str, ...]], until: date, **more: Any) -> dict[str, Any]:
    """Terms of one grant over one dataset; what they leave out comes from the dated rules."""
    name, columns = dataset
    return {
        "purpose": purpose,
        "datasets": [{"name": name, "columns": list(columns)}],
        "valid_to": until.isoformat(),
        **more,
    }


def elderly_form(today: date) -> dict[str, Any]:
    """The street's visiting record: four items come from their source, one is filled by hand."""
    source = "civil_affairs.old_age_allowance"
    items = [
        {"name": name, "title": title, "dataset": source, "field": field, "key": "id_card"}
        for name, title, field in (
            ("full_name", "姓名", "name"),
            ("age_band", "年龄段", "age_band"),
            ("living", "居住方式", "living"),
            ("allowance", "高龄津贴（元/月）", "monthly_amount"),
        )
    ]
    items.append({"name": "visited_on", "title": "本月走访日期"})
    return {
        "code": FORM,
        "title": "高龄老人走访登记表",
        "issuer": "云州市民政局",
        "basis": "云州市基层报表准入清单（2026年）第12项",
        "period": "monthly",
        "subjectKind": "person",
        "items": items,
        "validFrom": (today - timedelta(days=30)).isoformat(),
        "validTo": (today + timedelta(days=335)).isoformat(),
    }


def write(folder: Path, name: str, document: dict[str, Any]) -> Path:
    """Write a paper as JSON, which is YAML as well."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def _item(dataset: tuple[str, tuple[str, ...]]) -> dict[str, Any]:
    return {"dataset": dataset[0], "fields": list(dataset[1])}
