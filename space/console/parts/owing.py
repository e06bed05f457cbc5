"""What is owed, in words: the act, the dataset and the item by what they are called.

Decides nothing: what is owed, by whom and until when is the interface's to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from space.console.language import Language

# What the service calls a duty → what somebody has to do. ``named`` is what it is about where no dataset
# is, ``count`` of how many; what is left of a phrase are codes, which nobody reads.
_ACTS: Final = tuple(
    (re.compile(pattern), zh, en)
    for pattern, zh, en in (
        (r"review and publish the entry", "审核并发布目录", "review and publish the entry"),
        (r"update the entry", "更新目录", "update the entry"),
        (r"revise the entry: .+", "修订目录（责任单位已变更）", "revise the entry: who answers changed"),
        (r"update the dataset, .+", "更新数据", "update the data"),
        (r"supply what the request lacks: .+", "补正用数申请", "supply what the request lacks"),
        (r"answer the request", "答复用数申请", "answer a request"),
        (r"answer (?P<count>\d+) items of the request .+", "答复用数申请", "answer a request"),
        (r"supply what was permitted.*", "提供已同意共享的数据", "supply what was permitted"),
        (r"settle the dispute over (?P<count>\d+) items", "处理共享争议", "settle a dispute over sharing"),
        (r"answer the challenge of a value in .+", "答复校核", "answer a challenged value"),
        (r"carry the accepted value .+", "把核实的值更正到数据", "carry an accepted value into the data"),
        (r"carry or answer anew .+", "落实更正或重新答复校核", "carry a correction, or answer anew"),
        (r"see to the answer of .+", "督办逾期未答的校核", "see to an overdue answer"),
        (r"decide the appeal over .+", "裁定校核申诉", "decide an appeal over a correction"),
        (r"replace a corrected value of .+", "更换已更正的值", "replace a corrected value"),
        (r"decide the objection to the evaluation .+", "裁定质量评价异议", "decide an objection to a score"),
        (r"take note of the breaking revision .+", "阅知变更公告", "take note of a breaking revision"),
        (r"apply for the first registration of (?P<named>.+)", "申请首次登记", "apply for registration"),
        (r"accept or return the application of (?P<named>.+)", "受理登记申请", "accept an application"),
        (r"review the application of (?P<named>.+)", "审核登记申请", "review an application"),
        (r"supplement the application for registration", "补正登记申请", "supplement an application"),
        (r"publish the application of (?P<named>.+)", "公示登记申请", "publish an application"),
        (r"record the code of (?P<named>.+)", "记载登记代码", "record the code of a registration"),
        (r"renew the registration of (?P<named>.+)", "续展登记", "renew a registration"),
        (r"decide the objection to (?P<named>.+)", "处理登记异议", "decide an objection to a registration"),
        (r"decide the merge of personal sources .+", "审查能否汇聚", "review a merge of sources"),
        (r"give or refuse the second signature .+", "复核定级并签字", "give or refuse a second signature"),
        (r"decide who answers for .+", "裁定数源争议", "decide who is the source"),
        (r"name who answers for .+", "重新指定数源单位", "name another source"),
        (r"confirm and catalogue the demand .+", "确认数据需求并编目", "confirm and catalogue a demand"),
        (r"decide whether .+ is opened", "决定是否开放", "decide whether data is opened"),
        (r"make the grant .+ anew or end it: .+", "重签或终止授权", "make a grant anew or end it"),
        (r"hand over .+", "按授权提供数据", "hand over what was granted"),
        (r"delete the supply of .+", "删除所收数据并声明", "delete a supply and state it"),
        (r"close the report of (?P<named>.+)", "办结月报", "close a monthly report"),
        (r"reply to the report of (?P<named>.+), .+", "回复月报", "reply to a monthly report"),
        (r"fill form .+ of (?P<named>.+)", "填报报表", "fill a form"),
        (r"fill .+|fill", "填报", "fill"),
        (r"check at the door .+|verify", "上门核实", "check at the door"),
        (r"visit.*", "走访", "visit"),
        (r"see to the inbox .+", "办理收件", "see to the inbox"),
        (r"settle a case of .+", "办结比对线索", "settle a case of a comparison"),
        (
            r"sign or decline the agreement (?P<named>.+), .+",
            "签署或退回协议",
            "sign or decline an agreement",
        ),
        (r"renew the agreement (?P<named>.+), .+", "续签协议或准备终止", "renew or end an agreement"),
        (r"review the agreement (?P<named>\S+) .+", "开展协议年度评估", "review an agreement for its year"),
        (r"mend what the review of agreement (?P<named>\S+) .+", "整改评估发现", "mend what a review found"),
        (r"disclose (?P<named>\d+) as .+", "公布年度披露", "publish the yearly disclosure"),
        (r"handle the alert .+", "处置告警", "handle an alert"),
        (r"tell .+ of the incident by (?P<named>.+)", "报告安全事件，最迟", "tell of an incident, by"),
        (r"sign or refuse what waits for a second person: .+", "作为第二人签字", "sign as second person"),
        (r"bring the incident to its end, .+", "办结安全事件", "bring an incident to its end"),
    )
)
# Kind of a subject → what somebody has to do about it, where the service's words are not known.
_TO_DO: Final[Mapping[str, tuple[str, str]]] = {
    "rectification": ("整改问题数据", "mend faulty data"),
    "correction": ("办理校核", "take a correction on"),
    "entry": ("办理编目", "take the entry on"),
    "dataset": ("更新数据", "update the data"),
    "request": ("办理用数申请", "answer a request"),
    "case": ("办理用数申请", "answer a request"),
    "authority": ("裁定数源争议", "decide who is the source"),
    "review": ("审查能否汇聚", "review a merge of sources"),
    "decision": ("复核定级并签字", "give or refuse a second signature"),
    "registration": ("办理登记", "register"),
    "demand": ("答复数据需求", "answer a demand"),
    "opening": ("答复开放申请", "answer a request to open data"),
    "grant": ("办理授权", "take a grant on"),
    "source": ("重新指定数源单位", "name another source"),
    "contest": ("裁定质量评价异议", "decide an objection to a score"),
    "announcement": ("阅知变更公告", "take note of a change"),
    "report": ("办理月报", "take a monthly report on"),
    "task": ("办理任务", "take a task on"),
    "form": ("办理报表", "take a form on"),
    "supply": ("供数", "supply data"),
    "agreement": ("办理授权运营协议", "take an agreement on"),
    "finding": ("整改评估发现", "mend what a review found"),
    "disclosure": ("公布年度披露", "publish the yearly disclosure"),
    "alert": ("处置告警", "handle an alert"),
    "incident": ("处置安全事件", "handle an incident"),
    "signature": ("作为第二人签字", "sign as the second person"),
    "recall": ("办结召回", "finish a recall"),
}


def soonest(items: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Things owed in the order of their last days; those without one come last."""
    return sorted(items, key=lambda one: one["due_on"] is None)


