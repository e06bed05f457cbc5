"""Texts at hand 法律条文: what a request and the conditions of its items cite, and what the rules rest on.

Decides which citations are shown, by whom each is cited, and what the rule file holds beside it: the wording
of the rule, since when it holds, how sure it is. The texts of laws are not held, and none is made up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from space.console.pages.department import words
from space.console.pages.department.around import para, since
from space.console.parts.words import Words, heading
from space.console.seats import Seat

# Where one citation ends and the next begins.
_BETWEEN: Final = re.compile(r"[;；\n]")


def citations(
    seat: Seat,
    chosen: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
    vocabulary: Mapping[str, Any],
    take: Callable[[str], None],
    *,
    refusing: bool,
) -> None:
    """The citations of some cases, each with who cites it, and a button that takes it over.

    Args:
        seat: who reads.
        chosen: request and case of each.
        vocabulary: grounds and periods, as the interface tells them.
        take: called with the citation that is to be taken over.
        refusing: whether the grounds of a refusal are wanted, too.
    """
    say = seat.say
    heading(say("法律依据", "Texts at hand"), 3)
    found = cited(seat, chosen, vocabulary, refusing=refusing)
    if not found:
        para(say("选中一件后，这里列出它引用的条文。", "Choose a case; what it cites stands here."))
        return
    with ui.element("ul").classes("ybz-citations"):
        for text, sources in found.items():
            with ui.element("li"):
                Words("strong", text)
                for source in sources:
                    para(source, fine=True)
                button = ui.button(say("引用", "Cite"), on_click=lambda _, t=text: take(t))
                button.props(f'flat dense aria-label="{say("引用", "Cite")}: {text}"')
    para(
        say(
            "这里列出条文的名称、条款和本系统据此所设的规则；法律全文不在系统内，以公布的文本为准。",
            "Names and articles stand here, with the rules made of them; the texts of laws are not held.",
        ),
        fine=True,
    )


def cited(
    seat: Seat,
    chosen: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
    vocabulary: Mapping[str, Any],
    *,
    refusing: bool,
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
                say(
                    f"规则：{what}，{period['workdays']} 个工作日",
                    f"rule: {what}, {period['workdays']} working days",
                )
                + _held(seat, period["rests"]),
            )
    if not refusing:
        return found
    shares = {case["share_type"] for _, case in chosen}
    for row in vocabulary["grounds"].values():
        if shares & set(row["shares"]):
            must = (
                say("，须引用法律、行政法规或者国务院决定", ", a law is to be cited") if row["cite"] else ""
            )
            ground = say(f"拒绝理由：{row['words']}", f"ground of a refusal: {row['words']}")
            add(row["source"], ground + must + _held(seat, vocabulary["rests"]["refusal_grounds"]))
    return found


def _held(seat: Seat, rule: Mapping[str, Any]) -> str:
    """Since when a rule holds, and how sure it is; what it rests on stands above it."""
    return " · " + since(seat.say, rule)


def split(text: str) -> tuple[str, ...]:
    """Citations in a text, one each.

    >>> split("个人信息保护法第三十四条；政务数据共享条例第二十五条")
    ('个人信息保护法第三十四条', '政务数据共享条例第二十五条')
    """
    return tuple(part.strip() for part in _BETWEEN.split(text) if part.strip())
