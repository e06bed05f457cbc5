"""Which double-byte encoding a text is in: GB18030, Big5 or Shift-JIS.

Nearly every pair of bytes means something in GB18030, so that fitting it says little: a file from
Taiwan, Hong Kong or Japan fits too and reads as rubbish. What tells them apart is what the pairs mean.
Each of the three keeps the characters people write most in an area of its own, and a text read in
another encoding than its own falls outside that area. Decides by the share of characters inside.
Does not decide whether a text is in one of the three at all (:mod:`catalog.intake.reading.encoding`).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

# Share of usual characters from which a text may be Big5 or Shift-JIS, and by how much it must be more than
# as GB18030. Of texts in their own encoding 99 of 100 have more than 0.88; Hong Kong writes characters of
# HKSCS-2016 too, which stand outside. Traditional Chinese in GBK has 0.5 to 0.8 as GB18030, and less as Big5.
OWN_SHARE: Final = 0.6
AHEAD_BY: Final = 0.25
# The same of a text of a few characters, where chance weighs more.
FEW_SHARE: Final = 0.85
FEW_AHEAD_BY: Final = 0.5
# Share of usual characters below which a text that fits nothing else is doubtful GB18030.
DOUBTFUL_SHARE: Final = 0.4
# Characters from which such a text is doubted: a rare name alone says nothing.
DOUBTED_CHARACTERS: Final = 4
# Characters from which the shares are sure; below, a person is asked to look. Of 23,000 simplified and
# traditional texts in GB18030 with so many characters none was taken for another.
SURE_CHARACTERS: Final = 12
# Share of characters an encoding may leave unread: those a house adds for rare names.
LOST_SHARE: Final = 0.01
# Share of one alphabet's letters from which a text is taken to be written in it. In Big5 so many of the
# same row do not come together.
ALPHABET_SHARE: Final = 0.35
# Bytes of lines with other characters than ASCII that are looked at.
SAMPLE_BYTES: Final = 65_536

_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class _Family:
    """An encoding in its variants, narrowest first, and where its usual characters stand."""

    name: str
    variants: tuple[str, ...]
    character: re.Pattern[bytes]
    usual: re.Pattern[bytes]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a text reads like.

    Attributes:
        name: of the encoding as people call it.
        encoding: as Python calls the variant that reads it.
        usual: share of its characters that are usual ones, as GB18030 and in the encoding judged.
        characters: looked at.
        fits: whether every byte of the text means something.
    """

    name: str
    encoding: str
    usual: tuple[float, float]
    characters: int
    fits: bool

    @property
    def sure(self) -> bool:
        """Whether there was enough to tell by."""
        return self.characters >= SURE_CHARACTERS


# GB 18030-2022: signs and the 3,755 characters of level 1 of GB/T 2312.
_GB = _Family(
    "GB18030",
    ("gb18030",),
    re.compile(
        rb"[\x81-\xfe](?:[\x30-\x39][\x81-\xfe][\x30-\x39]|[\x40-\x7e\x80-\xfe])|[\x80-\xff]", re.DOTALL
    ),
    re.compile(rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]"),
)
# GB/T 2312, rows 4 to 8.
_ALPHABET_OF_ROW: Final = {0xA4: "kana", 0xA5: "kana", 0xA6: "Greek", 0xA7: "Cyrillic", 0xA8: "Latin"}
_GB_LETTER = re.compile(rb"[\xa4-\xa8][\xa1-\xfe]")
_OTHERS = (
    # Signs and the 5,401 characters of level 1; the last variant is that of Hong Kong.
    _Family(
        "Big5",
        ("big5", "cp950", "big5hkscs"),
        re.compile(rb"[\x81-\xfe][\x40-\x7e\xa1-\xfe]|[\x80-\xff]"),
        re.compile(rb"[\xa1-\xc6][\x40-\x7e\xa1-\xfe]"),
    ),
    # JIS X 0208: signs, kana and the 2,965 characters of level 1. Katakana of half width count as
    # unusual: two of them are a usual character of GB18030.
    _Family(
        "Shift-JIS",
        ("shift_jis", "cp932"),
        re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]|[\x80-\xff]"),
        re.compile(rb"[\x81-\x84\x88-\x97][\x40-\x7e\x80-\xfc]"),
    ),
)


