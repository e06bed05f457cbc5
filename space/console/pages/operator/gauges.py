"""How much of a grant's budget, calls and money is used, as bars with their numbers."""

from __future__ import annotations

from typing import Any, Final

from nicegui import ui

from space.console.language import Language
from space.console.parts.figures import number, yuan
from space.console.parts.words import Words

# Budget is counted in billionths: a rest just below a whole share still is one.
_ROUNDING: Final = 1e-6


def gauges(say: Language, grant: dict[str, Any]) -> None:
    """The bars of one grant."""
    rho, calls = grant["rho"], grant["calls"]
    with ui.element("div").classes("ybz-op-gauges"):
        if rho["limit"]:
            with ui.element("div"):
                gauge(say("隐私预算 ρ", "Privacy budget ρ"), rho["spent"], rho["limit"], say, "{:g}".format)
                _meaning(say, grant)
        gauge(say("调用次数", "Calls"), calls["used"], calls["limit"], say, number)
        with ui.element("div").classes("ybz-op-gauge"):
            Words("span", say("累计费用", "Charged so far"))
            Words("strong", yuan(grant["charged_fen"]))


def _meaning(say: Language, grant: dict[str, Any]) -> None:
    """What the budget is, and how many questions it is still good for, where the terms say what one takes."""
    rho, each = grant["rho"], per_question(grant)
    with ui.element("details"):
        Words("summary", say("这是什么", "What it is"))
        text = say(
            "每得到一个加噪的答案，就多透露一点关于个体的信息；ρ 是允许透露的总量，用完就不再给新答案。",
            "Each noisy answer lets out a little about individuals; ρ is how much may be let out in all.",
        )
        Words("p", text).classes("ybz-fine")
    if each:
        often = min(
            int((rho["limit"] - rho["spent"]) / each + _ROUNDING),
            grant["calls"]["limit"] - grant["calls"]["used"],
        )
        text = say(
            f"每次用 {each:g}，还够问 {number(often)} 次", f"{each:g} each, enough for {number(often)} more"
        )
        Words("p", text).classes("ybz-fine")


def per_question(grant: dict[str, Any]) -> float:
    """The budget a question takes by the agreement that was signed; 0 where it states none."""
    refined = (
        one
        for permission in grant["agreement"].get("permission", ())
        for action in permission.get("action", ())
        if isinstance(action, dict)
        for one in action.get("refinement", ())
    )
    stated = (one["rightOperand"] for one in refined if one.get("leftOperand") == "ybz:rhoPerQuery")
    return float(next(stated, 0))


def gauge(label: str, used: float, most: float, say: Language, show: Any) -> None:
    """One bar.

    Args:
        label: of what.
        used: the figure.
        most: it may come to.
        say: of the reader.
        show: a figure as text.
    """
    share = 0 if most <= 0 else min(100, round(100 * used / most))
    text = say(f"已用 {show(used)}，共 {show(most)}", f"{show(used)} used of {show(most)}")
    with ui.element("div").classes("ybz-op-gauge"):
        Words("span", label)
        bar = (
            ui.element("div")
            .classes("ybz-op-bar")
            .props(f'role="meter" aria-label="{label}" aria-valuemin=0')
        )
        bar.props(f'aria-valuemax=100 aria-valuenow={share} aria-valuetext="{text}"')
        with bar:
            ui.element("div").style(f"width: {share}%")
        Words("strong", text)
