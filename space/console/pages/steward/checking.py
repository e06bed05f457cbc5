"""What is said of a contract while it is edited: the interface's lint, and its trial on the files.

Decides when they are asked: once the reader's hand has rested, and only the newest answer counts.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from nicegui import ui

from space.console.calling import Declined
from space.console.language import Language
from space.console.pages.steward.document import items
from space.console.pages.steward.problems import problem
from space.console.pages.steward.work import GENERAL, Note, Work, key_of
from space.console.parts.notes import reasons

# How long a hand rests before what it wrote is looked at.
_RESTS_S: Final = 0.6
_GAPS: Final[Mapping[str, str]] = {
    "classification": "没有写明信息资源分类，例如“基础/人口”“主题/社会保障”",
    "name": "名称还是表名，请写人们叫它的名字",
    "departmentOffice": "没有写明提供方内设机构（科室）",
    "departmentCode": "没有写明提供方代码，或不是统一社会信用代码",
    "purpose": "没有写摘要，一两句话说明是什么数据",
    "businessName": "有的信息项没有中文名称",
    "shareCondition": "没有写明共享条件",
    "shareBasis": "没有写明依据的法律法规或政策",
    "shareMethods": "没有选共享方式",
    "shareType": "没有写明共享属性",
    "open": "没有写明是否开放",
    "updateCycle": "没有写明更新周期",
    "shareReason": "没有写明有条件共享的理由",
    "shareScope": "没有写明有条件共享的范围",
    "shareUse": "没有写明有条件共享的用途",
    "impactAssessment": "含个人信息，没有登记个人信息保护影响评估",
}


@dataclass(slots=True)
class Checker:
    """Looks at the work on a contract.

    Attributes:
        work: on the contract.
        shown: called with the answer of a trial; with None where it cannot be tried.
        counted: called with the numbers of problems, of gaps that keep it from the head, and of others.
        turn: number of the newest look.
        place: the element of the page timers belong to.
    """

    work: Work
    shown: Callable[[Mapping[str, Any] | None], None]
    counted: Callable[[int, int, int], None]
    place: ui.element
    turn: int = 0
    waiting: dict[str, Any] = field(default_factory=dict)

    def touch(self) -> None:
        """Something was changed: look once the hand rests."""
        self.turn += 1
        mine = self.turn
        with self.place:
            ui.timer(_RESTS_S, lambda: self.look(mine), once=True)

    async def look(self, mine: int) -> None:
        """Ask the interface what it says of the contract as it stands."""
        if mine != self.turn:
            return
        if mine > 1:  # the first look is the page's own
            self.work.keep()
        text = json.dumps(self.work.document, ensure_ascii=False)
        calls = self.work.seat.calls
        found = await calls.post("/v1/drafts/lint", {"contracts": [text]})
        if mine != self.turn:
            return
        (told,) = found["contracts"]
        said = linted(self.work, told)
        self.work.show([*returned(self.work, said), *said])
        gaps = Counter(note.blocks for note in said if note.gap)
        self.work.missing = [note.text for note in said if note.gap]
        self.counted(len(told["problems"]), gaps[True], gaps[False])
        if told["problems"] or not self.work.files:
            self.shown(None)
            return
        try:
            tried = await calls.post("/v1/drafts/trial", {"contract": text, "files": self.work.files})
        except Declined as declined:
            if mine == self.turn:
                self.shown(None)
                slot = self.work.slots.get(GENERAL)
                if slot is not None:
                    with slot:
                        reasons(self.work.seat, declined)
            return
        if mine == self.turn:
            self.work.tried = tried
            self.work.show_rules()
            self.shown(tried)
        await asyncio.sleep(0)


def returned(work: Work, said: Sequence[Note] | None = None) -> list[Note]:
    """The points of the last return, each at the field it is about.

    Args:
        work: on the contract.
        said: of the contract as it stands, once it was looked at: what the program asked for at a field of
            the dataset is said there anew, or mended.
    """
    say = work.seat.say
    kinds = {"office": say("退回要求", "Asked for"), "program": say("核对发现", "Found missing")}
    made = []
    for one in work.points:
        by, key = str(one["by"]), key_of(str(one["place"]), str(one["what"]))
        if by == "program" and said is not None and key != GENERAL and not key.startswith("item:"):
            continue
        text = worded(say, key, str(one["what"])) if by == "program" else str(one["what"])
        made.append(Note(key, text, "bad" if by == "office" else "warn", kinds.get(by, "")))
    return made


def linted(work: Work, told: Mapping[str, Any]) -> list[Note]:
    """What the interface's lint says of a contract, each at its field; one note a gap.

    Args:
        work: on the contract.
        told: the answer of the lint for it.
    """
    say, known = work.seat.say, {item["name"] for item in items(work.document)}
    made = []
    for one in told["problems"]:
        head = str(one["field"]).partition(".")[0]
        key = f"item:{head}" if head in known else key_of(str(one["field"]))
        made.append(Note(key, problem(say, one), "bad", say("须改正", "To be corrected")))
    found: dict[str, Note] = {}
    for one in told["owed"]:
        key, blocks = key_of("", str(one["place"])), bool(one["blocks"])
        kind = say("必须补充", "Needed") if blocks else say("待补充", "To be added")
        note = Note(key, worded(say, key, str(one["what"])), "bad" if blocks else "warn", kind, True, blocks)
        found.setdefault(key or note.text, note)
    for one in told["warnings"]:
        key = key_of("", str(one["remedy"]))
        note = Note(key, worded(say, key, _english(one)), "warn", say("待补充", "To be added"), True)
        found.setdefault(key or note.text, note)
    return [*made, *found.values()]


def worded(say: Language, key: str, english: str) -> str:
    """What an item left unsaid is called, in the reader's language where there are words for it."""
    return _GAPS.get(key, english) if say is Language.CHINESE else english


def _english(one: Mapping[str, Any]) -> str:
    return f"{one['what']} — {one['remedy']}" if one["remedy"] else str(one["what"])
