"""What an act of two says 双人签署, in words: people by name, codes as they are called, datasets by title.

Decides that whoever signs reads no code where a word is known, and no account where a name is. Nothing is
left out: what nobody worded, or the reader may not look up, stands as the interface has it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

from policies.clocks import local_date
from policies.purpose import purposes
from policies.rulebook import rule
from space.console.calling import Declined
from space.console.language import Language
from space.console.pages.department import words
from space.console.pages.department.around import datasets
from space.console.seats import Seat

_PEOPLE: Final = ("by", "approved_by", "vouched_by")
_KINDS: Final[words.Pairs] = {"open": ("依申请开放", "open data on request")}
_CLOCKS: Final[words.Pairs] = {
    **words.RULES,
    "catalogue_update": ("目录更新", "update of the catalogue"),
    "catalogue_update_extension": ("目录更新延期", "extension of an update of the catalogue"),
}
# Kind of a clock's subject → what it is called; one that is an entry of the catalogue has a title.
_SUBJECTS: Final[words.Pairs] = {
    "case": ("办件", "case"),
    "request": ("申请", "request"),
    "entry": ("目录", "entry"),
    "dataset": ("数据集", "dataset"),
}
_TITLED: Final = ("entry", "dataset")


@dataclass(frozen=True, slots=True)
class Known:
    """What was looked up for the reader.

    Attributes:
        datasets: name → what the catalogue says of it.
        organisations: code → name.
    """

    datasets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    organisations: Mapping[str, str] = field(default_factory=dict)


async def look_up(seat: Seat, waiting: Iterable[Mapping[str, Any]]) -> Known:
    """Titles and names of what acts are about, as far as the reader may know them."""
    said = [{**one["places"], **one["said"]} for one in waiting]
    names = {item["dataset"] for each in said for item in each.get("items", ()) if item.get("dataset")}
    for each in said:
        kind, _, name = str(each.get("subject", "")).partition(":")
        names |= {name} if kind in _TITLED else set()
    codes = sorted({str(each["implementing_body"]) for each in said if each.get("implementing_body")})
    found, called = await asyncio.gather(
        datasets(seat, names), asyncio.gather(*(_organisation(seat, code) for code in codes))
    )
    return Known(found, dict(zip(codes, called, strict=True)))


def worded(say: Language, one: Mapping[str, Any], key: str, value: Any, known: Known) -> Any:
    """What an act says under a key, in words.

    Args:
        say: of the reader.
        one: what waits, as the interface tells it.
        key: of what it names or says.
        value: what stands there.
        known: what was looked up.
    """
    if key in _PEOPLE:
        return _person(one, key)
    if not value:
        return value
    if key == "items":
        return [_items(say, each, known) for each in value]
    if key == "implementing_body":
        return known.organisations.get(value, value)
    if key == "subject":
        return _subject(say, str(value), known)
    if key == "reason" and one["door"] != "POST /v1/inventory/exclusions":
        return value  # a person's own words
    return _CODES[key](say, str(value), _today()) if key in _CODES else value


def _person(one: Mapping[str, Any], key: str) -> str:
    """Which of the two it is: the act names the second by id, or as whoever asked wrote it."""
    said, second = one["said"], one["waits_for"]
    named = [each for each in _PEOPLE if each in said and said[each] == second["person"]]
    seconds = named or [each for each in ("approved_by", "vouched_by") if each in said]
    return str((second if key in seconds else one["asked_by"])["name"])


def _items(say: Language, item: Mapping[str, Any], known: Known) -> str:
    found = known.datasets.get(item["dataset"], {})
    titles = {str(each["name"]): str(each.get("title") or each["name"]) for each in found.get("fields", ())}
    names = say("、", ", ").join(titles.get(name, name) for name in item.get("fields", ()))
    title = str(found.get("title") or item["dataset"])
    return title + say(f"（{names}）", f" ({names})") if names else title


def _subject(say: Language, subject: str, known: Known) -> str:
    kind, _, name = subject.partition(":")
    if kind not in _SUBJECTS:
        return subject
    title = known.datasets.get(name, {}).get("title") or name
    return f"{words.called(say, _SUBJECTS, kind)} {title}"


async def _organisation(seat: Seat, code: str) -> str:
    try:
        return str((await seat.calls.get(f"/v1/organisations/{code}"))["name"])
    except Declined:
        return code


def _purpose(say: Language, code: str, today: date) -> str:
    found = purposes(today).get(code)
    return code if found is None else say(found.title, found.title_en)


def _method(say: Language, code: str, today: date) -> str:
    title = rule("requests", "methods", today).value.get(code)
    return code if title is None else say(str(title), words.called(say, words.METHODS, code))


def _left_out(say: Language, code: str, today: date) -> str:
    found = rule("completeness", "exclusion_reasons", today).value.get(code)
    return code if found is None else say(str(found["zh"]), str(found["en"]))


def _clock(say: Language, code: str, _today: date) -> str:
    return words.called(say, _CLOCKS, code)


def _kind(say: Language, code: str, _today: date) -> str:
    return words.called(say, _KINDS, code)


_CODES: Final[Mapping[str, Callable[[Language, str, date], str]]] = {
    "purpose": _purpose,
    "method": _method,
    "reason": _left_out,
    "rule": _clock,
    "extension": _clock,
    "kind": _kind,
}


def _today() -> date:
    return local_date(datetime.now(UTC))
