"""Kinds whose values come from a short list, or are recognised by the words they hold.

Lists are the code lists of :mod:`contracts.elements` and the dictionaries of ``detectors.yaml``. Codes such
as 1 and 2 count only where the heading means the kind.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.classify.column import Column
from catalog.classify.kinds import Kind, kinds, scoring
from catalog.classify.support import Support
from contracts.elements import Element, elements

# A code before a label, a remark behind it: 「1-男」「A.男」「男(1)」.
_AROUND: Final = re.compile(r"^(?:\d{1,2}\s*[-_.、:|/ ]?|[A-Z][.、:])\s*|\s*\(.*\)$")
_RECORD_NUMBER: Final = r"^(?:\d{7}|\d{9,}|[A-Z]{1,4}\d{6,})$"
# Numbers of cases hold 刑 and tell no offence: (2019)桂0103刑初508号.
_CASE: Final = r"^\S{0,12}[(（\[〔](?:19|20)\d\d[)）\]〕]\S{1,14}\d+号?$"
_DATED: Final = r"^(?:19|20)\d\d[-/.年]?\d{1,2}(?:[-/.月]?\d{1,2}日?)?(?:[ T].*)?$"
_FLAGS: Final = frozenset(
    ["是", "否", "有", "无", "已", "未", "Y", "N", "YES", "NO", "0", "1", "T", "F", "TRUE", "FALSE"]
)


# Kinds whose values follow no form.
OPEN: Final = frozenset({"medical", "criminal_record", "religion"})
# Kinds told by a list alone, and how many of its words must be there.
_LISTS_ALONE: Final = (
    ("ethnic_group", 4),
    ("religion", 1),
    ("political_status", 2),
    ("marital_status", 3),
    ("education", 4),
)
_SHARED: Final = frozenset(["无", "有", "其他", "其它", "未知", "不详", "是", "否"])
_NEARLY_ALL: Final = 0.95


def listed(column: Column, kind: Kind) -> Support | None:
    """What the values say for a kind with a list of values."""
    if not column.counted:
        return None
    named = column.meaning.strength(kind.name) >= scoring().hint
    words, telling_words = _words(kind), _telling(kind)
    share = telling = 0.0
    for value, count in column.counted.items():
        plain = _AROUND.sub("", value).strip()
        share += count * (plain in words or (named and any(part in words for part in plain.split("/"))))
        telling += count * (plain in telling_words)
    share, telling = share / column.sample, telling / column.sample
    details: dict[str, float | int | bool] = {"telling_share": round(telling, 3)}
    if named:
        coded = max(
            _part(column, _codes(kind)),
            column.share_of(kind.text("codes"), raw=False),
            _part(column, _FLAGS) if kind.rest.get("flags") else 0.0,
        )
        details["code_share"] = round(coded, 3)
        share = max(share, coded)
    elif telling < column.limits.share_with_name:
        return None
    return Support(share, details) if share else None


def all_listed(column: Column) -> str:
    """The kind whose list holds every value of a column under a heading that says nothing; empty if none.

    Codes and words that many lists share tell nothing: 无, 其他.

    Args:
        column: of a table whose rows are persons; nothing was found in it by itself.
    """
    if column.meaning.decided:
        return ""
    told = {value: count for value, count in column.counted.items() if value not in _SHARED}
    for name, least in _LISTS_ALONE:
        if any(word in column.meaning.words for word in kinds()[name].unlike):
            continue
        known = {value for value in told if not value.isascii() and value in _words(kinds()[name])}
        if len(known) >= least and sum(told[value] for value in known) >= _NEARLY_ALL * sum(told.values()):
            return name
    return ""


def holding(column: Column, kind: Kind) -> Support | None:
    """What the values say for a kind recognised by words or code forms inside them."""
    if not column.sample:
        return None
    named = column.meaning.strength(kind.name) >= scoring().hint
    words = column.share_of(kind.text("contains"), raw=True)
    if kind.name == "criminal_record" and column.share_of(_CASE) >= column.limits.share:
        words = 0.0
    coded = column.matching(kind.text("icd"))
    codes = len(coded) / column.sample
    if codes and not named and not _icd_varied(coded):
        codes = 0.0
    details = {"word_share": round(words, 3), "code_share": round(codes, 3)}
    # Numbers of records stand under headings whose initials are those of a word of the kind.
    numbered = column.share_of(_RECORD_NUMBER, raw=False) >= column.limits.share
    sure = column.meaning.strength(kind.name) >= 1.0
    dated = not sure and column.share_of(_DATED) >= column.limits.share
    named = named and not numbered and not dated
    share = max(words, codes, min(1.0, words + codes))
    flagged = (kind.rest.get("flags") and named and _part(column, _FLAGS)) or 0.0
    return Support(max(share, flagged), details, open=named) if share or flagged or named else None


def believing(column: Column, kind: Kind) -> Support | None:
    """What the values say for a kind whose values are a list, or texts with its words."""
    by_list, by_words = listed(column, kind), holding(column, kind)
    if by_list is None or by_words is None:
        return by_list or by_words
    share = max(by_list.share, by_words.share)
    return Support(share, {**by_words.details, **by_list.details}, open=by_words.open)


def medicine_alone(column: Column, kind: str) -> bool:
    """Whether a column lists medicines: goods of a store, but for rows of persons who take them."""
    return kind == "medical" and bool(re.search(kinds()["medical"].text("goods"), column.meaning.words))


def _icd_varied(coded: pa.Array) -> bool:
    """Whether codes without a telling heading look like diagnoses: several chapters, most with a point."""
    chapters = len(pc.unique(pc.utf8_slice_codeunits(coded, 0, 1)))
    pointed = pc.sum(pc.match_substring(coded, ".")).as_py()
    return chapters >= 3 and pointed >= 0.5 * len(coded)


def _part(column: Column, known: frozenset[str]) -> float:
    return sum(count for value, count in column.counted.items() if value in known) / column.sample


def _element(kind: Kind) -> Element | None:
    return elements().get(kind.text("element"))


@cache
def _ended(kind: str) -> frozenset[str]:
    row = kinds()[kind]
    ending = row.text("suffix")
    return frozenset(word + ending for word in row.listed("dictionary")) if ending else frozenset()


def _words(kind: Kind) -> frozenset[str]:
    return _lists(kind.name)[0]


def _telling(kind: Kind) -> frozenset[str]:
    return _lists(kind.name)[1]


def _codes(kind: Kind) -> frozenset[str]:
    return _lists(kind.name)[2]


@cache
def _lists(name: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Known words, those that tell without a heading, and codes of a kind."""
    kind = kinds()[name]
    element = _element(kind)
    labels = frozenset(element.codes.values()) if element is not None else frozenset()
    codes = frozenset(element.codes) if element is not None else frozenset()
    words = frozenset(kind.listed("dictionary")) | _ended(name) | labels
    telling = frozenset(kind.listed("telling")) | _ended(name)
    short = frozenset(code.lstrip("0") for code in codes) - {""}
    return frozenset(word.upper() for word in words), telling, codes | short
