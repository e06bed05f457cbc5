"""The Chinese words of the quality report: what is wrong and what to do, by kind of rule.

Decides wording alone; which rules are broken is :mod:`catalog.quality.document`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

DIMENSIONS: Final = {
    "conformity": "规范性",
    "completeness": "完整性",
    "accuracy": "准确性",
    "consistency": "一致性",
    "timeliness": "时效性",
    "accessibility": "可访问性",
}
ACTIONS: Final = {"stop": "阻断发布", "quarantine": "隔离该行", "warn": "只计分"}
STATES: Final = {"released": "已发布", "stopped": "未放行", "failed": "构建失败", "unchanged": "无变化"}


@dataclass(frozen=True, slots=True)
class Words:
    """How a kind of rule is spoken of.

    Attributes:
        name: of the check.
        fault: what is wrong with an item that breaks it.
        counted: measure word of the items.
        remedy: what the department does next.
    """

    name: str
    fault: str
    counted: str
    remedy: str


KINDS: Final[Mapping[str, Words]] = {
    "required": Words("必填", "没有填写", "行", "补填缺失的值，并在源系统中设为必填项"),
    "unique": Words("唯一", "重复", "行", "逐组核对重复的记录，合并或注销多余的一条"),
    "allowed": Words("代码取值", "不在规定的取值之内", "行", "按代码表改正；确有新代码的，先更新数据合同"),
    "range": Words("取值范围", "超出取值范围", "行", "核对计量单位和小数点，改正录入错误"),
    "length": Words("长度", "长度不符合规定", "行", "检查是否截断、多录或混入其他内容"),
    "pattern": Words("格式", "格式不符合规定", "行", "统一写法，源系统录入时加格式校验"),
    "check_digit": Words("校验码", "校验码不正确", "行", "对照证照原件核对号码，源系统录入时加校验"),
    "compare": Words("项间关系", "前后两项互相矛盾", "行", "对照业务材料核对两项，改正错的一项"),
    "coordinates": Words("坐标", "坐标落在合理范围之外", "行", "核对坐标系，检查经纬度是否颠倒"),
    "reference": Words("引用", "在被引用的数据集中查不到", "行", "补登被引用的记录，或改正引用的编号"),
    "agreement": Words("跨源一致", "与权威来源的记载不一致", "行", "与来源部门核对，以权威来源为准更正"),
    "order": Words("时序", "先后次序颠倒", "行", "核对相邻记录的时间和数值"),
    "period_count": Words("分期数量", "数量异常", "期", "检查这些时段是否漏报、重报"),
    "row_count": Words("总行数", "总行数超出正常范围", "次", "确认文件是否完整、是否发错了批次"),
    "freshness": Words("更新及时", "没有按更新周期更新", "次", "尽快报送最新一期数据"),
    "type": Words("类型", "不是规定的类型", "行", "数字、日期按规定写法填写，去掉单位和说明文字"),
    "record": Words("记录完整", "必填项不全", "行", "补齐记录的必填项"),
    "column": Words("交付列", "应交付而未交付", "列", "按数据合同补齐缺少的列"),
    "access": Words("访问", "没有得到应答", "次", "检查数据服务是否正常"),
}
_OTHER: Final = Words("规则", "不符合规则", "项", "对照规则核对数据")


def words(kind: str) -> Words:
    """How a kind of rule is spoken of; a kind without words of its own is spoken of in general."""
    return KINDS.get(kind, _OTHER)


def subject(titles: list[str], whole: str = "数据") -> str:
    """Fields as a reader names them; ``whole`` names a rule about none in particular.

    >>> subject(["开始日期", "结束日期"]), subject([])
    ('「开始日期」「结束日期」', '数据')
    """
    return "".join(f"「{title}」" for title in titles) or whole


def finding(rule: Mapping[str, Any]) -> str:
    """What a broken rule found, in one sentence of counts."""
    said = words(rule["kind"])
    bad = rule["evaluated"] - rule["good"]
    if rule["kind"] in ("row_count", "freshness"):
        return f"{subject(rule['titles'])}{said.fault}"
    of = f"共评价 {rule['evaluated']:,} {said.counted}"
    return f"{subject(rule['titles'])}有 {bad:,} {said.counted}{said.fault}（{of}）"


def steps(document: Mapping[str, Any], most: int = 6) -> list[dict[str, str]]:
    """What to do next, the most urgent first: what stops a release, what got worse, what is worst."""
    rules = {rule["rule"]: rule for rule in document["rules"]}
    order = [
        *document["stops"],
        *(each["rule"] for each in document["worse"]),
        *(each["worst_rule"] for each in document["worst_fields"]),
        *document["warns"],
    ]
    chosen = list(dict.fromkeys(name for name in order if name in rules))[:most]
    return [
        {
            "what": finding(rules[name]),
            "remedy": words(rules[name]["kind"]).remedy,
            "urgent": "是" if name in document["stops"] else "",
        }
        for name in chosen
    ]


def held(document: Mapping[str, Any]) -> list[str]:
    """Why the newest build was not let through, in sentences; empty where it was."""
    attempt = document["attempt"]
    if attempt is None or attempt["state"] == "released":
        return []
    rules = {rule["rule"]: rule for rule in document["rules"]}
    said = [finding(rules[name]) for name in document["stops"]]
    if attempt["landed"] and attempt["quarantined"] / attempt["landed"] > document["quarantine_limit"]:
        part = share(attempt["quarantined"] / attempt["landed"])
        said.append(f"隔离比例 {part}，超过上限 {share(document['quarantine_limit'])}")
    least, score = document["minimum_quality"], document["score"]
    if least is not None and (score is None or score < least):
        said.append(f"得分 {points(score)}，低于合同要求的 {points(least)}")
    return said or [f"原因：{attempt['reason']}"]


def share(value: float | None) -> str:
    """A share in percent, never rounded up to the full.

    >>> share(0.99999), share(1.0), share(None)
    ('99.99%', '100%', '未评价')
    """
    if value is None:
        return "未评价"
    if value >= 1:
        return "100%"
    return f"{int(value * 10_000) / 100:.2f}%"


def points(value: float | None) -> str:
    """A score of one hundred, never rounded up to the full.

    >>> points(0.99996), points(None)
    ('99.9', '—')
    """
    return "—" if value is None else f"{int(round(value * 1000, 6)) / 10:.1f}"


def moved(now: float | None, was: float | None) -> str:
    """How a share moved, in points of a hundred, with its direction.

    >>> moved(0.95, 0.93), moved(0.9, 0.9), moved(None, 0.9)
    ('▲ 2.0', '持平', '')
    """
    if now is None or was is None:
        return ""
    step = round((now - was) * 100, 1)
    return "持平" if step == 0 else f"{'▲' if step > 0 else '▼'} {abs(step):.1f}"
