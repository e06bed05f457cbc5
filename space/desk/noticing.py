"""Lines of the inbox in the reader's words, and the page each is about.

Decides no wording: the words are data (``notices.yaml``), by what the room that wrote the line says. A line
no entry knows is shown as it is stored, marked as English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from contracts.yaml_document import load
from space.console.language import Language, spoken
from space.desk.titles import Named
from space.wayback.backflow.inbox import Notice

_FILE: Final = Path(__file__).with_name("notices.yaml")
_BLANK: Final = re.compile(r"\\\{(\w+)\\\}")
# What the subject of a line is, by how its id begins, and where it is shown.
_PLACES: Final[Mapping[str, str]] = {
    "dlv_": "/desk/deliveries/", "rdl_": "/desk/deliveries/", "ftk_": "/desk/forms/",
}  # fmt: skip
_CASE: Final = "cor_"
# Blanks that hold a name of the ledger.
_DATASET, _ITEM, _AREA = "dataset", "item", "area"


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of a line.

    Attributes:
        kind: of the notice.
        said: matches what is stored; its groups are the blanks.
        english, chinese: with blanks.
    """

    kind: str
    said: re.Pattern[str]
    english: str
    chinese: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line as a page shows it.

    Attributes:
        text: in the reader's language, or as it is stored.
        english: whether it is English although the page may be Chinese.
        place: address of what it is about; empty where there is no page of it.
    """

    sent_at: datetime
    text: str
    english: bool
    place: str


def datasets_in(notices: Iterable[Notice]) -> frozenset[str]:
    """The datasets some lines speak of, so that their names can be looked up."""
    found = set()
    for one in notices:
        _, blanks = _read(one)
        found.add(blanks.get(_DATASET) or blanks.get(_ITEM, "").rpartition(".")[0])
    return frozenset(filter(None, found))


def lines(notices: Iterable[Notice], named: Named, cases: Iterable[str]) -> tuple[Line, ...]:
    """Lines for a page.

    Args:
        notices: of the inbox.
        named: how datasets, items and areas are called.
        cases: corrections the body reported: of others' there is no page.
    """
    mine = frozenset(cases)
    return tuple(_line(one, named, mine) for one in notices)


def _line(notice: Notice, named: Named, mine: frozenset[str]) -> Line:
    place = next(
        (f"{at}{notice.subject}" for start, at in _PLACES.items() if notice.subject.startswith(start)), ""
    )
    if notice.subject.startswith(_CASE) and notice.subject in mine:
        place = f"/desk/corrections/{notice.subject}"
    wording, blanks = _read(notice)
    if wording is None:
        return Line(notice.sent_at, notice.message, True, place)
    english = spoken() is Language.ENGLISH
    shown = {name: _shown(name, value, named, english) for name, value in blanks.items()}
    text = (wording.english if english else wording.chinese).format_map(shown)
    return Line(notice.sent_at, text, False, place)


def _shown(name: str, value: str, named: Named, english: bool) -> str:
    if name == _DATASET:
        return named.title(value)
    if name == _ITEM:
        dataset, _, field = value.rpartition(".")
        return f"{named.title(dataset)}·{named.item(dataset, field)}"
    if name == _AREA:
        return named.area(value)
    return value if english else str(_document()["words"].get(name, {}).get(value, value))


def _read(notice: Notice) -> tuple[Wording | None, dict[str, str]]:
    """The wording of a line and what stands in its blanks."""
    words: Mapping[str, Mapping[str, str]] = _document()["words"]
    for one in wordings():
        found = one.said.fullmatch(notice.message) if one.kind == notice.kind else None
        # A blank with words of its own holds one of these: otherwise it is another wording.
        if found and all(v in words[k] for k, v in found.groupdict().items() if k in words):
            return one, found.groupdict()
    return None, {}


@cache
def wordings() -> tuple[Wording, ...]:
    """Every wording, in the order they are tried."""
    return tuple(
        Wording(one["kind"], _pattern(one["said"]), one["said"], one["zh"]) for one in _document()["notices"]
    )


def _pattern(said: str) -> re.Pattern[str]:
    return re.compile(_BLANK.sub(r"(?P<\1>.+?)", re.escape(said)), re.DOTALL)


@cache
def _document() -> Mapping[str, Any]:
    found: Mapping[str, Any] = load(_FILE.read_text(encoding="utf-8"))
    return found
