"""Why drafting guessed what it guessed, in the reader's language.

Decides how a sentence of the draft is worded in Chinese; words nobody translated stay as they are. What was
guessed, and how sure that is, is the interface's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from space.console.language import Language
from space.console.pages.steward.words import DETECTORS, called

# A score from which on a standard element is rarely wrong. Source: the interface's own word for a proposal.
SURE: Final = 0.8
_PHRASES: Final = (
    (r"the period each file's name or title tells, in ISO form", "文件名里写的账期"),
    (r"the period each file's name or title tells", "文件名里写的账期"),
    (r"the place each file's name or title tells", "文件名里写的地方"),
    (r"the sub-heading a row stands under, without its count", "行所在的小标题"),
    (r"the file a row comes from; nothing else tells the files apart", "行来自哪个文件"),
    (r"no heading", "没有表头"),
    (r"holds words", "内容是文字"),
    (r"holds no value yet; typed like the other years", "还没有值，按其他年份取类型"),
    (r"holds no value", "没有值"),
    (r"whole numbers, some in an unusual spelling", "整数，有的写法少见"),
    (r"whole numbers, some written with \.0", "整数，有的带 .0"),
    (r"whole numbers", "都是整数"),
    (r"numbers with up to (\d+) decimals", r"数值，最多 \1 位小数"),
    (r"numbers in several spellings", "数值，写法不一"),
    (r"dates and times", "都是日期时间"),
    (r"dates", "都是日期"),
    (r"identity number: the check holds for (\d+) % of the values", r"公民身份号码，\1% 的值校验通过"),
    (r"social credit code: the check holds for (\d+) % of the values", r"统一社会信用代码，\1% 的值校验通过"),
    (r"mobile number: the check holds for (\d+) % of the values", r"手机号码，\1% 的值校验通过"),
    (r"bank card number: the check holds for (\d+) % of the values", r"银行卡号，\1% 的值校验通过"),
    (r"code: digits with leading zeros", "代码：数字以 0 开头"),
    (r"code: the heading says so", "代码：表头写明"),
    (r"code: all values have (\d+) digits", r"代码：都是 \1 位数字"),
    (r"code: too many digits for a number", "代码：位数太多，不是数"),
    (r"code: digits too long for a number, some in scientific notation", "代码：长号码，有的变成了科学计数"),
    (r"1 and 0 under a heading that asks whether", "表头问“是否”，值为 1 和 0"),
    (r"identifies a (\w+)", "标识一个对象"),
    (r"may point to a person or an account, so it stays in the vault", "可能指向个人或账户，默认不离库"),
    (r"kept at the declared grain", "按所选粒度使用"),
    (r"a position may point to a person", "位置可能指向个人"),
    (r"a position, coarsened to the grain", "位置，按粒度模糊"),
    (r"a running number, it counts the lines and says nothing of the row", "只是序号"),
    (r"a part of a date", "日期的一部分"),
    (r"bounds rounded outward; set the public ones", "上下限已向外取整，请改为可公开的范围"),
    (r"two values", "只有两个值"),
    (r"decide its use once it holds values", "有值以后再定用途"),
    (r"a code", "代码"),
    (r"prose stays in the vault", "大段文字，不离库"),
    (r"few distinct values", "取值不多"),
    (r"many distinct values: decide whether they may be seen", "取值很多，请确定能否给人看"),
    (r"unit (\S+)", r"单位 \1"),
)


def why(say: Language, reason: str) -> str:
    """The first part of a reason: type and use."""
    text = reason.partition(" Element ")[0].partition(" Detector ")[0]
    text = re.sub(r"^Drafted: ", "", text).rstrip(".")
    if say is Language.ENGLISH:
        return text
    for pattern, chinese in _PHRASES:
        text = re.sub(rf"(?<![\w]){pattern}(?![\w])", chinese, text)
    return text.replace("; ", "；").replace(": ", "：")


def seen(say: Language, reason: str) -> str:
    """What a detector saw in the values, with its share; empty where none did."""
    found = re.search(r"Detector (\w+): (\d+) % of a sample", reason)
    if not found:
        return ""
    what = called(say, DETECTORS, found[1])
    return say(f"抽样中 {found[2]}% 像“{what}”", f"{found[2]} % of a sample look like: {what}")


def proposal(say: Language, one: Mapping[str, Any]) -> str:
    """A proposed standard element with its score, and what speaks against it."""
    text = say(
        f"{one['name'] or one['element']}（{one['score']:.0%}）", f"{one['element']} ({one['score']:.0%})"
    )
    return (
        text if one["follows"] else text + say("，现有值还不符合其规则", ", values do not keep its rules yet")
    )


def sureness(say: Language, field: Mapping[str, Any]) -> tuple[str, str]:
    """How sure the draft is of an item, with the tone of its badge."""
    proposals = field.get("proposals", ())
    best = max((one["score"] for one in proposals), default=0.0)
    if field.get("element"):
        return (
            (say("把握较大", "Rather sure"), "good") if best >= SURE else (say("请核对", "To check"), "warn")
        )
    if "check holds" in field.get("reason", "") or (field["type"] != "string" and not proposals):
        return say("把握较大", "Rather sure"), "good"
    return say("请核对", "To check"), "warn"
