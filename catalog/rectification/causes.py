"""What is wrong with a faulty cell, in words: the cause of a case and the sentence a person reads.

Decides how outcomes of a build become faults, and how a rule reads in Chinese. Judges no row:
:mod:`catalog.rectification.judging` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from catalog.quality import RuleResult
from contracts.conditions import rules_of
from contracts.model import Action, Contract, Rule, RuleKind

# How reasons of the quarantine begin that are no rule of the contract.
CAST: Final = "cast:"
DRIFT: Final = "drift:"

# Cause of each kind of rule, and its name.
CAUSES: Final[Mapping[str, str]] = {
    "missing": "缺失",
    "repeated": "重复",
    "not_in_list": "不在值域",
    "out_of_range": "超出范围",
    "length": "长度不符",
    "pattern": "格式不符",
    "check_digit": "校验不符",
    "contradiction": "字段间矛盾",
    "position": "坐标不符",
    "unreferenced": "无对应记录",
    "disagreement": "与他处不一致",
    "order": "时序颠倒",
    "volume": "数量异常",
    "late": "未按期更新",
    "unreadable": "类型不符",
    "drift": "结构漂移",
}
_CAUSE_OF: Final[Mapping[RuleKind, str]] = {
    RuleKind.REQUIRED: "missing",
    RuleKind.UNIQUE: "repeated",
    RuleKind.ALLOWED: "not_in_list",
    RuleKind.RANGE: "out_of_range",
    RuleKind.LENGTH: "length",
    RuleKind.PATTERN: "pattern",
    RuleKind.CHECK_DIGIT: "check_digit",
    RuleKind.COMPARE: "contradiction",
    RuleKind.COORDINATES: "position",
    RuleKind.REFERENCE: "unreferenced",
    RuleKind.AGREEMENT: "disagreement",
    RuleKind.ORDER: "order",
    RuleKind.PERIOD_COUNT: "volume",
    RuleKind.ROW_COUNT: "volume",
    RuleKind.FRESHNESS: "late",
}
# Kinds that judge the dataset as a whole: no row can be sent for them.
OF_THE_WHOLE: Final = (RuleKind.ROW_COUNT, RuleKind.PERIOD_COUNT, RuleKind.FRESHNESS)
# Kinds that name something to hold to, which a description seldom repeats.
_EXACT: Final = (
    RuleKind.ALLOWED, RuleKind.RANGE, RuleKind.LENGTH, RuleKind.PATTERN, RuleKind.COMPARE,
    RuleKind.COORDINATES,
)  # fmt: skip
_CHINESE: Final = re.compile("[\u4e00-\u9fff]")
_TYPES: Final = {
    "integer": "整数",
    "number": "数值",
    "date": "日期",
    "timestamp": "时间",
    "boolean": "是否值",
    "string": "文本",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What one build says of one possible fault.

    Attributes:
        rule: id of the rule, or the reason of the quarantine (``cast:date``).
        field: names joined by commas; empty where the dataset as a whole is judged.
        cause: of :data:`CAUSES`.
        action: what the breach does.
        failing: items that fail; 0 = looked at and found in order.
        evaluated: items looked at.
    """

    rule: str
    field: str
    cause: str
    action: Action
    failing: int
    evaluated: int


def faults(
    contract: Contract,
    results: Iterable[RuleResult],
    rejected: Mapping[tuple[str, str], int],
    *,
    landed: int,
) -> Iterator[Fault]:
    """Every fault a build looked for, those it did not find included.

    Args:
        contract: whose rules were run.
        results: their outcomes; what was not assessed says nothing, and so do measures that are no
            rule of the contract.
        rejected: field and reason → rows of the quarantine.
        landed: rows read.
    """
    known = {rule.id: rule for rule in rules_of(contract)}
    for result in results:
        rule = known.get(result.rule)
        if rule is None or not result.evaluated:
            continue
        failing = 0 if result.passed else result.evaluated - result.good
        yield Fault(
            rule.id, ",".join(rule.fields), _CAUSE_OF[rule.kind], result.action, failing, result.evaluated
        )
    for (field, reason), rows in rejected.items():
        if reason.startswith((CAST, DRIFT)):
            cause = "unreadable" if reason.startswith(CAST) else "drift"
            yield Fault(reason, field, cause, Action.QUARANTINE, rows, landed)


