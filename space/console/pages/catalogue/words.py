"""The words of the catalogue: codes of the interface as people say them, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from space.console.language import Language

Pairs = Mapping[str, tuple[str, str]]

# Facets, in the order they are shown; the first ones are open.
FACETS: Final[Pairs] = {
    "department": ("部门", "Department"),
    "sharing": ("共享类型", "Sharing"),
    "grade": ("数据级别", "Level"),
    "class": ("目录分类", "Class"),
    "update_cycle": ("更新周期", "Update cycle"),
    "open": ("是否开放", "Open to the public"),
    "tag": ("标签", "Tag"),
    "element": ("数据元", "Data element"),
}
SHARING: Final[Pairs] = {
    "unconditional": ("无条件共享", "unconditional"),
    "conditional": ("有条件共享", "on conditions"),
    "withheld": ("不予共享", "withheld"),
}
SHARING_TONES: Final = {"unconditional": "good", "conditional": "warn", "withheld": "bad"}
CYCLES: Final[Pairs] = {
    "realtime": ("实时", "real time"),
    "daily": ("每日", "daily"),
    "weekly": ("每周", "weekly"),
    "ten_days": ("每旬", "every ten days"),
    "monthly": ("每月", "monthly"),
    "quarterly": ("每季", "quarterly"),
    "half_yearly": ("每半年", "half-yearly"),
    "yearly": ("每年", "yearly"),
    "irregular": ("不定期", "irregular"),
}
DIMENSIONS: Final[Pairs] = {
    "conformity": ("规范性", "Conformity"),
    "completeness": ("完整性", "Completeness"),
    "accuracy": ("准确性", "Accuracy"),
    "consistency": ("一致性", "Consistency"),
    "timeliness": ("时效性", "Timeliness"),
    "accessibility": ("可访问性", "Accessibility"),
}
TYPES: Final[Pairs] = {
    "string": ("文本", "text"),
    "integer": ("整数", "integer"),
    "number": ("数值", "number"),
    "date": ("日期", "date"),
    "timestamp": ("日期时间", "instant"),
    "boolean": ("是/否", "yes or no"),
}
USES: Final[Pairs] = {
    "identifier": ("标识（仅关联、计数）", "identifier: joined, counted"),
    "dimension": ("维度（可分组）", "dimension: grouped by"),
    "measure": ("度量（可求和、平均）", "measure: summed, averaged"),
    "time": ("时间（按粒度）", "time, at its grain"),
    "filter": ("筛选（只与常量比较）", "filter: compared with constants"),
    "plain": ("任意使用", "any use"),
    "free_text": ("自由文本（不出库）", "free text, never leaves"),
    "never": ("不出库", "never leaves"),
}
UNITS: Final[Pairs] = {
    "person": ("个人", "person"),
    "household": ("家庭户", "household"),
    "enterprise": ("市场主体", "enterprise"),
}
# Level of general data → the most harm to persons and organisations its misuse may do.
# Source: GB/T 43697-2024, Annex H (as ``policies/rules/grading.yaml`` reads it).
_HARM: Final[Pairs] = {
    "1": ("无危害", "no harm"),
    "2": ("一般危害", "some harm"),
    "3": ("严重危害", "serious harm"),
    "4": ("特别严重危害", "extremely serious harm"),
}
# Why an item has its level.
GROUNDS: Final = {
    "every item has a level": "每个信息项都要定级",
    "sensitive personal information": "敏感个人信息",
    "personal information": "个人信息",
    "free text may hide personal information": "自由文本可能含个人信息",
    "shared under conditions": "有条件共享",
    "forbidden to share": "不予共享",
    "declared grade": "目录申报的级别",
    "the contract": "数据目录",
}
# What a rule of levels rests on.
_BASES: Final[Pairs] = {
    "GB/T 43697-2024 Annex H, kept from TC260-PG-20212A; `free_text` is a choice of the installation": (
        "GB/T 43697—2024 附录 H（沿自 TC260-PG-20212A）",
        "GB/T 43697-2024 Annex H, kept from TC260-PG-20212A",
    ),
}
# What columns are used for on their way.
STEPS: Final[Pairs] = {
    "IDENTITY": ("照搬", "taken as it is"),
    "TRANSFORMATION": ("加工", "transformed"),
    "AGGREGATION": ("汇总", "aggregated"),
    "FILTER": ("筛选行", "decides rows"),
    "JOIN": ("关联", "joined by"),
    "GROUP_BY": ("分组", "grouped by"),
    "SORT": ("排序", "sorted by"),
    "ROWS": ("决定行", "decides rows"),
}
EVENTS: Final[Pairs] = {
    "compile": ("编制", "compiled"),
    "check": ("自查", "checked"),
    "sign_off": ("负责人签发", "signed off"),
    "return": ("退回", "returned"),
    "review": ("审核", "reviewed"),
    "refuse": ("不予通过", "refused"),
    "publish": ("发布", "published"),
    "retract": ("撤回", "retracted"),
    "trigger": ("提出更新", "update triggered"),
    "withdraw": ("下架", "withdrawn"),
}
STATES: Final[Pairs] = {
    "compiled": ("已编制", "compiled"),
    "checked": ("已自查，待签发", "checked"),
    "signed_off": ("已签发，待审核", "signed off"),
    "returned": ("已退回", "returned"),
    "reviewed": ("已审核，待发布", "reviewed"),
    "refused": ("未通过", "refused"),
    "published": ("已发布", "published"),
    "retracted": ("已撤回", "retracted"),
    "withdrawn": ("已下架", "withdrawn"),
}
# What reads a dataset.
READERS: Final[Pairs] = {
    "grant": ("授权", "grant"),
    "form": ("基层表单", "form"),
    "subscription": ("回流订阅", "subscription"),
    "rule": ("质量规则", "quality rule"),
    "join": ("目录声明的关联", "declared join"),
    "authority": ("一数一源", "authoritative source"),
    "library": ("基础库、主题库", "library"),
    "link": ("挂接", "link"),
}
CHANNELS: Final[Pairs] = {
    "queries": ("查询", "queries"),
    "deliveries": ("回流批次", "deliveries"),
    "succeeded": ("成功", "succeeded"),
    "refused": ("被拒绝", "refused"),
    "failed": ("失败", "failed"),
    "query": ("查询", "query"),
    "delivery": ("投递", "delivery"),
    "call": ("接口调用", "call"),
    "batch": ("批量", "batch"),
    "file": ("文件", "file"),
}

# Grades of quality in English: name, what it says. In Chinese they are the rule's own.
_FIVE: Final = {
    1: ("excellent", "the data can be relied on"),
    2: ("good", "usable as a whole; single faults are to be mended"),
    3: ("fair", "usable with many faults: check before use"),
    4: ("poor", "grave faults, to be mended by a day"),
    5: ("bad", "not to be used; to be mended at once"),
}


def told(words: Pairs, code: str | None, say: Language) -> str:
    """A code in words; as it is where nobody worded it."""
    return "—" if not code else say(*words.get(code, (code, code)))


def level(grade: int | str, say: Language) -> str:
    """A level of general data.

    Source: GB/T 43697-2024, Annex H.
    """
    return say(f"{grade} 级", f"level {grade}")


def five_grade(grade: Mapping[str, Any], say: Language) -> str:
    """What a grade of quality is called: in Chinese by the rule that gives it."""
    return say(str(grade["name"]), _FIVE.get(grade["level"], ("", ""))[0] or str(grade["name"]))


def five_grade_says(grade: Mapping[str, Any], say: Language) -> str:
    """What a grade of quality tells whoever uses the data."""
    return say(str(grade["says"]), _FIVE.get(grade["level"], ("", ""))[1] or str(grade["says"]))


def ruled(source: str, say: Language) -> str:
    """What a rule rests on: a law as it is cited, or the choice of those who run the installation."""
    own = source.startswith("choice of the installation")
    return say("本市自定", "set by this city") if own else source


def harm(grade: int | str, say: Language) -> str:
    """What a level says: the most harm that may come of misuse to persons and organisations."""
    return say(*_HARM.get(str(grade), ("", "")))


def level_tone(grade: int) -> str:
    """The tone of a level: what would harm persons seriously stands out."""
    return "bad" if grade >= 4 else "warn" if grade == 3 else "calm"


def value_name(facet: str, value: str, say: Language) -> str:
    """The value of a facet in words."""
    if facet == "grade":
        return f"{level(value, say)}{say(f'（{harm(value, say)}）', f': {harm(value, say)}')}"
    if facet == "open":
        return say("已开放", "open") if value == "true" else say("未开放", "not open")
    known = {"sharing": SHARING, "update_cycle": CYCLES}.get(facet, {})
    return told(known, value, say)


def basis(source: str, say: Language) -> str:
    """What a reason of a level rests on."""
    return say(*_BASES[source]) if source in _BASES else ground(source, say)


def ground(why: str, say: Language) -> str:
    """Why an item has its level, without the name of the item it begins with."""
    bare = why.partition(": ")[2] or why
    if bare.startswith("declared grade "):
        return say(f"目录申报为 {bare.removeprefix('declared grade ')} 级", bare)
    return say(GROUNDS.get(bare, bare), bare)
