"""Identifiers hidden in texts, such as the number a caller leaves in a ticket.

Looks for identity, telephone and card numbers, e-mails, plates, names after 姓名 or before 先生, and places
where somebody lives. A hidden number stands between other characters; a column that *is* numbers is the
other detectors' matter. Rare ones count: many more rows are searched than the sample has.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.classify.column import Column
from catalog.classify.finding import Evidence
from catalog.classify.kinds import kinds
from catalog.classify.person_name import surname_class
from catalog.classify.sampling import bound, sampled, spread
from contracts.codes import luhn_holds, resident_id

NAME: Final = "free_text"
_SHAPE: Final = r"(?:[1-9]\d{16}[\dXx]|1[3-9]\d{9})"
# Something stands before it, or something after it: a value that is nothing but the number is not a text.
_NUMBER: Final = rf"[^0-9A-Za-z]{_SHAPE}(?:$|[^0-9A-Za-z])|^{_SHAPE}[^0-9A-Za-z]"
# Every hidden identifier holds one of these: most texts need no closer look.
_MARKED: Final = (
    r"\d{8}|@|[A-HJ-NP-Z]·?[A-HJ-NP-Z0-9]{4}|先生|女士|某|住|地址|位于"
    r"|[人者名主属机民户东][:：为是叫系 ]|姓名|联系人"
)
_IDENTITY: Final = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[\dXx](?![0-9A-Za-z])", re.ASCII)
_MOBILE: Final = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])", re.ASCII)
_CARD: Final = re.compile(r"(?<![0-9A-Za-z])62\d{14,17}(?![0-9A-Za-z])", re.ASCII)
# Old cards and mistyped ones fail the check digit: words beside the number then tell it.
_OF_CARDS: Final = r"卡|[账帐][号户]|退[费款]|转[账入给]|存款"
# Names and places are softer evidence: so large a part of the texts must hold them.
_SOFT_SHARE: Final = 0.005
# Texts that hold something are read one by one, at most so many.
_READ: Final = 3000
# Counts that are stated though they are nought.
_SHOWN: Final = frozenset({"identity_numbers", "identity_candidates", "mobile_numbers"})
_SOFT_LENGTH: Final = 8


def detect(column: Column) -> Evidence | None:
    """Evidence that the column's texts hide identifiers of persons."""
    row = kinds()[NAME]
    if not column.is_text or column.longest < int(row.rest["least_length"]):
        return None
    rows = column.limits.text_rows
    searched = sampled(column.whole, rows, column.former_rows).drop_null()
    if not len(searched):
        return None
    texts = pc.utf8_trim_whitespace(searched.filter(pc.match_substring_regex(searched, _MARKED)))
    holding = texts.filter(pc.match_substring_regex(texts, _NUMBER))
    read = spread(holding, _READ).to_pylist()
    candidates = [number for text in read for number in _IDENTITY.findall(text)]
    counts = {
        "identity_numbers": sum(1 for number in candidates if resident_id(number) is not None),
        "identity_candidates": len(candidates),
        "mobile_numbers": sum(len(_MOBILE.findall(text)) for text in read),
    } | _others(texts)
    needed = column.limits.least_hidden
    valid = counts["identity_numbers"] >= max(needed, column.limits.hidden_valid_share * len(candidates))
    hard = any(counts[what] >= needed for what in ("mobile_numbers", "emails", "plates", "cards"))
    soft = max(needed, _SOFT_SHARE * len(searched))
    named = any(counts[what] >= soft for what in ("names", "places"))
    if not (valid or hard or named):
        return None
    share = max(len(holding), *(counts[what] for what in ("names", "places", "plates", "emails"))) / len(
        searched
    )
    shown: dict[str, float | int | bool] = {k: v for k, v in counts.items() if v or k in _SHOWN}
    shown["missed_at_most"] = bound(len(column.whole), rows, column.former_rows, column.limits.confidence)
    return Evidence(NAME, len(searched), min(1.0, share), False, shown, 0.9 if valid or hard else 0.7)


def _others(texts: pa.Array) -> dict[str, int]:
    """How many texts hold the other identifiers."""
    long = texts.filter(pc.greater_equal(pc.utf8_length(texts), _SOFT_LENGTH))
    found = {what: _count(long, regex) for what, regex in _expressions().items()}
    cards = long.filter(pc.match_substring_regex(long, _cards())).to_pylist() if len(long) else []
    found["cards"] = sum(
        1
        for text in cards[:_READ]
        for card in _CARD.findall(text)
        if luhn_holds(card) or re.search(_OF_CARDS, text)
    )
    return found


def _count(texts: pa.Array, regex: str) -> int:
    return int(pc.sum(pc.match_substring_regex(texts, regex)).as_py() or 0)


def _cards() -> str:
    # A card that is the whole value is no hidden one.
    return r"[^0-9A-Za-z]62\d{14,17}(?:$|[^0-9A-Za-z])|^62\d{14,17}[^0-9A-Za-z]"


@cache
def _expressions() -> dict[str, str]:
    row = kinds()[NAME]
    names = row.text("names").replace("SURNAME", surname_class())
    hidden = {key: row.text(key) for key in ("emails", "plates")}
    return {"names": names, "places": row.text("places")} | {
        key: rf"(?:[^A-Za-z0-9._%+\-*]{regex})|(?:^{regex}[^A-Za-z0-9._%+\-@*])"
        for key, regex in hidden.items()
    }
