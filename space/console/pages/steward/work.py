"""The work on one contract that a page holds: the document, the files it is tried on, what was said of it.

Decides which note stands beside which field; the notes are the interface's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from nicegui import ui

from space.console.pages.steward.document import Node
from space.console.seats import Seat

GENERAL: Final = ""
# Places of a return, and properties a remedy names, by the field of the form they stand at.
_PLACES: Final[Mapping[str, str]] = {
    "title": "name", "table": "table", "schema": "table", "summary": "purpose", "description": "purpose",
    "department.office": "departmentOffice", "update_cycle": "updateCycle", "open_condition": "open",
    "sharing": "shareType", "sharing.type": "shareType", "sharing.condition": "shareCondition",
    "sharing.basis": "shareBasis", "sharing.reason": "shareReason", "sharing.scope": "shareScope",
    "sharing.use": "shareUse", "sharing.methods": "shareMethods", "physicalName": "table",
}  # fmt: skip
KEYS: Final = (
    "classification", "departmentOffice", "departmentCode", "purpose", "businessName", "shareType",
    "shareCondition", "shareBasis", "shareReason", "shareScope", "shareUse", "shareMethods",
    "impactAssessment", "open", "updateCycle", "retention", "units", "name", "table",
)  # fmt: skip

# What people call the fields of the form: a demand in words stands at the field it speaks of.
_CALLED: Final[Mapping[str, str]] = {
    "内设机构": "departmentOffice", "科室": "departmentOffice", "信息资源分类": "classification",
    "更新周期": "updateCycle", "保存期限": "retention", "摘要": "purpose", "共享属性": "shareType",
    "共享方式": "shareMethods", "共享条件": "shareCondition", "共享范围": "shareScope",
    "共享用途": "shareUse",
    "共享的理由": "shareReason", "依据": "shareBasis", "影响评估": "impactAssessment", "开放": "open",
    "表名": "table", "名称": "name",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """Something said of a place of the contract.

    Attributes:
        key: field of the form; ``item:NAME``; empty for the whole.
        text: in the reader's language where there are words for it.
        tone: of its badge.
        kind: who says so, in words.
        gap: whether something is still to be said there.
        blocks: whether the head is not asked before it is.
    """

    key: str
    text: str
    tone: str
    kind: str
    gap: bool = False
    blocks: bool = False


@dataclass(slots=True)
class Work:
    """One contract at work.

    Attributes:
        seat: who sits before the page.
        document: as it stands on the page.
        files: it is tried on, as the interface takes them.
        guesses: item → what drafting said of it.
        points: of the last return, while it is to be mended.
        slots: field of the form → where its notes stand.
        tried: the last answer of a trial.
        keep: keeps what was written in the browser; called once something of it was changed.
        missing: what the contract as it stands still lacks, in the reader's words.
        rules: item that was opened → where its rules stand, and what puts them there.
    """

    seat: Seat
    document: Node
    files: list[dict[str, str]] = field(default_factory=list)
    guesses: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    points: Sequence[Mapping[str, Any]] = ()
    slots: dict[str, ui.element] = field(default_factory=dict)
    tried: Mapping[str, Any] = field(default_factory=dict)
    keep: Callable[[], None] = lambda: None
    missing: list[str] = field(default_factory=list)
    rules: dict[str, tuple[ui.element, Callable[[], None]]] = field(default_factory=dict)

    @contextmanager
    def place(self, key: str) -> Iterator[None]:
        """A field of the form with room for the notes on it."""
        with ui.element("div").classes("ybz-asked") as box:
            yield
            framed(box)
            self.slots[key] = ui.element("div").classes("ybz-said")

    def show_rules(self) -> None:
        """Put the rules of the last trial at every item that is open."""
        for slot, fill in self.rules.values():
            slot.clear()
            with slot:
                fill()
                framed(slot)

    def show(self, notes: Sequence[Note]) -> None:
        """Put every note beside its field; those of no field on the page stand at the whole."""
        placed: dict[str, list[Note]] = {}
        for note in notes:
            placed.setdefault(note.key if note.key in self.slots else GENERAL, []).append(note)
        for key, slot in self.slots.items():
            slot.clear()
            with slot:
                for note in placed.get(key, ()):
                    with ui.element("p").classes(f"ybz-note {note.tone}"):
                        colon = self.seat.say("：", ": ")
                        ui.label(f"{note.kind}{colon}{note.text}" if note.kind else note.text)


def framed(of: ui.element) -> None:
    """Let every field within an element look alike."""
    for made in of.descendants():
        if isinstance(made, ui.input | ui.select | ui.textarea | ui.number):
            made.props("outlined dense stack-label")
            if isinstance(made, ui.input | ui.textarea):
                made.props("debounce=300")


def key_of(place: str, remedy: str = "") -> str:
    """The field of the form a place of the interface means.

    >>> key_of("sharing.basis"), key_of("fields.id_card.grade"), key_of("customProperties", "add open")
    ('shareBasis', 'item:id_card', 'open')
    >>> key_of("entry", "共享范围没有写明")
    'shareScope'
    """
    if place.startswith("fields."):
        return f"item:{place.split('.')[1]}"
    if place in _PLACES:
        return _PLACES[place]
    words = re.findall(r"\w+", f"{place} {remedy}")
    known = next((word for word in words if word in KEYS), GENERAL)
    return known or next((key for called, key in _CALLED.items() if called in remedy), GENERAL)
