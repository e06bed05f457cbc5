"""The papers people hand in: an agreement and a scenario, two requests, three sets of terms, one form.

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
# The data bureau itself, by the code the contracts of its own datasets state.
IMPLEMENTING_BODY: Final = "11990100MA0009RM3K"


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
# What tells its area by nothing but the address somebody wrote; the street subscribes to it as well.
HOMES: Final = ("housing.properties", ("property_no", "usage", "location"))
CLAIM_REASON: Final = "网格员上门核对，房屋在本街道"
BACKFLOW_BASIS: Final = "政务数据共享条例（国务院令第809号）第二十四条"
BASIS: Final = "政务数据共享条例（国务院令第809号）第二十条"

ENTERPRISES: Final = ("market.enterprises", ("industry_name", "status", "registered_capital", "district"))
POPULATION: Final = ("civil.population", ("sex", "education", "district", "birth_date"))
AIR: Final = ("eco.air_readings", ("station", "observed_at", "pm25"))

AGREEMENT: Final = "云数授〔2026〕3号"
SCENARIO: Final = "社区养老与商业网点选址研究"
PRODUCT: Final = {"name": "养老和商业网点选址分析报告", "kind": "report", "standard": "Q/YZSY 001-2026"}
NECESSITY: Final = {
    POPULATION[0]: "按区估计需求人群的规模和结构",
    AIR[0]: "比较候选地块的空气质量",
}
# What the two sides agreed, by the clauses an agreement holds at least (policies/rules/operation.yaml).
CLAUSES: Final = {
    "scenarios": "限于经实施机构采纳的应用场景，一场景一审",
    "review": "产品上线前由实施机构审核安全风险评估和合规意见",
    "platform": "只在本市可信数据空间内加工，原始数据不出域",
    "security": "运营机构落实网络安全等级保护和数据安全责任制",
    "personal_information": "不得输出可识别个人的结果；依法开展个人信息保护影响评估",
    "secrecy": "对履约中知悉的工作信息保密，协议终止后仍然有效",
    "cost": "单独建账，每年三月底前报送成本",
    "fees": "用于公共治理、公益事业的免费；其他按政府指导价上限内协商",
    "revenue": "超出最高准许收入的部分在下一周期扣减",
    "disclosure": "双方每年三月三十一日前披露上一年度情况",
    "intellectual_property": "产品的知识产权归运营机构，数据权益不转移",
    "assessment": "实施机构每年评估一次，发现问题限期整改",
    "change": "以双方签署的补充协议变更，目录清单按版本管理",
    "suspension": "发生安全事件或者违约时实施机构可以中止，授权随之中止",
    "exit": "期满、解除或者运营机构丧失资格时退出",
    "data_return": "退出之日起停止使用，删除留存数据并提供删除证明",
    "breach": "超范围使用的立即停止授权，并承担违约责任",
    "disputes": "协商不成的，提交云州市仲裁机构",
}

FORM: Final = "JC-2026-YL01"
# What the street finds on its desk: every item comes from its source.
ROSTER_FORM: Final = "JC-2026-YL02"
ISSUER: Final = "云州市民政局"
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


def agreement(today: date, until: date) -> dict[str, Any]:
    """The authorised-operation agreement of the implementing body with the operator."""
    return {
        "number": AGREEMENT,
        "body": {"code": IMPLEMENTING_BODY, "name": AUTHORITY, "person": "王敏"},
        "operator": {"code": OPERATOR["code"], "name": OPERATOR["name"], "person": "李强"},
        "mode": "scenario",
        "starts_on": today.isoformat(),
        "ends_on": (until + timedelta(days=365)).isoformat(),
        "catalogue": [POPULATION[0], AIR[0]],
        "purposes": [INDUSTRY],
        "products": [PRODUCT],
        "clauses": CLAUSES,
    }


def scenario(until: date) -> dict[str, Any]:
    """What the operator wants to do under it, why it needs each item, and what is risked."""
    return {
        "agreement": AGREEMENT,
        "title": SCENARIO,
        "purpose": INDUSTRY,
        "description": "按区统计常住人口结构和空气质量，为社区养老设施和商业网点选址提供分析",
        "valid_to": until.isoformat(),
        "person": "云州数据运营有限公司 李强",
        "risk": {
            "level": "medium",
            "findings": "只输出加噪统计结果，不输出个人记录",
            "measures": "差分隐私预算、用途限定、调用留痕",
            "assessed_by": "云州市信息安全测评中心",
            "assessed_on": "2026-02-10",
        },
        "products": [PRODUCT],
        "items": [
            {"dataset": name, "fields": dict.fromkeys(fields, NECESSITY[name])}
            for name, fields in (POPULATION, AIR)
        ],
    }


def operator_request(until: date) -> dict[str, Any]:
    """The licensed operator asks for a scenario under its authorised-operation agreement."""
    return {
        "applicant": OPERATOR,
        "purpose": INDUSTRY,
        "use_until": until.isoformat(),
        "implementing_body": IMPLEMENTING_BODY,
        "agreement": AGREEMENT,
        "scenario": SCENARIO,
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
    visited = {"name": "visited_on", "title": "本月走访日期"}
    return _form(FORM, "高龄老人走访登记表", 12, [*_of_the_old(), visited], today)


def roster_form(today: date) -> dict[str, Any]:
    """Who draws the allowance, listed by its source: the street confirms, and writes only what differs."""
    roster = {"dataset": STREET_BODY.dataset, "key": "id_card"}
    return _form(ROSTER_FORM, "高龄津贴发放对象核对表", 13, _of_the_old(), today) | {"roster": roster}


def _of_the_old() -> list[dict[str, Any]]:
    """What is known of somebody old from its one source."""
    return [
        {
            "name": name, "title": title, "dataset": STREET_BODY.dataset, "field": field, "key": "id_card",
            "required": True,
        }
        for name, title, field in (
            ("full_name", "姓名", "name"),
            ("age_band", "年龄段", "age_band"),
            ("living", "居住方式", "living"),
            ("allowance", "高龄津贴（元/月）", "monthly_amount"),
        )
    ]  # fmt: skip


def _form(code: str, title: str, place: int, items: list[dict[str, Any]], today: date) -> dict[str, Any]:
    return {
        "code": code,
        "title": title,
        "issuer": ISSUER,
        "basis": f"云州市基层报表准入清单（2026年）第{place}项",
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