def owed_called(say: Language, one: Mapping[str, Any], cause: str = "") -> str:
    """One thing owed, as ``/v1/due`` tells it.

    Args:
        say: of the reader.
        one: what is owed.
        cause: what is wrong with faulty data, in words, where the reader is told.

    >>> mend = {"subject": "rectification:cas_1", "what": "mend 14 items of a.b.c",
    ...     "title": "高龄津贴发放信息", "item": "身份证号", "count": 14}
    >>> owed_called(Language.CHINESE, mend)
    '整改问题数据：高龄津贴发放信息 · 身份证号，14 处'
    >>> owed_called(Language.CHINESE, mend, "格式不符")
    '整改问题数据：高龄津贴发放信息 · 身份证号，格式不符 14 处'
    """
    what, kind = str(one["what"]), str(one["subject"]).partition(":")[0]
    zh, en, named, count = _act(what)
    if not zh:
        if kind not in _TO_DO:
            return what
        zh, en = _TO_DO[kind]
    about = " · ".join(str(one[name]) for name in ("title", "item") if one.get(name)) or named
    told = say(zh, en) + (f"{say('：', ': ')}{about}" if about else "")
    number, of = (one["count"], say("处", "fault")) if one.get("count") else (count, say("项", "item"))
    if not number:
        return told
    of += "" if str(number) == "1" else say("", "s")
    return told + say("，", ", ") + (f"{cause} " if cause else "") + f"{number} {of}"


def _act(what: str) -> tuple[str, str, str, str]:
    """What is to be done in both languages, what it is about, and how many; empty where nobody worded it."""
    for pattern, zh, en in _ACTS:
        found = pattern.fullmatch(what)
        if found:
            parts = found.groupdict()
            return zh, en, parts.get("named") or "", parts.get("count") or ""
    return "", "", "", ""
