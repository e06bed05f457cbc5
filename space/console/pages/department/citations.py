"""Texts at hand 法律条文: what a request and the conditions of its items cite, and what the rules rest on.

Decides which citations are shown, and by whom each is cited. The installation holds citations and what the
rules make of them, not the texts of laws; so what is shown is the citation and the rule's own words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from space.console.pages.department import words
from space.console.pages.department.around import para
from space.console.parts.words import Words, heading
from space.console.seats import Seat

# Where one citation ends and the next begins.
_BETWEEN: Final = re.compile(r"[;；\n]")


def citations(
    seat: Seat,
    chosen: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
    vocabulary: Mapping[str, Any],
    take: Callable[[str], None],
) -> None:
    """The citations of some cases, each with who cites it, and a button that takes it over.

    Args:
        seat: who reads.
        chosen: request and case of each.
        vocabulary: grounds and periods, as the interface tells them.
        take: called with the citation that is to be taken over.
    """
    say = seat.say
    heading(say("法律依据", "Texts at hand"), 3)
    found = cited(seat, chosen, vocabulary)
    if not found:
        para(say("选中一件后，这里列出它引用的条文。", "Choose a case; what it cites stands here."))
        return
    with ui.element("ul").classes("ybz-citations"):
        for text, sources in found.items():
            with ui.element("li"):
                Words("strong", text)
                para("；".join(sources), fine=True)
                button = ui.button(say("引用", "Cite"), on_click=lambda _, t=text: take(t))
                button.props(f'flat dense aria-label="{say("引用", "Cite")}: {text}"')
    para(
        say(
            "本系统存有条文引用和规则，不存法律全文；全文以公布的文本为准。",
            "The installation holds citations and rules, not the texts of laws.",
        ),
        fine=True,
    )


def cited(
    seat: Seat, chosen: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], vocabulary: Mapping[str, Any]
) -> dict[str, list[str]]:
    """Citation → who cites it and for what, those of the request first."""
    say = seat.say
    found: dict[str, list[str]] = {}

    def add(text: str, source: str) -> None:
        for each in split(text):
            if source not in found.setdefault(each, []):
                found[each].append(source)

    for request, case in chosen:
        add(
            str(request["statement"].get("legal_basis") or ""),
            say("申请方的使用依据", "basis of the applicant"),
        )
        for name in dict.fromkeys(item.rpartition(".")[0] for item in case["items"]):
            entry = request["datasets"].get(name, {})
            add(
                entry.get("basis", ""),
                say(
                    f"目录中《{entry.get('title', name)}》的共享依据",
                    f"catalogue, {entry.get('title', name)}",
                ),
            )
        periods = {one["name"]: one for one in vocabulary["periods"]}
        period = periods.get(case["rule"])
        if period:
            what = words.called(say, words.RULES, period["name"])
            add(
                period["source"],
                say(f"{what}：{period['workdays']} 个工作日", f"{what}: {period['workdays']} working days"),
            )
    shares = {case["share_type"] for _, case in chosen}
    for row in vocabulary["grounds"].values():
        if shares & set(row["shares"]):
            add(row["source"], say(f"拒绝理由：{row['words']}", f"ground of a refusal: {row['words']}"))
    return found


def split(text: str) -> tuple[str, ...]:
    """Citations in a text, one each.

    >>> split("个人信息保护法第三十四条；政务数据共享条例第二十五条")
    ('个人信息保护法第三十四条', '政务数据共享条例第二十五条')
    """
    return tuple(part.strip() for part in _BETWEEN.split(text) if part.strip())