def rule_called(contract: Contract, rule_id: str) -> Rule | None:
    """The rule of a contract called ``rule_id``, or None."""
    return next((rule for rule in rules_of(contract) if rule.id == rule_id), None)


def sentence(contract: Contract, rule_id: str, field: str) -> str:
    """What a faulty cell has to meet, in Chinese: the contract's own description, and what it leaves out.

    A description says why; values, bounds and forms are said with it. One without a Chinese word says
    nothing to whoever mends.
    """
    if rule_id.startswith(CAST):
        kind = rule_id.removeprefix(CAST)
        return f"“{_titles(contract, field.split(','))}”应为{_TYPES.get(kind, kind)}，现有内容无法识别"
    if rule_id.startswith(DRIFT):
        return f"本次交付的“{_titles(contract, field.split(','))}”列与约定结构不一致，请按约定交付"
    rule = rule_called(contract, rule_id)
    if rule is None:
        return "该规则已从合约中移除"
    if not _CHINESE.search(rule.description):
        return _said(contract, rule)
    if rule.kind not in _EXACT:
        return rule.description
    return f"{rule.description.rstrip('。')}。{_said(contract, rule)}"


def allowed(contract: Contract, rule_id: str) -> tuple[str, ...]:
    """Every value a faulty cell may hold; none where its rule lists none."""
    rule = rule_called(contract, rule_id)
    if rule is None or rule.kind is not RuleKind.ALLOWED:
        return ()
    return tuple(map(str, rule.args["values"]))


def _said(contract: Contract, rule: Rule) -> str:
    name, args = _titles(contract, rule.fields), rule.args
    match rule.kind:
        case RuleKind.REQUIRED:
            return f"“{name}”必须填写"
        case RuleKind.UNIQUE:
            return f"“{name}”不得重复"
        case RuleKind.ALLOWED:
            return f"“{name}”只能取：{'、'.join(map(str, args['values'][:30]))}"
        case RuleKind.RANGE:
            return f"“{name}”应{_span(args)}"
        case RuleKind.LENGTH:
            return f"“{name}”的长度应{_span(args)}"
        case RuleKind.PATTERN:
            return f"“{name}”应符合格式 {args['regex']}"
        case RuleKind.CHECK_DIGIT:
            return f"“{name}”的长度、字符或校验位不正确，请核对原件"
        case RuleKind.COMPARE:
            left, right = (_titles(contract, [each]) for each in rule.fields)
            return f"“{left}”与“{right}”应满足：{left} {args['operator']} {right}"
        case RuleKind.COORDINATES:
            return f"“{name}”应为所述坐标系（{args.get('crs', '')}）内的经纬度"
        case RuleKind.REFERENCE:
            return f"“{name}”应能在 {args.get('dataset', '')} 中找到对应记录"
        case RuleKind.AGREEMENT:
            return f"“{name}”应与 {args.get('dataset', '')} 中同一对象的记录一致"
        case RuleKind.ORDER:
            return f"“{name}”应按先后次序排列，不得早于前一条记录"
        case RuleKind.FRESHNESS:
            return "数据未按更新周期更新，请补交最新数据"
        case _:
            return "记录数超出约定范围，请核对是否漏报或重复报送"


def _titles(contract: Contract, fields: Iterable[str]) -> str:
    titles = {field.name: field.business_name for field in contract.fields}
    return "、".join(titles.get(name, name) for name in fields)


def _span(args: Mapping[str, object]) -> str:
    low, high = args.get("minimum"), args.get("maximum")
    if low is not None and high is not None:
        return f"在 {low} 与 {high} 之间"
    return f"不小于 {low}" if low is not None else f"不大于 {high}"
