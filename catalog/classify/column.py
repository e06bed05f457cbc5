"""A column as detectors see it: a deterministic sample of its values, and its headings.

Decides which rows are looked at and how values are spelt for looking. The sample is spread evenly over the
table, so the same table gives the same findings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.classify.headings import Meaning, meaning
from catalog.classify.kinds import scoring
from catalog.classify.sampling import bound, spread
from contracts.codes import to_half_width
from policies.grading import IN_FORCE
from policies.rulebook import rule

# Values by which a form is first tried: what fewer than two of them have is in far less than a fifth of the
# column (the chance to err is 3 in 100,000) and is not looked for further. Arrow builds an expression anew at
# every call, which costs more than these few values do.
PROBE: Final = 60
# More different values than these are no list.
LISTED: Final = 80
_HAN: Final = "\u4e00-\u9fff"
_HAN_IN_CLASS: Final = re.compile(r"\[[^\]]*\]")
# Signs that hide characters, beside the asterisk; # and ? only in a row of them.
_MASKS: Final = r"[●○■□•✱✲☆★◆×╳]"
_RUNS: Final = ((8, r"[#?_]{8}"), (4, r"[#?_]{4}"), (3, r"[#?_]{3}"))
_WIDE: Final = r"[\x{3000}\x{FF01}-\x{FF5E}]"
_WIDE_CODES: Final = r"[\x{FF0A}\x{FF0B}\x{FF0D}\x{FF10}-\x{FF19}\x{FF20}-\x{FF3A}\x{FF41}-\x{FF5A}]"
_PROSE: Final = 24
# Check digits of so many values are computed first, and of more only where their share is between these:
# what is in a fifth of a column is in less than a tenth of these once in a thousand times.
_FIRST_CHECKED: Final = 120
_UNCLEAR: Final = (0.1, 0.95)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a column must pass; see the rule ``detection`` in ``grading.yaml``."""

    sample_rows: int
    text_rows: int
    share: float
    share_with_name: float
    share_without_name: float
    least_sample: int
    least_hidden: int
    hidden_valid_share: float
    confidence: float


