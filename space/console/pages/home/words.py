"""The words of the first page: colours of clocks, headings of rows behind figures."""

from __future__ import annotations

import re
from typing import Any, Final

from space.console.language import Language

# Colour of a clock → tone of a badge, and what it says.
COLOURS: Final = {
    "red": ("bad", "逾期或当天到期", "overdue or due today"),
    "orange": ("warn", "临近到期", "due soon"),
    "yellow": ("warn", "请留意", "keep an eye on it"),
    "green": ("good", "时间充裕", "time enough"),
    "grey": ("calm", "时限未定", "no last day set"),
}
# Headings of the rows behind figures.
_HEADINGS: Final = {
    "age_days": ("距上次发布（天）", "Days since release"),
    "allowed_days": ("允许天数", "Days allowed"),
    "answered_on": ("答复日", "Answered on"),
    "area": ("属地", "Area"),
    "calls": ("调用次数", "Calls"),
    "ceiling_fen": ("上限（分）", "Ceiling (fen)"),
    "closed": ("办结", "Closed"),
    "code": ("代码", "Code"),
    "consumer": ("用数单位", "User"),
    "count": ("次数", "Count"),
    "cycle": ("更新周期", "Cycle"),
    "dataset": ("数据集", "Dataset"),
    "day": ("日期", "Day"),
    "days": ("工作日", "Working days"),
    "department": ("部门", "Department"),
    "due_on": ("到期日", "Due on"),
    "found": ("发现", "Found"),
    "items": ("信息项数", "Items"),
    "kind": ("类别", "Kind"),
    "level": ("层级", "Level"),
    "live": ("可用", "Live"),
    "name": ("名称", "Name"),
    "on_time": ("按期", "On time"),
    "operator": ("运营机构", "Operator"),
    "organisation": ("机构", "Organisation"),
    "outcome": ("结果", "Outcome"),
    "purpose": ("用途", "Purpose"),
    "reason": ("原因", "Reason"),
    "request": ("申请", "Request"),
    "rows": ("行数（公开值）", "Rows (public)"),
    "score": ("得分", "Score"),
    "state": ("状态", "State"),
    "subject": ("事项", "Subject"),
    "system": ("系统", "System"),
    "systems": ("系统数", "Systems"),
    "table": ("库表", "Table"),
    "tables": ("库表数", "Tables"),
    "title": ("名称", "Title"),
    "what": ("内容", "What"),
    "where": ("渠道", "Where"),
    "why": ("说明", "Why"),
}
# Values of rows that are codes.
_VALUES: Final = {
    "tied to nothing": "尚未挂接",
    "withheld": "不公开（少于阈值）",
    "daily": "每日", "weekly": "每周", "monthly": "每月", "quarterly": "每季", "yearly": "每年",
    "realtime": "实时", "irregular": "不定期", "queries": "查询", "deliveries": "回流批次",
    "delivery": "回流批次", "query": "查询", "call": "接口调用", "batch": "批量", "file": "文件",
    "succeeded": "成功", "failed": "失败", "refused": "被拒绝", "not registered": "未登记",
}  # fmt: skip
# A link whose last test is too old.
_UNTESTED: Final = re.compile(r"not tested within (\d+) days")
# Why a figure cannot be known.
_UNKNOWN: Final = {
    "nothing is published": "还没有发布的目录",
    "no link was tested": "还没有检测过任何挂接资源",
    "no update was due": "没有应更新的数据集",
    "no dataset was assessed": "还没有数据集评价过这一维度",
    "no dataset has a release": "还没有发布版本",
    "no case was closed": "本期没有办结的整改单",
    "no interface was probed in the month": "本期没有探测过接口",
    "too few forms were filed to tell": "填报太少，不足以说明",
    "no request was answered": "本期没有答复申请",
    "no request was answered in the month": "本期没有答复申请",
    "no request came in the month": "本期没有收到申请",
    "no grant was signed in the month": "本期没有签发授权",
    "no call was made in the month": "本期没有调用",
    "no form was filed in the month": "本期没有填报",
    "nothing was delivered in the month": "本期没有回流批次",
    "nothing is in authorised operation": "没有授权运营中的数据资源",
    "no table is in the inventory: `ybz inventory import` or `ybz inventory scan`":
        "还没有资源清单：请导入清单或扫描库表",
    "nobody measured how long filling in takes, with and without prefilling": "还没有测过预填前后的填报用时",
    "security incidents are not kept in the ledger yet": "账本里还不登记安全事件",
    "visits of the catalogue are not counted: nobody's reading is logged": "不记录谁看过什么，因此不统计",
    "no rating tied to a completed use is kept yet": "还没有与用数结果挂钩的评分",
    "the ledger keeps counts of rows, not sizes of what is stored": "账本记行数，不记存储量",
}  # fmt: skip
# Areas of figures, in the order they are shown.
AREAS: Final = {
    "inventory": ("家底", "Inventory"),
    "timeliness": ("更新", "Updates"),
    "quality": ("质量", "Quality"),
    "sharing": ("共享", "Sharing"),
    "service": ("服务", "Service"),
    "backflow": ("回流基层", "Flow back"),
    "registration": ("登记与运营", "Registration and operation"),
    "grassroots": ("基层减负", "Grass roots"),
    "trust": ("校核与安全", "Trust"),
}


def heading_of(name: str, say: Language) -> str:
    """The heading of a value of rows."""
    return say(*_HEADINGS.get(name, (name, name.replace("_", " ").capitalize())))


def value_of(value: Any, say: Language) -> Any:
    """A value of a row, in words where it is a code."""
    if isinstance(value, bool):
        return say("是", "yes") if value else say("否", "no")
    if not isinstance(value, str):
        return value
    tested = _UNTESTED.fullmatch(value)
    return say(f"{tested[1]} 天内没有检测" if tested else _VALUES.get(value, value), value)


def unknown(why: str, say: Language) -> str:
    """Why a figure cannot be known."""
    return say(_UNKNOWN.get(why, why), why)
