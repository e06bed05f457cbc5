"""What a question would come to, told before it is asked: safety, cost, error bounds, what is left."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from space.console.language import Language
from space.console.pages.operator import words
from space.console.parts.figures import number, yuan
from space.console.parts.words import Words, facts, heading
from space.console.seats import Seat


def told(seat: Seat, explained: dict[str, Any]) -> None:
    """The decision of a question that may be answered."""
    say = seat.say
    with ui.element("section").classes("ybz-panel ybz-op-permitted").props('role="status"'):
        heading(say("可以回答", "May be answered"))
        facts(
            [
                (say("保护方式", "Made safe by"), words.mode(say, explained["mode"])),
                (say("这次消耗", "This spends"), cost(say, explained["cost"])),
                (say("现在还剩", "Left now"), left(say, explained["left"]) + _as_often(say, explained)),
                (say("误差", "Error bounds"), _bounds(say, explained["plan"]["accuracy"], explained["mode"])),
                (say("读取的发布版", "Reads the releases"), ", ".join(explained["releases"])),
            ]
        )
        _rules(say, explained["plan"])


def cost(say: Language, spent: dict[str, Any]) -> str:
    """What a question takes of budget, quota and money."""
    if spent.get("stored_answer"):
        told = say("已有存好的答案，不再消耗隐私预算", "a stored answer: no privacy budget")
    elif spent["rho"]:
        told = f"{say('隐私预算', 'privacy budget')} ρ {spent['rho']:g}"
    else:
        told = say("不消耗隐私预算", "no privacy budget")
    calls = say(f"{spent['calls']} 次调用", f"{spent['calls']} call(s)")
    return f"{told}{say('；', '; ')}{calls}{say('；', '; ')}{yuan(spent['price_fen'])}"


def left(say: Language, rest: dict[str, Any]) -> str:
    """What is left of budget and quota."""
    said = [f"ρ {rest['rho']:g}", say(f"{number(rest['calls'])} 次调用", f"{number(rest['calls'])} calls")]
    said += [f"{name}: {number(value)}" for name, value in rest.get("limits", {}).items()]
    return say("；", "; ").join(said)


def _as_often(say: Language, explained: dict[str, Any]) -> str:
    """How often such a question may be asked with what is left."""
    spends, rest = explained["cost"], explained["left"]
    if not spends["rho"]:
        return ""
    # Budget is counted in billionths; a rest just below a whole share still is one.
    often = min(int(rest["rho"] / spends["rho"] + 1e-6), int(rest["calls"]))
    return say(f"（这样的提问还够 {number(often)} 次）", f" (enough for {number(often)} such questions)")


def bound(say: Language, one: dict[str, Any]) -> str:
    """The error of a column in a phrase."""
    if one["made_of"]:
        return say("由带误差的数算出", "computed from figures with errors")
    if one["within"] == 0:
        return say("精确", "exact")
    size = f"±{one['within']:g}" if one["within"] is not None else f"±{100 * (one['relative'] or 0):.3g}%"
    if one["confidence"] == 1:
        return size
    share = f"{100 * one['confidence']:.0f}%"
    return say(f"{size}（{share} 把握）", f"{size} ({share} confidence)")


def _bounds(say: Language, accuracy: list[dict[str, Any]], mode: str) -> str:
    if not accuracy:
        return (
            say("没有误差：数是精确的", "none: figures are exact")
            if mode == "plain"
            else say("没有带误差的列", "no column carries an error")
        )
    return say("；", "; ").join(f"{one['column']} {bound(say, one)}" for one in accuracy)


def _rules(say: Language, plan: dict[str, Any]) -> None:
    limits = plan["limits"]
    with ui.element("details"):
        Words("summary", say("依据的规则和将要执行的步骤", "Rules applied and steps to be run"))
        with ui.element("ul"):
            for note in plan["notes"]:
                Words("li", words.note(say, note))
        facts(
            [
                (say("最少个体数 k", "Fewest units k"), str(limits["k"])),
                (say("取整基数", "Rounding base"), str(limits["rounding_base"])),
                (say("有效位数", "Significant digits"), str(limits["significant_digits"])),
                (say("最多行数", "Most rows"), number(limits["max_rows"])),
            ]
        )
        for block in plan["blocks"]:
            Words("p", f"{block['name']} · {words.mode(say, block['kind'])}").classes("ybz-fine")
            Words("pre", block["sql"]).classes("ybz-op-sql").props('tabindex="0"')
        Words("p", say("给出的结果", "What is released")).classes("ybz-fine")
        Words("pre", plan["released_sql"]).classes("ybz-op-sql").props('tabindex="0"')
