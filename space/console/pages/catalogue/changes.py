"""Differences of two revisions in the reader's words, with what stood before and what stands now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from space.console.language import Language
from space.console.pages.catalogue.words import CYCLES, SHARING, TYPES, USES, level, told
from space.console.parts.tables import Column, table
from space.console.seats import Seat

# Parts of an entry, as people call them.
_PARTS: Final[Mapping[str, tuple[str, str]]] = {
    "title": ("名称", "the title"),
    "summary": ("摘要", "the summary"),
    "department": ("提供部门", "the department"),
    "name": ("名称", "the name"),
    "code": ("代码", "the code"),
    "version": ("版本号", "the version"),
    "domain": ("领域", "the domain"),
    "tags": ("标签", "the tags"),
    "classification": ("目录分类", "the class"),
    "sharing": ("共享属性", "the sharing"),
    "type": ("类型", "the type"),
    "condition": ("共享条件", "the conditions"),
    "basis": ("共享依据", "the basis"),
    "methods": ("共享方式", "the methods"),
    "reason": ("有条件共享的理由", "the reason"),
    "scope": ("共享范围", "the scope"),
    "use": ("用途", "the use"),
    "open": ("是否开放", "whether it is open"),
    "open_condition": ("开放条件", "the conditions of opening"),
    "update_cycle": ("更新周期", "the update cycle"),
    "retention": ("保存期限", "the retention"),
    "secrecy": ("涉密属性", "the secrecy"),
    "grade": ("数据级别", "the level"),
    "nulls": ("空值标记", "the marks of missing values"),
    "rules": ("质量规则", "the quality rules"),
    "sources": ("数据来源", "the sources"),
    "units": ("涉及主体", "the units"),
    "unit": ("标识的主体", "the unit"),
    "unit_free": ("是否不涉及主体", "whether it is free of units"),
    "unique_keys": ("唯一键", "the unique keys"),
    "joins": ("声明的关联", "the joins"),
    "area": ("属地规则", "the area"),
    "attribution": ("归属规则", "the attribution"),
    "composed": ("加工语句", "how it is composed"),
    "load": ("交付方式", "the way of delivery"),
    "drift": ("来源变动的处置", "what drift does"),
    "cleaning": ("清洗步骤", "the cleaning"),
    "quarantine_limit": ("隔离上限", "the limit of rows set aside"),
    "minimum_quality": ("最低质量", "the least quality"),
    "business_name": ("名称", "the heading"),
    "required": ("是否必填", "whether it is required"),
    "unique": ("是否唯一", "whether it is unique"),
    "key_position": ("主键位置", "the place in the key"),
    "element": ("数据元", "the data element"),
    "check": ("校验位", "the check digit"),
    "pattern": ("格式", "the pattern"),
    "min_length": ("最短长度", "the least length"),
    "max_length": ("最大长度", "the greatest length"),
    "minimum": ("最小值", "the minimum"),
    "maximum": ("最大值", "the maximum"),
    "allowed": ("值域", "the allowed values"),
    "format": ("书写格式", "the format"),
    "grain": ("粒度", "the grain"),
    "scale": ("小数位", "the scale"),
    "personal": ("是否个人信息", "whether it is personal"),
    "sensitive": ("是否敏感个人信息", "whether it is sensitive"),
    "category": ("分类", "the category"),
    "item_type": ("数据类型代码", "the type letter"),
    "description": ("说明", "the description"),
}
# Parts whose values are codes.
_CODES: Final = {"sharing": SHARING, "update_cycle": CYCLES, "type": TYPES, "use": USES}
# How much of a value a cell holds.
_LONGEST: Final = 160


def changes(seat: Seat, found: list[Any]) -> None:
    """A table of them; what breaks users stands first."""
    say = seat.say
    if not found:
        return
    rows = [
        {
            "place": place,
            "what": in_words(one, say),
            "before": _shown(one.get("before"), say),
            "after": _shown(one.get("after"), say),
            "breaking": say("影响使用", "breaks users")
            if one["breaking"]
            else say("不影响", "breaks nobody"),
            "tone": "bad" if one["breaking"] else "good",
        }
        for place, one in enumerate(found)
    ]
    columns = [
        Column("what", say("改了什么", "What changed")),
        Column("before", say("原来", "Before")),
        Column("after", say("现在", "Now")),
        Column("breaking", say("对使用的影响", "For users"), badge="tone"),
    ]
    table(columns, rows, say, caption=say("逐项差异", "Differences"), key="place")


def in_words(change: Mapping[str, Any], say: Language) -> str:
    """One sentence of what changed; beside what breaks, the service's own words."""
    sentence = _sentence(change, say)
    if not change["breaking"] and say is Language.CHINESE:
        return sentence
    told = str(change["what"])
    return (
        sentence
        if told == sentence
        else f"{sentence}（{told}）"
        if say is Language.CHINESE
        else f"{sentence} ({told})"
    )


def public_change(change: Mapping[str, Any], say: Language) -> str:
    """One sentence of what changed in public, with what stood before and what stands now."""
    path, before, after = str(change["path"]), change.get("before"), change.get("after")
    head, _, item = path.partition(".")
    if head == "fields" and item and "." not in item:
        called = f"“{after or before or item}”"
        if before is None:
            return say(f"新增信息项{called}", f"item {called} is new")
        return say(f"删除信息项{called}", f"item {called} is gone")
    sentence = _sentence(change, say)
    if None in (before, after) or isinstance(before, dict) or isinstance(after, dict) or path == "fields":
        return sentence
    was, now = (_worded(path, value, say) for value in (before, after))
    return say(f"{sentence}：原为“{was}”，现为“{now}”", f"{sentence}: “{was}” before, “{now}” now")


def _worded(path: str, value: Any, say: Language) -> str:
    """A value of a part, in words where it is a code."""
    part = path.rpartition(".")[2]
    words = SHARING if path == "sharing.type" else _CODES.get(part, {})
    if isinstance(value, list):
        return say("、", ", ").join(map(str, value))
    if part == "grade":
        return level(value, say)
    return told(words, value, say) if isinstance(value, str) and value in words else _shown(value, say)


def _sentence(change: Mapping[str, Any], say: Language) -> str:
    path, before, after = str(change["path"]), change.get("before"), change.get("after")
    head, _, rest = path.partition(".")
    if path == "fields":
        return say("信息项的顺序变了", "the items stand in another order")
    if head != "fields":
        part = " · ".join(say(*_PARTS.get(each, (each, each))) for each in path.split("."))
        return _turned(part, before, after, say)
    item, _, part = rest.partition(".")
    called = say(f"信息项“{item}”", f"item “{item}”")
    if not part:
        if before is None and after is not None:
            return say(f"新增{called}", f"{called} is new")
        if after is None and before is not None:
            return say(f"删除{called}", f"{called} is gone")
        return say(f"{called}有变化", f"{called} changed")
    of = say(
        f"{called}的{_PARTS.get(part, (part, part))[0]}", f"{_PARTS.get(part, (part, part))[1]} of {called}"
    )
    return _turned(of, before, after, say)


def _turned(part: str, before: Any, after: Any, say: Language) -> str:
    if before is None and after is None:
        return say(f"{part}有变化", f"{part} changed")
    if before is None:
        return say(f"补充了{part}", f"{part} is stated now")
    if after is None:
        return say(f"去掉了{part}", f"{part} is no longer stated")
    return say(f"{part}改了", f"{part} is another")


def _shown(value: Any, say: Language) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return say("是", "yes") if value else say("否", "no")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