def limits() -> Limits:
    """The limits in force."""
    return Limits(**rule("grading", "detection", IN_FORCE).value)


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: how the table calls it.
        headings: its physical and printed names.
        whole: every value.
        aligned: the sampled values, nulls kept, so that columns of one table stay row by row.
        limits: how much must pass.
        former_rows: rows at the front that an earlier release held.
    """

    name: str
    headings: tuple[str, ...]
    whole: pa.ChunkedArray
    aligned: pa.Array
    limits: Limits
    former_rows: int = 0

    @cached_property
    def meaning(self) -> Meaning:
        """What the headings say."""
        return meaning(self.headings)

    @cached_property
    def aligned_texts(self) -> pa.Array:
        """The sample as half-width text without surrounding white space; blanks and dashes as null."""
        texts = self.aligned
        if not (pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type)):
            texts = texts.cast(pa.string())
        texts = pc.utf8_trim(pc.utf8_trim_whitespace(half_width(texts)), "'`\"\ufeff。；; ")
        if pc.any(pc.match_substring_regex(texts, _MASKS)).as_py():
            texts = pc.replace_substring_regex(texts, _MASKS, "*")
        if pc.any(pc.match_substring_regex(texts, _RUNS[-1][1])).as_py():
            for length, run in _RUNS:
                texts = pc.replace_substring_regex(texts, run, "*" * length)
        return pc.if_else(pc.is_in(texts, _blanks().cast(texts.type)), None, texts)

    @cached_property
    def texts(self) -> pa.Array:
        """The non-null sample as text."""
        return self.aligned_texts.drop_null()

    @cached_property
    def aligned_codes(self) -> pa.Array:
        """The sample as codes are judged: upper case, without white space; nulls kept."""
        return compact(self.aligned_texts)

    @cached_property
    def codes(self) -> pa.Array:
        """The non-null sample as codes are judged."""
        return self.aligned_codes.drop_null()

    @cached_property
    def longest(self) -> int:
        """Characters of the longest sampled text; 0 where there is none."""
        return pc.max(pc.utf8_length(self.texts)).as_py() or 0

    @property
    def sample(self) -> int:
        """How many non-null values were sampled."""
        return len(self.texts)

    @property
    def is_text(self) -> bool:
        """Whether the column holds text at rest."""
        return bool(pa.types.is_string(self.whole.type) or pa.types.is_large_string(self.whole.type))

    @cached_property
    def probe_texts(self) -> list[str]:
        """Few of the texts, spread evenly."""
        return list(spread(self.texts, PROBE).to_pylist())

    @cached_property
    def probe_codes(self) -> list[str]:
        """Few of the codes, spread evenly."""
        return list(spread(self.codes, PROBE).to_pylist())

    @cached_property
    def counted(self) -> Mapping[str, int]:
        """Different codes with how often the sample has each; empty where they are too many to be a list."""
        if self.distinct > LISTED:
            return {}
        counts = pc.value_counts(self.codes)
        return dict(zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True))

    @cached_property
    def distinct(self) -> int:
        """Different values in the sample."""
        return int(pc.count_distinct(self.codes).as_py())

    def matching(self, regex: str, *, raw: bool = False) -> pa.Array:
        """The sampled values an RE2 expression matches, as codes, or as texts where ``raw``."""
        values, probe = (self.texts, self.probe_texts) if raw else (self.codes, self.probe_codes)
        search = _compiled(regex).search
        hits = sum(1 for value in probe if search(value)) if regex else 0
        if not hits or (hits == 1 and len(probe) == PROBE):
            return values.slice(0, 0)
        if len(probe) == len(values) and hits == len(values):
            return values
        return values.filter(pc.match_substring_regex(values, regex))

    def share_of(self, regex: str, *, raw: bool = True) -> float:
        """Part of the sampled values an RE2 expression matches, 0–1."""
        return len(self.matching(regex, raw=raw)) / self.sample if self.sample else 0.0

    @property
    def missed_at_most(self) -> float:
        """Share of the rows up to which a kind may be there though no sampled row shows it."""
        return bound(len(self.whole), self.limits.sample_rows, self.former_rows, self.limits.confidence)


@cache
def _blanks() -> pa.Array:
    return pa.array(sorted(scoring().blanks))


@cache
def _compiled(regex: str) -> re.Pattern[str]:
    """An RE2 expression as Python's, which has no scripts: Han as a range, in and outside of classes."""
    parts = _HAN_IN_CLASS.sub(lambda found: found[0].replace(r"\p{Han}", _HAN), regex)
    return re.compile(parts.replace(r"\p{Han}", f"[{_HAN}]"), re.ASCII)


def half_width(texts: pa.Array) -> pa.Array:
    """Texts with full-width forms as their ASCII twins; only the texts that have some are touched."""
    # Prose is full of wide commas, which hide nothing.
    prose = (pc.max(pc.utf8_length(texts)).as_py() or 0) > _PROSE
    wide = pc.match_substring_regex(texts, _WIDE_CODES if prose else _WIDE)
    if not pc.any(wide).as_py():
        return texts
    narrow = [to_half_width(text) for text in texts.filter(wide).to_pylist()]
    return pc.replace_with_mask(texts, pc.fill_null(wide, False), pa.array(narrow, texts.type))


def compact(texts: pa.Array) -> pa.Array:
    """Texts in the form in which codes are judged."""
    if pc.any(pc.match_substring_regex(texts, r"\s")).as_py():
        texts = pc.replace_substring_regex(texts, r"\s+", "")
    return pc.utf8_upper(texts)


def passing(formed: pa.Array, check: Callable[[str], bool], rows: int) -> float:
    """Part of the texts whose check digit holds, 0–1, from at most ``rows`` of them."""
    few = spread(formed, _FIRST_CHECKED).to_pylist()
    share = sum(map(check, few)) / len(few) if few else 0.0
    if len(formed) <= _FIRST_CHECKED or not _UNCLEAR[0] <= share < _UNCLEAR[1]:
        return share
    texts = spread(formed, rows).to_pylist()
    return sum(map(check, texts)) / len(texts)
