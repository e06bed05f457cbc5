"""Kinds whose values have a form: numbers, codes, addresses of machines; see ``detectors.yaml``.

One detector for all of them: what the form, the check digit, the masked form and the forms that count only
under a telling heading say. Decides nothing of the heading.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.classify.check_digits import CHECK_DIGITS
from catalog.classify.column import Column, passing
from catalog.classify.kinds import Kind, scoring
from catalog.classify.support import Support

# Characters before a mobile number's last eleven digits are a country prefix.
_PREFIX: Final = slice(-11, -8)
_LETTERED: Final = 0.6


def detect(column: Column, kind: Kind) -> Support | None:
    """What the values say for a kind with a form; None where they say nothing."""
    if not column.sample:
        return None
    named = column.meaning.strength(kind.name)
    formed = column.matching(kind.text("form"), raw=bool(kind.rest.get("raw")))
    if named < scoring().initials and not _believed(formed, kind):
        formed = formed.slice(0, 0)
    valid = float(len(formed))
    if kind.check:
        valid *= passing(formed, CHECK_DIGITS[kind.check], scoring().checked_rows)
    masked = len(column.matching(kind.text("masked")))
    further = _under_a_heading(column, kind) if named >= scoring().initials else 0
    if kind.name == "foreign_resident_permit" and not further:
        further = len(column.matching(kind.text("other")))
    share = min(1.0, (valid + scoring().masked * masked + further) / column.sample)
    if not share:
        return None
    details: dict[str, float | int | bool] = {"formed_share": round(len(formed) / column.sample, 3)}
    if kind.check:
        details["checked_share"] = round(valid / column.sample, 3)
    if masked:
        details["masked_share"] = round(masked / column.sample, 3)
    if kind.rest.get("old"):
        details["fifteen_digits" if kind.name == "resident_id" else "old_cards"] = further
    # Letters that few other codes begin with make a form telling that is not so by itself.
    return Support(share, details, alone=max(kind.alone, _LETTERED) if kind.text("letters") else None)


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


def _believed(formed: pa.Array, kind: Kind) -> bool:
    """Whether values of the form may be taken for the kind though the heading does not say so."""
    if not len(formed):
        return False
    letters = kind.text("letters")
    if letters and pc.sum(pc.match_substring_regex(formed, letters)).as_py() < 0.9 * len(formed):
        return False
    if "varied" in kind.rest:
        last = pc.utf8_slice_codeunits(formed, _PREFIX.start, _PREFIX.stop)
        return bool(len(pc.unique(last)) >= min(int(kind.rest["varied"]), len(formed)))
    if "provinces" in kind.rest:
        counts = pc.value_counts(pc.utf8_slice_codeunits(formed, 0, 2)).field("counts")
        most = sorted(counts.to_pylist(), reverse=True)[: int(kind.rest["provinces"])]
        return bool(sum(most) >= 0.9 * len(formed))
    return True
