"""How each item of a dataset is graded, by what evidence, and what this department says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from policies.access import Act
from space.console.frame import at
from space.console.pages.steward.words import DECISIONS, DETECTORS, GRADES, called
from space.console.paging import page
from space.console.parts.asking import Question, answers
from space.console.parts.figures import share
from space.console.parts.notes import done
from space.console.parts.ways import again, link
from space.console.parts.words import Words, heading
from space.console.seats import Seat

# What evidence says, by its name; counts and shares, never a value.
_EVIDENCE = {
    "sample": ("抽样 {} 行", "sample of {} rows"),
    "share": ("{} 的值相符", "{} of the values fit"),
    "formed_share": ("{} 形式相符", "{} are so formed"),
    "checked_share": ("{} 校验通过", "{} pass the check"),
    "surname_share": ("{} 以姓氏开头", "{} begin with a surname"),
    "missed_at_most": ("漏判至多 {}", "at most {} missed"),
}


@page("/steward/classification/{name}", "分类分级", "Classification")
async def classification(seat: Seat) -> None:
    """Every item with what is declared, found and decided."""
    say, name = seat.say, seat.names["name"]
    told = await seat.calls.get(f"/v1/classification/datasets/{name}")
    link(f"← {told['title']}", at(f"/steward/entries/{name}"))
    with ui.element("p"):
        Words("span", say("数据集级别：", "Grade of the dataset: "))
        Words("span", called(say, GRADES, str(told["grade"]))).classes("ybz-badge warn")
    ui.label(
        say(
            "就高从严：登记、识别、继承三者取最高。确认或调高当即生效；调低或否定识别要第二人（主管部门或安全管理）同意。",
            "The highest of what is declared, found and inherited counts. Confirming and raising hold at "
            "once; lowering and overriding need a second signature.",
        )
    ).classes("ybz-fine")
    waiting = [one for one in told["fields"] if _open(one)]
    if waiting:
        heading(say(f"待确认，{len(waiting)} 项", f"To be confirmed: {len(waiting)}"))
        for one in waiting:
            _field(seat, name, one)
    heading(say("其余信息项", "The other items"))
    for one in told["fields"]:
        if one not in waiting:
            _field(seat, name, one)


def _open(one: Mapping[str, Any]) -> bool:
    return any(not each["covered"] for each in one["found"]) and not one["decided"]


def _field(seat: Seat, name: str, one: Mapping[str, Any]) -> None:
    say, effective = seat.say, one["effective"]
    with ui.element("article").classes("ybz-panel ybz-graded"):
        with ui.element("div").classes("ybz-headline"):
            heading(one["heading"], 3)
            Words("code", one["field"]).classes("ybz-fine")
            Words("span", called(say, GRADES, str(effective["grade"]))).classes("ybz-badge warn")
            if effective["sensitive"]:
                Words("span", say("敏感个人信息", "Sensitive")).classes("ybz-badge bad")
            elif effective["personal"]:
                Words("span", say("个人信息", "Personal")).classes("ybz-badge warn")
        declared = called(say, GRADES, str(one["declared"]["grade"] or ""))
        ui.label(say(f"部门登记：{declared}", f"Declared: {declared}")).classes("ybz-fine")
        for each in one["found"]:
            _found(seat, name, one, each)
        for each in one["decided"]:
            parts = (
                called(say, DECISIONS, each["act"]),
                called(say, DECISIONS, each["state"]),
                each["reason"],
            )
            ui.label(" · ".join(parts)).classes("ybz-note calm")
        if seat.may(Act.CLASSIFICATION_PROPOSE):
            with ui.element("div").classes("ybz-doing"):
                for act, zh, en in (("raise", "调高", "Raise"), ("lower", "调低", "Lower")):
                    ui.button(
                        say(zh, en), on_click=lambda act=act: _judge(seat, name, one["field"], act, "*")
                    ).props("flat no-caps").props(f'aria-label="{say(zh, en)} {one["heading"]}"')


def _found(seat: Seat, name: str, one: Mapping[str, Any], each: Mapping[str, Any]) -> None:
    say = seat.say
    with ui.element("div").classes("ybz-evidence"):
        what, grade = called(say, DETECTORS, each["kind"]), called(say, GRADES, str(each["grade"]))
        Words("strong", say(f"识别为“{what}”，{grade}", f"Found: {what}, {grade}"))
        ui.label(_evidence(seat, each)).classes("ybz-fine")
        if each["beyond_declared"]:
            Words("span", say("高于登记", "Beyond what is declared")).classes("ybz-badge bad")
        if each["covered"]:
            Words("span", say("已确认", "Confirmed")).classes("ybz-badge good")
        elif seat.may(Act.CLASSIFICATION_PROPOSE):
            for act, zh, en in (("confirm", "确认", "Confirm"), ("override", "不是", "Not so")):
                ui.button(
                    say(zh, en), on_click=lambda act=act: _judge(seat, name, one["field"], act, each["kind"])
                ).props("outline no-caps").props(f'aria-label="{say(zh, en)} {one["heading"]} {what}"')


def _evidence(seat: Seat, each: Mapping[str, Any]) -> str:
    """The evidence in words: counts and shares."""
    say, found = seat.say, each["evidence"]
    parts = [
        say(*_EVIDENCE[key]).format(value if key == "sample" else share(value, 0))
        for key, value in found.items()
        if key in _EVIDENCE and value is not None
    ]
    if found.get("name_match"):
        parts.append(say("名称也相符", "the name fits, too"))
    return say("，", ", ").join([say(f"把握 {each['score']:.0%}", f"sure by {each['score']:.0%}"), *parts])


async def _judge(seat: Seat, name: str, field: str, act: str, kind: str) -> None:
    say = seat.say
    questions = [Question("reason", say("理由", "Reason"), long=True)]
    if act in ("raise", "lower"):
        grades = ("2", "3", "4") if act == "raise" else ("1", "2", "3")
        grade = Question(
            "grade", say("到几级", "To which grade"), choices={g: called(say, GRADES, g) for g in grades}
        )
        questions.insert(0, grade)
    questions.append(Question("basis", say("依据（可不填）", "Basis (may stay empty)"), needed=False))
    given = await answers(f"{called(say, DECISIONS, act)} · {field}", questions, say)
    if given is None:
        return
    said: dict[str, Any] = {"field": field, "act": act, "kind": kind, **given}
    if "grade" in said:
        said["grade"] = int(said["grade"])
    made = await seat.calls.post(f"/v1/classification/datasets/{name}/decisions", said)
    awaiting = made["state"] == "awaiting"
    done(
        say("已提出，等第二人同意", "Proposed; a second person consents")
        if awaiting
        else say("已生效", "In force")
    )
    again()
