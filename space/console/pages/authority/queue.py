"""What waits for somebody of this room, as lines with their clocks: overdue first, then the nearest last day.

Decides the order, and which of a case's clocks is shown: the one the interface calls most pressing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nicegui import ui

from policies.access import Act
from space.console.language import Language
from space.console.pages.authority.words import KINDS
from space.console.pages.steward.words import COLOUR_TONES, COLOURS, called
from space.console.parts.ways import link
from space.console.parts.words import Words
from space.console.seats import Seat

_ROOM: Final = "/console/authority"
_PRESSING: Final = ("red", "orange", "yellow", "green", "grey")
# How what is owed names its subject: the kind of it before the id.
Clocks = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One case in a queue.

    Attributes:
        kind: see :data:`KINDS`.
        text: what it is about.
        to: address of its page; empty where there is none.
        clock: of it, as the interface tells what is owed; None where none runs.
    """

    kind: str
    text: str
    to: str
    clock: Mapping[str, Any] | None = None


def navigation(seat: Seat) -> None:
    """The ways within the room, as far as they are offered."""
    say = seat.say
    ways = (
        ("", say("等我办理", "Waits for us"), True),
        ("/classification", say("定级与汇聚", "Grading and merges"), seat.may(Act.CLASSIFICATION_DECIDE)),
        ("/conflicts", say("数源争议", "Source conflicts"), seat.may(Act.SOURCE_DECIDE)),
        ("/demands", say("需求与开放", "Demands and openings"), seat.may(Act.LIST_DECIDE)),
        ("/due", say("各部门时限", "Deadlines of departments"), True),
        ("/stand-ins", say("基层代班", "Stand-ins"), seat.may(Act.LEDGER_ARRANGE)),
    )
    with ui.element("nav").classes("ybz-within").props(f'aria-label="{say("主管审核", "Authority")}"'):
        for path, label, shown in ways:
            if shown:
                made = link(label, _ROOM + path)
                if seat.path == "/authority" + path:
                    made.props('aria-current="page"')


def clocks_by_subject(items: Iterable[Mapping[str, Any]]) -> Clocks:
    """Of everything owed, the most pressing thing of each subject."""
    found: dict[str, Mapping[str, Any]] = {}
    for one in sorted(items, key=_rank, reverse=True):
        found[str(one["subject"])] = one
    return found


def clock_of(clocks: Clocks, ident: str) -> Mapping[str, Any] | None:
    """The clock of a case, whatever kind its subject is called by."""
    return next((one for subject, one in clocks.items() if subject.partition(":")[2] == ident), None)


def clock_words(say: Language, clock: Mapping[str, Any] | None) -> tuple[str, str]:
    """What a clock says, and its tone.

    >>> clock_words(Language.CHINESE, {"colour": "red", "days_left": -2, "due_on": "2026-11-20"})
    ('红：已逾期 2 个工作日（2026-11-20）', 'bad')
    """
    if clock is None or clock["due_on"] is None:
        return say("没有时限", "No last day"), "calm"
    left, due = clock["days_left"], clock["due_on"]
    # The name of the colour alone: what it stands for is said by the days.
    colour = called(say, COLOURS, clock["colour"]).partition(say("：", ":"))[0]
    if left is not None and left < 0:
        told = say(f"已逾期 {-left} 个工作日（{due}）", f" {-left} workdays late ({due})")
    else:
        told = say(f"还有 {left} 个工作日（{due}）", f" {left} workdays left ({due})")
    return f"{colour}{say('：', ':')}{told}", COLOUR_TONES.get(str(clock["colour"]), "calm")


def way_to(subject: str) -> str:
    """Where something owed is seen, by its subject; empty where it has no page."""
    kind, _, name = subject.partition(":")
    ways = {
        "rectification": f"/console/steward/rectification/{name}",
        "entry": f"/console/steward/entries/{name}",
        "dataset": f"/console/steward/entries/{name}",
        "review": f"{_ROOM}/classification",
        "authority": f"{_ROOM}/conflicts/{name}",
        "demand": f"{_ROOM}/demands",
        "opening": f"{_ROOM}/demands",
        "alert": "/console/audit/watch",
    }
    if kind == "registration" and name.startswith("rap_"):
        return f"{_ROOM}/registrations/{name}"
    return ways.get(kind, "")


def queue(seat: Seat, waiting: Sequence[Waiting]) -> None:
    """Cases, the most pressing first."""
    say = seat.say
    with ui.element("ul").classes("ybz-owed"):
        for one in sorted(waiting, key=lambda each: _rank(each.clock or {})):
            colour = str((one.clock or {}).get("colour", "grey"))
            told, tone = clock_words(say, one.clock)
            with ui.element("li").classes(f"ybz-due {colour}"):
                Words("span", called(say, KINDS, one.kind)).classes("ybz-badge calm")
                if one.to:
                    link(one.text, one.to)
                else:
                    ui.label(one.text)
                Words("span", told).classes(f"ybz-badge {tone}")


def _rank(clock: Mapping[str, Any]) -> tuple[int, str]:
    return _PRESSING.index(clock.get("colour", "grey")), str(clock.get("due_on") or "9")
