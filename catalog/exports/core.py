"""One entry as the core items 核心元数据 of the guide, under the guide's own names.

Decides how a contract and what an edition says of it read upward. Pure; nothing here is a figure, so the
public view is not touched.

Source: 政务信息资源目录编制指南（试行）, items 1–13.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from catalog.workbook.labels import labels
from contracts.model import Contract, FormatCategory, ShareMethod, UpdateCycle
from policies.rulebook import rule

Item = dict[str, Any]


def entry_item(contract: Contract, *, code: str, act: str, published: date, on: date) -> Item:
    """The entry, without its items.

    Args:
        contract: of the revision that is reported.
        code: resource code 信息资源代码.
        act: ``added``, ``changed`` or ``removed`` since the last report.
        published: 发布日期.
        on: day whose codes apply.
    """
    sharing, entry = contract.sharing, contract.entry
    methods, cycles, formats = labels(ShareMethod), labels(UpdateCycle), labels(FormatCategory)
    format_ = "" if entry.format is None else f"{formats[entry.format.category.value]}/{entry.format.type}"
    return {
        "操作": rule("upward", "acts", on).value[act],
        "信息资源分类": contract.classification,
        "信息资源名称": contract.title,
        "信息资源代码": code,
        "信息资源提供方": contract.department.name,
        "内部部门": contract.department.office,
        "提供方代码": contract.department.code,
        "信息资源摘要": contract.summary,
        "信息资源格式": format_.rstrip("/")
        or "、".join(dict.fromkeys(s.format.value for s in contract.sources)),
        "共享类型": rule("upward", "share_types", on).value[sharing.type.value],
        "共享条件": sharing.condition,
        "共享依据": sharing.basis,
        "共享方式": "、".join(methods[method.value] for method in sharing.methods),
        "是否向社会开放": "是" if contract.open else "否",
        "开放条件": contract.open_condition,
        "更新周期": cycles[contract.update_cycle.value],
        "发布日期": published.isoformat(),
        "关联资源代码": "、".join(entry.related),
    }


def field_items(contract: Contract, *, code: str, on: date) -> list[Item]:
    """The data items 信息项 of an entry, in their order.

    Args:
        contract: of the revision that is reported.
        code: resource code of the entry.
        on: day whose codes apply.
    """
    types = rule("upward", "share_types", on).value
    return [
        {
            "信息资源代码": code,
            "序号": place,
            "信息项名称": field.business_name,
            "信息项英文名": field.name,
            "数据类型": field.letter.value,
            "数据元": field.element or "",
            "共享类型": types[(field.sharing or contract.sharing.type).value],
            "是否个人信息": "是" if field.personal or field.sensitive else "否",
            "描述": field.description,
        }
        for place, field in enumerate(contract.fields, 1)
    ]
