"""What a text of a form is: a label, a note, a place for an act of an office, a choice, a stated unit.

Decides by the vocabulary of the day and by the shape of the text; where a blank is asked for is
:mod:`space.wayback.forms.compiling.blanks`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from space.wayback.forms.compiling.labels import LONGEST, joined, label
from space.wayback.forms.compiling.words import Words

_BOX: Final = re.compile(r"[□☐○◯▢]")
_UNDERSCORES: Final = r"[_＿]{2,}"
_GAP: Final = r"[ \u3000_＿\d]"
_DATE: Final = rf"{_GAP}*年{_GAP}+月(?:{_GAP}*日)?"
_SLOT: Final = re.compile(
    rf"(?:(?<=[：:])|(?<!\S)|(?<=[）)])){_DATE}|{_UNDERSCORES}|(?<=[：:])(?:[ \u3000]{{2,}}|\s*$)"
)
_CHOICE_LABEL: Final = re.compile(r"^[^□☐○◯▢：:]+[：:]")
_PLAIN: Final = re.compile(r"^[\d\s.,%％+\-—–/／×、]*$")


class Mark(StrEnum):
    """What a text is."""

    LABEL = "label"
    NOTE = "note"
    ACT = "act"  # signature, seal, opinion
    CHOICE = "choice"
    UNIT = "unit"
    INLINE = "inline"  # blanks to be filled within the text
    PHOTO = "photo"
    VALUE = "value"  # a number, a dash: filled by the issuer


@dataclass(frozen=True, slots=True)
class Slot:
    """A blank within a text.

    Attributes:
        number: 1-based, from the left.
        label: what stands before it, or behind it where nothing does.
        start, end: place in the text.
        dated: it asks for a day: ``    年  月  日``.
    """

    number: int
    label: str
    start: int
    end: int
    dated: bool


def mark(text: str, words: Words) -> Mark:
    """What a text is."""
    short = joined(text)
    if _PLAIN.match(text):
        return Mark.VALUE
    if _stated_unit(short, text, words) is not None:
        return Mark.UNIT
    if any(word in short for word in words.marks["photo"]) and len(short) <= LONGEST:
        return Mark.PHOTO
    if _is_note(text, short, words):
        return Mark.NOTE
    if _BOX.search(text):
        return Mark.CHOICE
    slots = list(_SLOT.finditer(text))
    if slots and (len(slots) > 1 or slots[0].end() < len(text.rstrip()) or slots[0].end() - slots[0].start()):
        signed = any(word in short for word in words.signed["within"])
        return Mark.ACT if signed and not re.search(_UNDERSCORES, text) else Mark.INLINE
    return Mark.ACT if is_act(short, words) else Mark.LABEL


def is_act(text: str, words: Words) -> bool:
    """Whether a label is answered by an act of a person or an office, not by data."""
    said = label(text, words)
    outside = said.spellings[0] if said.spellings else text
    if outside in words.signed["labels"] or outside in words.signed["dates"]:
        return True
    if any(word in text for word in words.signed["within"]):
        return True
    return any(outside.endswith(word) for word in words.signed["endings"])


def stated_unit(text: str, words: Words) -> str | None:
    """The unit a text states for the whole sheet: ``单位：万元``; None where it states none."""
    return _stated_unit(joined(text), text, words)


def slots(text: str, words: Words) -> Iterator[Slot]:
    """The blanks within a text, each with the words it stands behind."""
    found = list(_SLOT.finditer(text))
    before = 0
    if _labelled_behind(text, found, words):
        for number, match in enumerate(found, 1):
            said = _first_words(text[match.end() :])
            yield Slot(number, said, match.start(), match.end(), "年" in match[0])
        return
    for number, match in enumerate(found, 1):
        following = found[number].start() if number < len(found) else len(text)
        said = _last_words(text[before : match.start()])
        if not said or joined(said) in words.units:
            said = _first_words(text[match.end() : following])
            before = match.end() + len(said)
        else:
            before = match.end()
        yield Slot(number, said, match.start(), match.end(), "年" in match[0])


def options(text: str) -> tuple[str, ...]:
    """What a text with boxes offers, whichever side the boxes stand on.

    >>> options("□是 □否"), options("一□ 二□")
    (('是', '否'), ('一', '二'))
    """
    said = _CHOICE_LABEL.sub("", text) if _CHOICE_LABEL.match(text) else text
    parts = [part.strip(" \u3000\n:：，,、；;") for part in _BOX.split(said)]
    first = _BOX.match(said.strip())
    kept = parts[1:] if first else parts
    return tuple(part for part in kept if part)


def choice_label(text: str) -> str:
    """The label within a text with boxes: ``性别：□男 □女`` has 性别."""
    found = _CHOICE_LABEL.match(text)
    return found[0].rstrip("：:") if found else ""


def _stated_unit(short: str, text: str, words: Words) -> str | None:
    for head in sorted(words.marks["units"], key=len, reverse=True):
        rest = short.removeprefix(head)
        if rest == short or not re.search(r"[：:]", text):
            continue
        units = [part for part in re.split(r"[、，,/]", rest) if part]
        if units and all(unit in words.units for unit in units):
            return "、".join(units)
    return None


def _is_note(text: str, short: str, words: Words) -> bool:
    if re.match(words.marks["attachments"], short):
        return True
    head = re.split(r"[：:]", text.strip(), maxsplit=1)
    if joined(head[0]) in words.marks["notes"] and len(head) > 1 and head[1].strip():
        return True
    sentences = len(re.findall(r"[。；;]", text))
    return sentences > 0 and len(short) > LONGEST and not _BOX.search(text)


def _labelled_behind(text: str, found: list[re.Match[str]], words: Words) -> bool:
    """Whether every blank is followed by its label: ____乡镇（街道）____村（居）委会."""
    if len(found) < 2:
        return False
    behind = [_first_words(text[match.end() :]) for match in found]
    before = text[found[-2].end() : found[-1].start()].rstrip()
    return all(behind) and joined(behind[-1]) not in words.units and not before.endswith(("：", ":"))


def _last_words(text: str) -> str:
    parts = [
        part
        for part in re.split(r"[\s，,；;、。]+(?=\S)|(?<=[人个元户])(?=[，,])", text.strip())
        if part.strip()
    ]
    return parts[-1].strip(" ：:\u3000\n") if parts else ""


def _first_words(text: str) -> str:
    match = re.match(r"[^\s_＿：:，,；;]+", text)
    return match[0] if match else ""
