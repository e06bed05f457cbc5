"""What the pages of the room have in common: its own navigation, clocks, badges, lists that come in parts.

Decides that a clock is told in words, with the working days the interface counts; colour comes second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.calling import Declined
from space.console.language import Language
from space.console.pages.department import words
from space.console.parts.ways import link
from space.console.parts.words import Words
from space.console.seats import Seat

ROOM: Final = "/console/department"
_CLOCK_TONES: Final = {"red": "bad", "yellow": "warn", "orange": "warn", "green": "good", "grey": "calm"}
# Uses of items that the catalogue keeps at their source 不出库.
_STAYING: Final = ("never", "free_text")


def navigation(seat: Seat) -> None:
    """The ways within the room, as far as they are offered."""
    say = seat.say
    own = seat.may(Act.REQUEST_FILE)
    offered = [
        ("", say("我的用数", "My use of data") if own else say("总览", "Overview"), True),
        ("/request", say("提出申请", "New request"), own),
        ("/approvals", say("待我审批", "Waiting for us"), seat.may(Act.REQUEST_DECIDE)),
        ("/data", say("收到的数据", "Data delivered"), seat.may(Act.SUPPLY_TAKE)),
        ("/verification", say("核验", "Verification"), seat.may(Act.VERIFICATION_ASK)),
        ("/contracts", say("合约", "Contracts"), seat.may(Act.CONTRACT_NEGOTIATE)),
    ]
    with ui.element("nav").classes("ybz-within").props(f'aria-label="{say("申请用数", "Using data")}"'):
        for path, label, shown in offered:
            if shown:
                made = link(label, ROOM + path)
                here = seat.path.removeprefix("/department")
                if here == path or (path == "/contracts" and here.startswith(path + "/")):
                    made.props('aria-current="page"')


def para(text: str, *, fine: bool = False, lack: bool = False) -> Words:
    """A line of text; ``lack``: of something that is in the way."""
    made = Words("p", text)
    if fine or lack:
        made.classes("ybz-lack" if lack else "ybz-fine")
    return made


def badge(text: str, tone: str = "calm") -> Words:
    """A few words with a colour behind them."""
    return Words("span", text).classes(f"ybz-badge {tone}")


def state(say: Language, code: str | None, pairs: words.Pairs = words.CASES) -> Words:
    """A state as a badge."""
    return badge(words.called(say, pairs, code), words.tone(code))


def share(say: Language, code: str) -> Words:
    """A sharing type as a badge."""
    return badge(words.called(say, words.SHARES, code), words.SHARE_TONES.get(code, "calm"))


def clock_words(say: Language, clock: Mapping[str, Any] | None) -> tuple[str, str]:
    """What a clock says, and the tone of its colour.

    >>> clock_words(Language.CHINESE, {"state": "running", "days_left": 0, "due_on": "2026-11-23",
    ...     "colour": "red", "rule": "supply", "provisional": False})
    ('同意后供数：今天到期（2026-11-23）', 'bad')
    """
    if not clock:
        return say("没有时限", "no clock"), "calm"
    what = words.called(say, words.RULES, clock["rule"])
    colon = say("：", ": ")
    if clock["state"] == "paused":
        return what + colon + say("计时暂停，等补正", "stands still until completed"), "calm"
    if clock["state"] != "running":
        late = clock["on_time"] is False
        return what + colon + (say("超期办结", "done late") if late else say("已办结", "done")), (
            "bad" if late else "calm"
        )
    left, due = clock["days_left"], clock["due_on"]
    about = say(f"（{due}）", f" ({due})") + (say("，暂定", ", provisional") if clock["provisional"] else "")
    if left < 0:
        told = say(f"已超期 {-left} 个工作日", f"{-left} workdays overdue")
    elif left == 0:
        told = say("今天到期", "due today")
    else:
        told = say(f"还有 {left} 个工作日", f"{left} workdays left")
    return what + colon + told + about, _CLOCK_TONES.get(str(clock["colour"]), "calm")


def clock_badge(say: Language, clock: Mapping[str, Any] | None) -> Words:
    """A clock as a badge."""
    return badge(*clock_words(say, clock))


def rests(say: Language, rule: Mapping[str, Any]) -> str:
    """What the rule file holds of a rule: its source, since when it holds, how sure it is.

    >>> rests(Language.CHINESE, {"source": "政务数据共享条例 第20—23条", "valid_from": "2025-08-01",
    ...     "valid_to": None, "confidence": "85%"})
    '依据：政务数据共享条例 第20—23条 · 2025-08-01 起 · 核实程度 85%'
    """
    return f"{say('依据：', 'rests on ')}{rule['source']} · {since(say, rule)}"


def since(say: Language, rule: Mapping[str, Any]) -> str:
    """Since when a rule holds, and how sure it is."""
    first, until, sure = rule["valid_from"], rule["valid_to"], rule["confidence"]
    when = say(f"{first} 起", f"since {first}") + (say(f"，到 {until}", f" until {until}") if until else "")
    how = (
        say("本系统自定的规则", "a choice of this installation")
        if sure == "policy"
        else say(f"核实程度 {sure}", f"{sure} sure")
    )
    return f"{when} · {how}"


async def every(seat: Seat, path: str, key: str, **query: Any) -> list[Any]:
    """The rows of a list that comes in parts."""
    found: list[Any] = (await seat.calls.whole(path, key, **query))[key]
    return found


def titles(request: Mapping[str, Any], case: Mapping[str, Any] | None = None) -> str:
    """The datasets of a request, or of a case of it, by what they are called."""
    known = request.get("datasets", {})
    about = [item["dataset"] for item in request["items"] if case is None or item["case_id"] == case["id"]]
    return "、".join(known.get(name, {}).get("title", name) for name in dict.fromkeys(about)) or "—"


def stays(field: Mapping[str, Any]) -> bool:
    """Whether the catalogue says of an item that it never leaves its source."""
    return field.get("use") in _STAYING


async def datasets(seat: Seat, names: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """What the catalogue says of datasets; of one that left it, its name alone."""

    async def one(name: str) -> tuple[str, Mapping[str, Any]]:
        try:
            return name, await seat.calls.get(f"/v1/datasets/{name}")
        except Declined:  # it left the catalogue; grants and supplies still name it
            return name, {"title": name, "fields": []}

    return dict(await asyncio.gather(*(one(name) for name in sorted(set(names)))))
