"""Terms, states and steps of a contract in words, as one of its two sides reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from space.console.language import Language

Pair = tuple[str, str]

# Key of a terms document → what it is called.
TERMS: Final[Mapping[str, Pair]] = {
    "purpose": ("用途", "Purpose"),
    "datasets": ("数据", "Datasets"),
    "columns": ("信息项", "Items"),
    "where": ("行的条件", "Condition on rows"),
    "region": ("区域（区划代码）", "Region (division code)"),
    "rules": ("保护规则", "Rules of protection"),
    "mode": ("保护方式", "Made safe by"),
    "disclosure.k": ("每格最少个体数", "Fewest units of a cell"),
    "disclosure.dominance_share": ("单一个体最大占比", "Largest share of one unit"),
    "disclosure.p_percent": ("次大者推算最大者的误差（%）", "Closest estimate of the largest (%)"),
    "disclosure.rounding_base": ("计数取整基数", "Counts rounded to"),
    "calls": ("调用次数（整个期限）", "Calls over the term"),
    "max_rows": ("一次最多行数", "Most rows of an answer"),
    "valid_from": ("起始日", "First day"),
    "valid_to": ("截止日", "Last day"),
    "price_fen_per_call": ("每次价款", "Price a call"),
    "analyses": ("可以怎么用", "Ways of use"),
    "release_period": ("同一期数据用多久", "One release is used for"),
    "joins": ("允许的连接", "Joins allowed"),
    "budget.rho": ("隐私预算总量 ρ", "Privacy budget, ρ"),
    "budget.rho_per_query": ("每次查询的 ρ", "ρ a query"),
    "budget.delta": ("隐私参数 δ", "δ"),
    "budget.window": ("一段时间内最多用的预算", "Most budget in a period"),
    "hours": ("可以调用的时段", "Hours"),
    "networks": ("可以调用的网络地址", "Networks"),
    "rates": ("调用频率", "Rates"),
    "volumes": ("取用总量", "Volumes"),
    "breach": ("违约的后果", "What follows a breach"),
    "prices": ("各产品价格", "Prices of products"),
    "trial_fee": ("试用期价格", "Trial fee"),
    "tiers": ("阶梯价格", "Tiers"),
    "retention.days": ("收到后最多留存天数", "Days what was received is kept"),
    "retention.proof_days": ("删除证明的宽限天数", "Days for the proof of deletion"),
    "in_charge.manager": ("提供方负责人", "In charge, provider"),
    "in_charge.user": ("使用方负责人", "In charge, consumer"),
}
MODES: Final[Mapping[str, Pair]] = {
    "threshold": ("阈值保护（抑制、取整）", "threshold protection"),
    "dp": ("差分隐私（加噪）", "differential privacy"),
    "plain": ("精确（不涉个体）", "exact, no units"),
}
ANALYSES: Final[Mapping[str, Pair]] = {
    "aggregate": ("统计", "figures"),
    "list": ("明细清单", "rows"),
    "masked_list": ("脱敏清单", "masked rows"),
    "verify": ("核验", "verification"),
}
PERIODS: Final[Mapping[str, Pair]] = {
    "none": ("总用最新一期", "always the latest"),
    "month": ("一个月", "a month"),
    "quarter": ("一个季度", "a quarter"),
    "year": ("一年", "a year"),
}
# Event of the table of steps → what it is called.
EVENTS: Final[Mapping[str, Pair]] = {
    "draft": ("起草", "draft"),
    "redraft": ("改草稿", "redraft"),
    "issue": ("签发", "issue"),
    "offer": ("发出要约", "offer"),
    "counter": ("还价", "counter"),
    "accept": ("承诺", "accept"),
    "withdraw": ("不谈了", "withdraw"),
    "refuse": ("不予见证", "refuse"),
    "lapse": ("要约到期失效", "lapse"),
    "sign": ("签署", "sign"),
    "suspend": ("中止", "suspend"),
    "resume": ("恢复", "resume"),
    "complete": ("履行完毕", "complete"),
    "breach": ("以违约终止", "end for breach"),
    "terminate": ("解除", "terminate"),
    "archive": ("归档", "archive"),
}
# State → what it is called where it names no side.
_STATES: Final[Mapping[str, Pair]] = {
    "agreed": ("已达成一致，待双方签署", "agreed, to be signed by both"),
    "signed": ("双方已签，等平台见证", "signed by both, waits for the platform"),
    "in_force": ("生效中", "in force"),
    "suspended_by_platform": ("平台中止", "suspended by the platform"),
    "withdrawn": ("没有谈成", "withdrawn"),
    "completed": ("已履行完毕", "completed"),
    "breached": ("因违约终止", "ended for breach"),
    "terminated": ("已解除", "terminated"),
    "archived": ("已归档", "archived"),
}
# Beginning of a state that names a side → of us, of the other side.
_OF_A_SIDE: Final[Mapping[str, tuple[Pair, Pair]]] = {
    "draft_by_": (("我方起草中", "our draft"), ("对方起草中", "the other side's draft")),
    "offered_by_": (
        ("我方已要约，等对方答复", "offered by us, they answer"),
        ("对方已要约，等我方答复", "offered to us, we answer"),
    ),
    "signed_by_": (
        ("我方已签，等对方签", "signed by us, they sign"),
        ("对方已签，等我方签", "signed by them, we sign"),
    ),
    "suspended_by_": (("我方中止", "suspended by us"), ("对方中止", "suspended by the other side")),
}
_TONES: Final = {"in_force": "good", "agreed": "warn", "signed": "warn", "breached": "bad"}
_SIDES: Final[Mapping[str, Pair]] = {
    "provider": ("提供方", "provider"),
    "consumer": ("使用方", "consumer"),
    "platform": ("平台", "platform"),
    "clock": ("到期", "clock"),
}


# How a period and a measure are called in limits such as 60/minute or 1000 rows/day.
_PERIODS: Final[Mapping[str, Pair]] = {
    "minute": ("每分钟", "a minute"),
    "hour": ("每小时", "an hour"),
    "day": ("每天", "a day"),
    "week": ("每周", "a week"),
    "month": ("每月", "a month"),
    "year": ("每年", "a year"),
    "term": ("整个期限", "over the term"),
}
_MEASURES: Final[Mapping[str, Pair]] = {
    "": ("次", "calls"),
    "rows": ("行", "rows"),
    "cells": ("格", "cells"),
    "bytes": ("字节", "bytes"),
}
_LIMIT: Final = re.compile(r"([1-9]\d*)(?: (rows|cells|bytes))?/([a-z]+)")


def limit(say: Language, line: str) -> str:
    """A limit as it is read; as it is written where it is of another kind.

    >>> limit(Language.CHINESE, "60/minute"), limit(Language.CHINESE, "100000 rows/month")
    ('每分钟 60 次', '每月 100,000 行')
    >>> limit(Language.ENGLISH, "2000/day")
    '2,000 calls a day'
    """
    found = _LIMIT.fullmatch(line)
    if found is None or found[3] not in _PERIODS:
        return line
    period, measure, many = _PERIODS[found[3]], _MEASURES[found[2] or ""], f"{int(found[1]):,}"
    return say(f"{period[0]} {many} {measure[0]}", f"{many} {measure[1]} {period[1]}")


def called(say: Language, pairs: Mapping[str, Pair], code: object) -> str:
    """What a code is called; the code itself where nobody worded it."""
    pair = pairs.get(str(code))
    return str(code) if pair is None else say(*pair)


def state(say: Language, code: str, side: str) -> str:
    """A state as a side reads it.

    >>> state(Language.CHINESE, "offered_by_provider", "consumer")
    '对方已要约，等我方答复'
    """
    for begins, (ours, theirs) in _OF_A_SIDE.items():
        if code.startswith(begins) and not code.endswith("_platform"):
            return say(*(ours if code.removeprefix(begins) == side else theirs))
    return called(say, _STATES, code)


def tone(code: str, side: str) -> str:
    """The tone of a state's badge: what waits for us stands out."""
    if code.startswith(("offered_by_", "signed_by_")):
        return "calm" if code.endswith(side) else "warn"
    return "warn" if code.startswith(("suspended_by_", "draft_by_")) else _TONES.get(code, "calm")


def side_of(say: Language, code: str, own: str) -> str:
    """Who takes a step, and whether that is us."""
    who = called(say, _SIDES, code)
    if code not in ("provider", "consumer") or not own:
        return who
    return say(f"我方（{who}）", f"us ({who})") if code == own else say(f"对方（{who}）", f"them ({who})")