def judge(data: bytes) -> Judged | None:
    """What a text that is not UTF-8 reads like; None where it reads like none of the three.

    >>> judge("鄉鎮,人數".encode("big5")).name, judge("乡镇,人数".encode("gb18030")).name
    ('Big5', 'GB18030')
    """
    sample = _sample(data)
    as_gb, characters = _usual_share(sample, _GB)
    own = _variant(data, _GB, 0)
    found = [_other(data, sample, as_gb if own else 0.0, each) for each in _OTHERS]
    best = max((each for each in found if each is not None), key=lambda each: each[0], default=None)
    if best is not None:
        share, family, (variant, fits), count = best
        return Judged(family.name, variant, (as_gb, share), count, fits)
    return Judged(_GB.name, "gb18030", (as_gb, as_gb), characters, True) if own else None


def foreign(data: bytes) -> Judged | None:
    """What a text delivered as GB18030 surely is instead; None where it may well be GB18030.

    Args:
        data: the text or its beginning; what stands behind the last line break is left aside.
    """
    judged = judge(data[: data.rfind(b"\n") + 1] or data)
    if judged is None or judged.encoding == "gb18030" or not (judged.sure and judged.fits):
        return None
    return judged


def doubtful(judged: Judged) -> bool:
    """Whether most of what reads as GB18030 is rarely written, so that it may be something else."""
    if judged.encoding != "gb18030" or judged.characters < DOUBTED_CHARACTERS:
        return False
    return judged.usual[0] < DOUBTFUL_SHARE


_Other = tuple[float, _Family, tuple[str, bool], int]


def _other(data: bytes, sample: bytes, as_gb: float, family: _Family) -> _Other | None:
    share, characters = _usual_share(sample, family)
    enough = characters >= SURE_CHARACTERS
    if share < max(OWN_SHARE if enough else FEW_SHARE, as_gb + (AHEAD_BY if enough else FEW_AHEAD_BY)):
        return None
    variant = _variant(data, family, LOST_SHARE if enough else 0)
    return None if variant is None else (share, family, variant, characters)


def _sample(data: bytes) -> bytes:
    """Lines that hold more than ASCII, so many bytes of them."""
    lines: list[bytes] = []
    size = at = 0
    while size < SAMPLE_BYTES and (found := _BEYOND_ASCII.search(data, at)) is not None:
        start = max(data.rfind(b"\n", 0, found.start()) + 1, at)
        end = data.find(b"\n", found.start())
        at = len(data) if end < 0 else end + 1
        lines.append(data[start : min(at, start + SAMPLE_BYTES - size)])
        size += len(lines[-1])
    return b"".join(lines)


def _usual_share(sample: bytes, family: _Family) -> tuple[float, int]:
    """The share of usual characters, and how many characters other than ASCII there are."""
    counted = Counter(family.character.findall(sample))
    characters = sum(counted.values())
    usual = sum(n for each, n in counted.items() if family.usual.fullmatch(each))
    if family is _GB:
        usual += _of_one_alphabet(counted)
    return (usual / characters if characters else 0.0), characters


def _of_one_alphabet(counted: Counter[bytes]) -> int:
    """Characters of the kana, Greek, Cyrillic or marked Latin letters, where a text is written in them.

    One by one they say nothing: the same pairs are the commonest characters of Big5.
    """
    rows = Counter[str]()
    for each, n in counted.items():
        if _GB_LETTER.fullmatch(each):
            rows[_ALPHABET_OF_ROW[each[0]]] += n
    most = max(rows.values(), default=0)
    return most if most >= ALPHABET_SHARE * sum(counted.values()) else 0


def _variant(data: bytes, family: _Family, lost_share: float) -> tuple[str, bool] | None:
    """The narrowest variant that reads every byte, or else the widest where it reads nearly all."""
    for variant in family.variants:
        try:
            data.decode(variant)
        except UnicodeDecodeError:
            continue
        return variant, True
    widest = family.variants[-1]
    text = data.decode(widest, errors="replace")
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return (widest, False) if text.count("\ufffd") <= lost_share * beyond else None
