"""Kinds whose values have a form: numbers, codes, addresses of machines; see ``detectors.yaml``.

One detector for all of them: what the form, the check digit, the masked form and the forms that count only
under a telling heading say. Decides nothing of the heading.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.classify.check_digits import CHECK_DIGITS
from catalog.classify.column import Column, passing
from catalog.classify.kinds import Kind, scoring
from catalog.classify.sampling import spread
from catalog.classify.support import Support
from policies.grading import IN_FORCE
from policies.rulebook import rule

# So many counties, and so large a part of the codes real, tell codes of divisions under any heading.
_COUNTIES, _REAL = 3, 0.95
# Characters before a mobile number's last eleven digits are a country prefix.
_PREFIX: Final = slice(-11, -8)
_LETTERED: Final = 0.6
# Users of a network of payments are that under most headings.
_PAYING: Final = 0.9
# So many values of a form show what its look-alikes never do.
_MARKED_SHARE: Final = 0.2
# An identity number with up to ten other characters around it, or written in groups.
_GROUPS: Final = r"[1-9]\d{5}[-_./· ]?(?:19|20)\d\d[-_./· ]?[01]\d[-_./· ]?[0-3]\d[-_./· ]?\d{3}[\dX]"
_BEHIND: Final = r"[^\dX*,，。;；]{1,2}[^\d*,，。;；)）]{0,6}[)）]?(?:\d{1,2})?|[1-7][1-4](?:B\d)?"
_AFFIXED: Final = rf"^[^\d*,，。;；]{{0,10}}{_GROUPS}(?:{_BEHIND})?$"
INNER: Final = r"^\D{0,12}(?P<n>\d{17}[\dX])"
_NUMBER_LENGTH: Final = 18
# Of so many numbers each of the last eight places has at least so many different digits.
_LOOKED_AT, _FEW, _PLACE_DIGITS = 60, 8, 5


def detect(column: Column, kind: Kind) -> Support | None:
    """What the values say for a kind with a form; None where they say nothing."""
    if not column.sample:
        return None
    named = column.meaning.strength(kind.name)
    if kind.text("unlike_values") and column.share_of(kind.text("unlike_values")) >= column.limits.share:
        return None
    formed = column.matching(kind.text("form"), raw=bool(kind.rest.get("raw")))
    if named < scoring().initials and not _believed(formed, kind, decided=column.meaning.decided):
        formed = formed.slice(0, 0)
    valid = float(len(formed))
    if kind.check:
        valid *= passing(formed, CHECK_DIGITS[kind.check], scoring().checked_rows)
    masked = len(_masked(column, kind, named))
    if kind.name == "resident_id" and len(formed) < column.limits.share * column.sample:
        inner = affixed(column)
        valid += len(inner) * passing(inner, CHECK_DIGITS[kind.check], scoring().checked_rows)
    old_too = kind.name == "resident_id" and valid >= column.limits.share_with_name * column.sample
    further = _under_a_heading(column, kind) if named >= scoring().initials or old_too else 0
    if kind.name == "foreign_resident_permit" and not further:
        further = len(column.matching(kind.text("other")))
    share = min(1.0, (valid + scoring().masked * masked + further) / column.sample)
    if not share:
        return None
    paying = kind.text("paying")
    details: dict[str, float | int | bool] = {"formed_share": round(len(formed) / column.sample, 3)}
    if kind.check:
        details["checked_share"] = round(valid / column.sample, 3)
    if paying and column.share_of(paying) >= column.limits.share:
        details["paying"] = True
    if masked:
        details["masked_share"] = round(masked / column.sample, 3)
    if kind.rest.get("old"):
        details["fifteen_digits" if kind.name == "resident_id" else "old_cards"] = further
    # Letters that few other codes begin with make a form telling that is not so by itself.
    lettered = _PAYING if details.get("paying") else _LETTERED
    return Support(share, details, alone=max(kind.alone, lettered) if kind.text("letters") else None)


def _under_a_heading(column: Column, kind: Kind) -> int:
    """Values of the forms that count only where the heading means the kind, the whole form left out."""
    if kind.name == "bank_card":
        old = column.matching(kind.text("old"))
        unchecked = len(old) * (1 - passing(old, CHECK_DIGITS["luhn"], scoring().checked_rows))
        return round(unchecked) if len(old) >= column.limits.share * column.sample else 0
    extra = column.matching(kind.text("old") or kind.text("other"))
    if not len(extra):
        return 0
    both = pc.sum(pc.match_substring_regex(extra, kind.text("form"))).as_py() or 0
    return int(len(extra) - both)


def affixed(column: Column) -> pa.Array:
    """Identity numbers that a letter, a word, a category or a remark stands before or behind.

    School register numbers (G or L before it), certificates of disabled persons (two digits behind it),
    「身份证:…」, 「…(本人)」, and numbers written in groups.
    """
    if not column.is_text or column.longest < _NUMBER_LENGTH:
        return column.codes.slice(0, 0)
    hits = column.matching(_AFFIXED)
    hits = hits.filter(pc.greater(pc.utf8_length(hits), _NUMBER_LENGTH))
    if not len(hits):
        return hits
    return pc.struct_field(
        pc.extract_regex(pc.replace_substring_regex(hits, r"[-_./· ]", ""), INNER), "n"
    ).drop_null()


def _masked(column: Column, kind: Kind, named: float) -> pa.Array:
    """Values whose middle is hidden; where the heading is silent they have the length of whole ones."""
    hits = column.matching(kind.text("masked"))
    lengths = kind.rest.get("lengths")
    if not len(hits) or named >= scoring().hint or not lengths:
        return hits
    return hits.filter(pc.is_in(pc.utf8_length(hits), pa.array(lengths, pa.int32())))


def _spread_out(formed: pa.Array) -> bool:
    """Whether numbers vary as subscribers' do: a serial or a time keeps some of its places."""
    texts = spread(
        pc.utf8_slice_codeunits(pc.replace_substring_regex(formed, r"\D|\.0$", ""), -8), _LOOKED_AT
    )
    if len(texts) < _FEW:
        return True
    values = texts.to_pylist()
    least = min(_PLACE_DIGITS, len(values) // 4)
    return len(set(values)) > 0.5 * len(values) and all(
        len(set(place)) >= least for place in zip(*values, strict=True)
    )


def _believed(formed: pa.Array, kind: Kind, *, decided: bool) -> bool:
    """Whether values of the form may be taken for the kind though the heading does not say so."""
    if not len(formed):
        return False
    letters = kind.text("letters")
    if letters and pc.sum(pc.match_substring_regex(formed, letters)).as_py() < 0.9 * len(formed):
        return False
    marked = kind.text("marked")
    if marked and pc.sum(pc.match_substring_regex(formed, marked)).as_py() < _MARKED_SHARE * len(formed):
        return False
    if "varied" in kind.rest:
        last = pc.utf8_slice_codeunits(formed, _PREFIX.start, _PREFIX.stop)
        varied = len(pc.unique(last)) >= min(int(kind.rest["varied"]), len(formed))
        return bool(varied and (not decided or _spread_out(formed)))
    if "provinces" in kind.rest:
        if _of_counties(formed):
            return True
        counts = pc.value_counts(pc.utf8_slice_codeunits(formed, 0, 2)).field("counts")
        most = sorted(counts.to_pylist(), reverse=True)[: int(kind.rest["provinces"])]
        return bool(sum(most) >= 0.9 * len(formed))
    return True


def _of_counties(formed: pa.Array) -> bool:
    """Whether nearly all codes begin with those of counties in use, of several counties."""
    counted = pc.value_counts(pc.utf8_slice_codeunits(formed, 0, 6))
    counts = dict(zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True))
    known = counties()
    real = sum(count for code, count in counts.items() if code in known)
    return len(counts) >= _COUNTIES and real >= _REAL * len(formed)


@cache
def counties() -> frozenset[str]:
    """Codes of six digits of counties, and of the cities and provinces they are of."""
    made: set[str] = set()
    for entry in re.split(r"[;\n]", str(rule("division_codes", "counties", IN_FORCE).value)):
        if not entry.strip():
            continue
        city, last = entry.split()
        made |= {f"{city}00", f"{city[:2]}0000"}
        for run in last.split(","):
            first, _, end = run.partition("-")
            made |= {f"{city}{number:02d}" for number in range(int(first), int(end or first) + 1)}
    return frozenset(made)
