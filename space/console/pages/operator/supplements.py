"""What changes of an agreement: the supplement that waits, its versions, and what yearly reviews found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from nicegui import ui

from policies.access import Act
from space.console.language import Language
from space.console.pages.operator import words
from space.console.pages.operator.around import purpose_of
from space.console.parts.asking import Question, answers
from space.console.parts.figures import instant, plain
from space.console.parts.notes import done
from space.console.parts.ways import again
from space.console.parts.words import Words, badge, facts, heading
from space.console.seats import Seat

Called = Callable[[Seat, str, str], str]


def waiting(seat: Seat, found: dict[str, Any], called: Called) -> None:
    """The supplement the operator is to sign or refuse: why, and what it changes.

    Args:
        seat: who reads.
        found: the agreement.
        called: a code of an agreement in words.
    """
    offered, say = found["supplement"], seat.say
    if offered is None:
        return
    with ui.element("section").classes("ybz-panel ybz-op-left"):
        heading(
            say(
                f"补充协议（第 {offered['version']} 版）待贵方签署",
                f"Supplement {offered['version']} waits for you",
            ),
            3,
        )
        Words("p", f"{offered['by']} · {instant(offered['at'])} · {offered['reason']}")
        Words("p", say("签署后改为：", "Once signed, it changes:"))
        with ui.element("ul"):
            for line in changes(seat, found["stated"], offered["stated"], called):
                Words("li", line)
        text = say(
            "从目录清单里去掉的数据，签署之时授权即结束。",
            "What leaves the list is granted no longer from the signature on.",
        )
        Words("p", text).classes("ybz-fine")


def changes(seat: Seat, before: dict[str, Any], after: dict[str, Any], called: Called) -> Iterator[str]:
    """What a supplement changes, a line each.

    Args:
        seat: who reads.
        before: what the agreement says.
        after: what it would say.
        called: a code of an agreement in words.
    """
    say = seat.say
    if before["ends_on"] != after["ends_on"]:
        yield say(
            f"期限：由 {before['ends_on']} 改为 {after['ends_on']}",
            f"end: {before['ends_on']} → {after['ends_on']}",
        )
    if before["mode"] != after["mode"]:
        modes = [called(seat, "modes", one["mode"]) for one in (before, after)]
        yield say(f"方式：由{modes[0]}改为{modes[1]}", f"mode: {modes[0]} → {modes[1]}")
    yield from _listed(say, before, after)
    for zh, en, name in (("用途", "purpose", "purposes"), ("产品", "product", "products")):
        old, new = (_names(one[name], say) for one in (before, after))
        yield from (say(f"增加{zh}：{one}", f"{en} added: {one}") for one in new if one not in old)
        yield from (say(f"去掉{zh}：{one}", f"{en} removed: {one}") for one in old if one not in new)
    for code, text in after["clauses"].items():
        if before["clauses"].get(code) != text:
            was = plain(before["clauses"].get(code))
            title = called(seat, "agreement_clauses", code)
            yield say(f"条款“{title}”：由“{was}”改为“{text}”", f"clause {title}: “{was}” → “{text}”")


def _listed(say: Language, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    old, new = ({one["dataset"]: one["revision"] for one in each["catalogue"]} for each in (before, after))
    for name in new:
        if name not in old:
            yield say(
                f"目录增加 {name}（第 {new[name]} 版）", f"dataset added: {name} (revision {new[name]})"
            )
        elif old[name] != new[name]:
            yield say(f"{name} 改用第 {new[name]} 版目录", f"{name}: revision {old[name]} → {new[name]}")
    yield from (say(f"目录去掉 {name}", f"dataset removed: {name}") for name in old if name not in new)


def _names(each: list[Any], say: Language) -> list[str]:
    return [str(one["name"]) if isinstance(one, dict) else purpose_of(str(one), say) for one in each]


def versions(seat: Seat, found: dict[str, Any]) -> None:
    """Every version of the agreement, with who signed it."""
    say = seat.say
    if len(found["versions"]) < 2:
        return
    with ui.element("details").classes("ybz-panel"):
        Words(
            "summary", say(f"各版本（{len(found['versions'])} 版）", f"Versions ({len(found['versions'])})")
        )
        with ui.element("ol"):
            for one in found["versions"]:
                signed = "、".join(filter(None, (one["body_person"], one["operator_person"])))
                state = words.state(say, one["state"])
                Words("li", " · ".join(filter(None, (state, one["reason"], signed))))


def reviewed(seat: Seat, found: dict[str, Any]) -> None:
    """The yearly reviews of the agreement, and what each found; ours are answered here."""
    say = seat.say
    heading(say("年度评估", "Yearly reviews"))
    if not found["reviews"]:
        text = say(
            "还没有评估。协议每满一年由实施机构评估一次，发现的问题列在这里，由责任方写明怎样整改。",
            "None yet. The implementing body reviews each year that is over; "
            "what it finds is listed and answered here.",
        )
        Words("p", text).classes("ybz-fine")
    for one in found["reviews"]:
        with ui.element("section").classes("ybz-panel"):
            heading(say(f"截至 {one['until']} 的一年", f"The year to {one['until']}"), 3)
            facts(
                [
                    (say("结论", "Conclusion"), one["conclusion"]),
                    (say("评估人", "Reviewed by"), f"{one['made_by']} {instant(one['made_at'])}"),
                ]
            )
            with ui.element("ol"):
                for each in one["findings"]:
                    _finding(seat, found["number"], each)


def _finding(seat: Seat, number: str, one: dict[str, Any]) -> None:
    say, still_open = seat.say, one["state"] == "open"
    with ui.element("li"):
        badge(
            say("待整改", "to be mended") if still_open else say("已整改", "mended"),
            "warn" if still_open else "good",
        )
        Words("span", f" {one['words']}（{words.side(say, one['owed_by'])}）")
        if not still_open:
            Words("div", f"{one['answer']} · {one['mended_by']} {instant(one['mended_at'])}").classes(
                "ybz-fine"
            )
        elif one["owed_by"] == "operator" and seat.may(Act.AGREEMENT_NEGOTIATE):
            ui.button(
                say("写明怎样整改", "Say how it was mended"), on_click=lambda: _mend(seat, number, one)
            ).props("outline")


async def _mend(seat: Seat, number: str, one: dict[str, Any]) -> None:
    say = seat.say
    given = await answers(
        say("整改情况", "How it was mended"),
        [Question("answer", say("怎样整改的（对方会看到）", "How; the other side reads it"), long=True)],
        say, text=str(one["words"]), do=say("提交", "Hand it in"),
    )  # fmt: skip
    if given is not None:
        where = f"/v1/agreements/{quote(number, safe='')}/findings/{one['id']}/mending"
        await seat.calls.post(where, {"answer": given["answer"]})
        done(say("已提交", "Handed in"))
        again()
