"""What is about to be sent, in one look: statements, items, who will answer what by when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from space.console.pages.department import words
from space.console.pages.department.around import badge, para, share
from space.console.pages.department.drafting import Draft
from space.console.parts.words import Words, facts, heading
from space.console.seats import Seat


def summary(
    seat: Seat, draft: Draft, known: Mapping[str, Mapping[str, Any]], vocabulary: Mapping[str, Any]
) -> None:
    """A draft as it will be sent."""
    say, stated = seat.say, draft.stated
    chosen = say("、", ", ").join(
        say(f"{_called(known, name)}（{len(fields)} 项）", f"{_called(known, name)} ({len(fields)} items)")
        for name, fields in draft.items.items() if fields
    )  # fmt: skip
    pairs = [
        (say("申请的数据", "Data"), chosen),
        (say("用途", "Purpose"), words.purpose(say, vocabulary, stated.get("purpose"))),
        (say("使用场景", "Scenario"), stated.get("scenario", "")),
        (say("使用依据", "Legal basis"), stated.get("legal_basis", "")),
        (say("使用范围", "Scope"), stated.get("scope", "")),
        (say("提供方式", "Way of delivery"), words.method(say, vocabulary, stated.get("method"))),
        (say("用到", "Until"), stated.get("use_until", "")),
        (say("承诺人", "Who vouches"), stated.get("vouched_by", "")),
    ]
    facts([(term, text or "—") for term, text in pairs])
    heading(say("谁答复、什么时候", "Who answers, by when"), 3)
    if not draft.ways:
        para(say("还没有选数据项。", "No item is chosen yet."))
    with ui.element("ol").classes("ybz-ways"):
        for way in draft.ways:
            with ui.element("li"):
                _way(seat, way, known)
    para(
        say(
            "同意之后，由数据主管部门签发授权；授权一生效，就能在“我的用数”里使用。",
            "After consent the data authority signs a grant; once it holds, the data is used from the page"
            " My use of data.",
        ),
        fine=True,
    )


def _way(seat: Seat, way: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> None:
    say = seat.say
    with ui.element("div").classes("ybz-line"):
        Words("strong", way["owner"])
        share(say, way["share_type"])
        if way["due_on"] is None:
            badge(say("提交后即时同意", "given at once"), "good")
        else:
            badge(say(f"{way['due_on']} 前答复", f"answered by {way['due_on']}"))
    stages = " → ".join(
        f"{words.called(say, words.STAGES, seat_['stage'])} {seat_['name']}" for seat_ in way["chain"]
    )
    if len(way["chain"]) > 1 or any(one["name"] != way["owner"] for one in way["chain"]):
        para(stages, fine=True)
    by_set: dict[str, list[str]] = {}
    for item in way["items"]:
        by_set.setdefault(item.rpartition(".")[0], []).append(_title(known, item))
    for name, items in by_set.items():
        para(f"{_called(known, name)}{say('：', ': ')}{say('、', ', ').join(items)}")


def _called(known: Mapping[str, Mapping[str, Any]], name: str) -> str:
    return str(known.get(name, {}).get("title", name))


def _title(known: Mapping[str, Mapping[str, Any]], item: str) -> str:
    dataset, _, field = item.rpartition(".")
    fields = {each["name"]: each["title"] for each in known.get(dataset, {}).get("fields", ())}
    return fields.get(field) or item
