"""How much of a grant's budget, calls and money is used, as bars with their numbers."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from space.console.language import Language
from space.console.parts.figures import number, yuan
from space.console.parts.words import Words


def gauges(say: Language, grant: dict[str, Any]) -> None:
    """The bars of one grant."""
    rho, calls = grant["rho"], grant["calls"]
    with ui.element("div").classes("ybz-op-gauges"):
        if rho["limit"]:
            gauge(say("隐私预算 ρ", "Privacy budget ρ"), rho["spent"], rho["limit"], say, "{:g}".format)
        gauge(say("调用次数", "Calls"), calls["used"], calls["limit"], say, number)
        with ui.element("div").classes("ybz-op-gauge"):
            Words("span", say("累计费用", "Charged so far"))
            Words("strong", yuan(grant["charged_fen"]))


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
