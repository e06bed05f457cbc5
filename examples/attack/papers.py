"""The papers of a run: one request, one set of terms a mode, and the privacy allowance they take.

Decides their content: the terms the corpora assume. A department asks in threshold mode, an operator in the
differentially private one, as the dated rules want it.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from examples.attack.contracts import SCHEMA
from examples.attack.rows import Table
from examples.city.codes import credit_codes
from examples.demo.papers import CLAUSES

PURPOSE: Final = "industry.research"
AGREEMENT: Final = "云数授〔2026〕9号"
SCENARIO: Final = "查询出口安全检验"
_PRODUCT: Final = {"name": "出口检验报告", "kind": "report", "standard": "Q/YZJY 001-2026"}
K: Final = 10
CALLERS: Final = {
    "threshold": {
        "code": credit_codes("11", "990100", np.array([41_011]))[0],
        "name": "云州市统计局",
        "kind": "department",
    },
    "dp": {
        "code": credit_codes("91", "990100", np.array([42_013]))[0],
        "name": "云州数据检验有限公司",
        "kind": "operator",
    },
}
# Enough for thousands of calls: a corpus is to meet the mechanism, not an empty purse.
_ALLOWANCE: Final = {"rho": 10_000.0, "delta": 0.01}
_BUDGET: Final = {"rho": 5_000.0, "rho_per_query": 0.5, "delta": 1e-8}


def request(mode: str, tables: dict[str, Table], until: date) -> dict[str, Any]:
    """The request for every column of the four tables."""
    items = [{"dataset": f"{SCHEMA}.{name}", "fields": list(table)} for name, table in tables.items()]
    asked = {
        "applicant": CALLERS[mode],
        "purpose": PURPOSE,
        "use_until": until.isoformat(),
        "scenario": SCENARIO,
        "vouched_by": f"{CALLERS[mode]['name']} 周敏",
        "items": items,
    }
    if mode == "dp":
        return {**asked, "implementing_body": CALLERS["threshold"]["code"], "agreement": AGREEMENT}
    return {**asked, "legal_basis": "统计法第六条", "scope": "安全检验", "method": "query"}


def agreement(tables: dict[str, Table], today: date, until: date) -> dict[str, Any]:
    """The agreement of the two callers over the four tables."""
    body, operator = CALLERS["threshold"], CALLERS["dp"]
    return {
        "number": AGREEMENT,
        "body": {"code": body["code"], "name": body["name"], "person": "安全官"},
        "operator": {"code": operator["code"], "name": operator["name"], "person": "何平"},
        "mode": "scenario",
        "starts_on": today.isoformat(),
        "ends_on": until.isoformat(),
        "catalogue": [f"{SCHEMA}.{name}" for name in tables],
        "purposes": [PURPOSE],
        "products": [_PRODUCT],
        "clauses": CLAUSES,
    }


def scenario(tables: dict[str, Table], until: date) -> dict[str, Any]:
    """The scenario: a test of what leaves, over every column."""
    return {
        "agreement": AGREEMENT,
        "title": SCENARIO,
        "purpose": PURPOSE,
        "description": "对查询出口逐条施放攻击语料，检验有无不应输出的内容",
        "valid_to": until.isoformat(),
        "person": "何平",
        "risk": {
            "level": "low",
            "findings": "检验用数据不属于任何人",
            "measures": "独立安装，检验后删除",
            "assessed_by": "数据局 安全官",
            "assessed_on": "2026-02-10",
        },
        "products": [_PRODUCT],
        "items": [
            {"dataset": f"{SCHEMA}.{name}", "fields": dict.fromkeys(table, "检验该列的输出")}
            for name, table in tables.items()
        ],
    }


def terms(mode: str, tables: dict[str, Table], until: date) -> dict[str, Any]:
    """Terms over what a query can use: free text has no protected form and cannot be granted."""
    stated: dict[str, Any] = {
        "purpose": PURPOSE,
        "datasets": [
            {"name": f"{SCHEMA}.{name}", "columns": [column for column in table if column != "content"]}
            for name, table in tables.items()
        ],
        "joins": [f"{SCHEMA}.op_customers.id_card = {SCHEMA}.person.id_card"],
        "mode": mode,
        "disclosure": {"k": K, "dominance_share": 0.5, "p_percent": 10, "rounding_base": 5},
        "calls": 1_000_000,
        "max_rows": 10_000,
        "valid_to": until.isoformat(),
    }
    return {**stated, "budget": _BUDGET} if mode == "dp" else stated


def allowance(on: date) -> dict[str, Any]:
    """Rules of the installation: a yearly limit no run of a corpus reaches."""
    rows = [
        {
            "name": f"limit/{kind}",
            "value": _ALLOWANCE,
            "unit": "a year, all grants together",
            "source": "the safety city holds nobody's data",
            "valid_from": (on - timedelta(days=1)).isoformat(),
            "confidence": "policy",
        }
        for kind in ("person", "household", "enterprise", "ticket", "any")
    ]
    return {"rules": rows}


def write(folder: Path, name: str, document: dict[str, Any]) -> Path:
    """Write a paper as JSON, which is YAML as well."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path
