"""Which encoding a text file is in, decided in a fixed order that leaves nothing to chance.

Order: byte order mark, UTF-16 without a mark, UTF-8 (also where a few bytes are broken: such a file
often passes for GB18030 and reads as rubbish), then the double-byte ones. Chinese public bodies deliver
these; a general guess over a short file would be wrong more often than this order.
Does not decide which double-byte encoding it is (:mod:`catalog.intake.reading.double_bytes`), nor where a
table starts (:mod:`catalog.intake.tables.table_region`).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from catalog.intake.reading.double_bytes import Judged, doubtful, judge

# Share of the characters that must be ones tables are written in, for bytes to be UTF-16 without a mark.
UTF16_USUAL_SHARE: Final = 0.95
# Share of broken characters up to which a file is UTF-8; of GB18030 read as UTF-8 nearly all are broken.
BROKEN_SHARE: Final = 0.1
# What to do with a file that is in none of the encodings that are tried.
_REMEDY: Final = "save it as UTF-8 and draft again, or write its `encoding` into the contract"
# What to do where an encoding was chosen that may be another.
_NAME_IT: Final = "look at the names it gives, and draft again with its `encoding` named where they are wrong"
# Bytes looked at when searching for UTF-16 without a mark; even.
UTF16_SAMPLE_BYTES: Final = 4096

# ASCII, Latin letters, punctuation and signs, Chinese and its punctuation, full-width forms.
_USUAL = re.compile(
    "[\x01\t\n\r\x20-\x7e\u00a0-\u024f\u2000-\u22ff\u2460-\u24ff\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
)


@dataclass(frozen=True, slots=True)
class Decided:
    """An encoding and why it was chosen.

    Attributes:
        encoding: a name of :class:`contracts.model.Source.encoding`.
        reason: one sentence for a person.
        damaged: whether some bytes do not fit the encoding.
        unsure: whether a person should look at what it reads as.
    """

    encoding: str
    reason: str
    damaged: bool = False
    unsure: bool = False


def decide(data: bytes, declared: str = "") -> Decided:
    """The encoding of ``data``, the whole content of a text file.

    Args:
        data: all bytes of the file.
        declared: an encoding a person names, which holds wherever there is no byte order mark and the
            file is not ASCII or UTF-8 throughout; empty = none.

    Returns:
        The encoding with its reason; ``damaged`` where no encoding fits every byte.
    """
    if data.startswith(codecs.BOM_UTF8):
        return _checked(data, "utf-8-sig", "starts with the UTF-8 byte order mark")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _checked(data, "utf-16", "starts with a UTF-16 byte order mark")
    markless = utf16_without_mark(data)
    if markless:
        return Decided(markless, "holds zero bytes and reads as UTF-16, though without a mark")
    if data.isascii():
        return Decided("utf-8", "holds ASCII only, which UTF-8 contains")
    if _fits(data, "utf-8"):
        return Decided("utf-8", "is valid UTF-8 throughout")
    if declared:
        return _checked(data, declared, f"is named {declared} by who drafts it")
    if _nearly_utf8(data):
        return Decided("utf-8", "is UTF-8 but for a few broken characters", damaged=True)
    judged = judge(data)
    return _nearest(data) if judged is None else _double_byte(judged)


def text_of(data: bytes) -> str | None:
    """The text of a list or form a person hands in; None where no encoding reads every byte of it."""
    decided = decide(data)
    return None if decided.damaged else decode(data, decided.encoding)[0]


def _double_byte(judged: Judged) -> Decided:
    """The encoding judged, with the shares it was judged by."""
    as_gb, own = judged.usual
    if judged.encoding == "gb18030":
        reason = "is not UTF-8, and valid GB18030 throughout"
        if not doubtful(judged):
            return Decided("gb18030", reason)
        rare = f"but {1 - as_gb:.0%} of its characters are rarely written"
        return Decided("gb18030", f"{reason}, {rare} — {_NAME_IT}", unsure=True)
    reason = f"reads as {judged.name}: {own:.0%} of its characters are usual there, {as_gb:.0%} as GB18030"
    if not judged.fits:
        return Decided(judged.encoding, f"{reason}; some bytes mean nothing there", damaged=True)
    if judged.sure:
        return Decided(judged.encoding, reason)
    few = f"of only {judged.characters} characters"
    return Decided(judged.encoding, f"{reason}, {few} — {_NAME_IT}", unsure=True)


def decode(data: bytes, encoding: str) -> tuple[str, bool]:
    """Text of ``data`` and whether bytes had to be replaced by U+FFFD.

    Args:
        data: all bytes of the file.
        encoding: the declared encoding; a byte order mark is honoured with any of the UTF-8 names.

    Returns:
        The text without a byte order mark, and True where some bytes did not fit.

    Raises:
        LookupError: the encoding has no such name.
    """
    if data.startswith(codecs.BOM_UTF8) and encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding).removeprefix("\ufeff"), False
    except UnicodeDecodeError:
        return data.decode(encoding, errors="replace").removeprefix("\ufeff"), True


def _checked(data: bytes, encoding: str, reason: str) -> Decided:
    return Decided(encoding, reason, damaged=not _fits(data, encoding))


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def utf16_without_mark(data: bytes) -> str | None:
    """The byte order in which bytes read as UTF-16 text, or None where they do not.

    Text of another encoding holds no zero byte; of UTF-16 every digit, comma and line end holds one,
    and what it decodes to are characters that tables are written in.

    >>> utf16_without_mark("街道\\t人数\\n".encode("utf-16-be")), utf16_without_mark(b"a,b")
    ('utf-16-be', None)
    """
    sample = data[:UTF16_SAMPLE_BYTES]
    if len(sample) < 4 or len(data) % 2 or 0 not in sample:
        return None
    for encoding, zeros in (("utf-16-le", sample[1::2].count(0)), ("utf-16-be", sample[0::2].count(0))):
        text = sample.decode(encoding, errors="replace")
        usual = sum(bool(_USUAL.match(c)) for c in text)
        if zeros and usual >= UTF16_USUAL_SHARE * len(text) and _fits(data, encoding):
            return encoding
    return None


def _nearly_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    foreign = len(text) - len(text.encode("ascii", "ignore")) - broken
    return foreign > 0 and broken <= BROKEN_SHARE * (foreign + broken)


def _nearest(data: bytes) -> Decided:
    """The encoding that leaves fewest characters unread."""
    lost = {name: data.decode(name, errors="replace").count("\ufffd") for name in ("utf-8", "gb18030")}
    best = min(lost, key=lambda name: lost[name])
    places = f"{lost[best]} places, the first on line {_first_misfit(data, best)}"
    reason = f"its encoding is not told: it is neither UTF-8 nor GB18030 ({places})"
    return Decided(best, f"{reason} — {_REMEDY}", damaged=True)


def _first_misfit(data: bytes, encoding: str) -> int:
    """The line of the first bytes that do not fit."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError as misfit:
        return data.count(b"\n", 0, misfit.start) + 1
    return 1
