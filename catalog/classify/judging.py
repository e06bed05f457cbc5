"""Judges the columns of one table: one kind each, with grade, personal and sensitive flags and evidence.

Decides between several kinds of one column and what columns say about each other (whose dates agree with
identity numbers, which decimals are a place, whether the rows are persons or children). Adding a column to a
table never lowers what another one is judged. No contract is needed; :mod:`catalog.classify.run` compares
with one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import pyarrow as pa

from catalog.classify import birth, coordinates, forms, free_text
from catalog.classify.column import Column, Limits, limits
from catalog.classify.finding import Evidence, weight
from catalog.classify.kinds import NONE, kinds, minors, scoring
from catalog.classify.sampling import spread
from catalog.classify.scorer import Scored, combined, resident_numbers, scores

# Texts that hold words of these kinds may be prose: what they hide then names them.
_PROSE: Final = frozenset({"address", "medical", "criminal_record", "enterprise_name", "person_name"})
# Kinds whose values are numbers and codes: nothing hides in them.
_TEXTS: Final = _PROSE | {"biometric", "account", "housing_certificate", "coordinates"}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a column is judged to hold.

    Attributes:
        kind: a key of the rule ``findings``; ``none`` where nothing known was found.
        grade: level 1–4.
        personal, sensitive: personal information, sensitive personal information (PIPL 4, 28).
        score: strength of the evidence, 0–1.
        evidence: of the kind first, then of others found beside it; never values.
    """

    kind: str
    grade: int
    personal: bool
    sensitive: bool
    score: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found in one column: the kind it is, if any, and identifiers hidden in its texts."""

    column: Column
    kind: Evidence | None
    hidden: Evidence | None


@dataclass(frozen=True, slots=True)
class Table:
    """What was found in the columns of one table, and what they say of its rows.

    Attributes:
        seen: by column, in their order.
        persons: whether something identifies the rows as persons.
        children: whether the rows are children under 14.
    """

    seen: tuple[Seen, ...]
    persons: bool
    children: bool


def judge(columns: Mapping[str, Sequence[str | None]], *, on: date | None = None) -> dict[str, Judgement]:
    """The judgement of every column of one table.

    Args:
        columns: heading → values, row by row; a column without values is judged by its heading.
        on: day on which ages are counted; None = the day the rule on minors states.

    Returns:
        Heading → judgement, in the order given.
    """
    in_force = limits()
    table = look(
        [_column(heading, pa.array(values, pa.string()), in_force) for heading, values in columns.items()], on
    )
    return {seen.column.name: _judged(seen, table) for seen in table.seen}


def look(columns: Sequence[Column], on: date | None = None) -> Table:
    """What the columns of one table hold, and what they say of its rows.

    Args:
        columns: of one table.
        on: day on which ages are counted; None = the day the rule on minors states.
    """
    day = on or minors().counted_on
    found = {column.name: next(iter(scores(column)), None) for column in columns}
    numbers = _identity_numbers(columns, found)
    pairs = coordinates.paired([column for column in columns if found[column.name] is None])
    school = any(birth.school_context(column.meaning.words) for column in columns)
    persons = any(kind is not None and kind.kind in scoring().persons for kind in found.values())
    seen = []
    for column in columns:
        kind = found[column.name]
        if kind is None and column.sample:
            kind = _by_context(column, numbers, pair=column.name in pairs, persons=persons)
        kind = _young(column, kind, day, school=school)
        seen.append(_seen(column, kind))
    kinds_found = {each.kind.detector for each in seen if each.kind is not None}
    children = "minor" in kinds_found or (
        numbers is not None and birth.numbers_under_age(numbers, day) >= minors().share
    )
    return Table(tuple(seen), bool(kinds_found & scoring().persons), children)


def _column(heading: str, values: pa.Array, in_force: Limits) -> Column:
    whole = pa.chunked_array([values])
    return Column(heading, (heading,), whole, spread(whole, in_force.sample_rows), in_force)


def _judged(seen: Seen, table: Table) -> Judgement:
    found = [evidence for evidence in (seen.kind, seen.hidden) if evidence is not None]
    if not found:
        bound = {"missed_at_most": seen.column.missed_at_most}
        return Judgement(NONE, 1, False, False, 0.5, (Evidence(NONE, seen.column.sample, 0.0, False, bound),))
    if seen.hidden is not None and seen.kind is not None and _is_prose(seen.kind, seen.hidden):
        found.reverse()
    words = seen.column.meaning.words
    meanings = [
        weight(each.detector, words, with_person=table.persons, children=table.children) for each in found
    ]
    return Judgement(
        found[0].detector,
        max(meaning.grade for meaning in meanings),
        any(meaning.personal for meaning in meanings),
        any(meaning.sensitive for meaning in meanings),
        found[0].score,
        tuple(found),
    )


def _is_prose(kind: Evidence, hidden: Evidence) -> bool:
    return kind.detector in _PROSE and not kind.name_match and hidden.share > 0


def _seen(column: Column, kind: Scored | None) -> Seen:
    evidence = None
    if kind is not None:
        details = {**kind.details, "missed_at_most": column.missed_at_most}
        evidence = Evidence(kind.kind, column.sample, kind.share, kind.heading > 0, details, kind.score)
    hidden = None
    if kind is None or kind.kind in _TEXTS or kind.share < column.limits.share:
        hidden = free_text.detect(column)
    return Seen(column, evidence, hidden)


def _identity_numbers(columns: Sequence[Column], found: Mapping[str, Scored | None]) -> pa.Array | None:
    for column in columns:
        kind = found[column.name]
        if kind is not None and kind.kind == "resident_id" and column.sample:
            return resident_numbers(column)
    return None


def _by_context(column: Column, numbers: pa.Array | None, *, pair: bool, persons: bool) -> Scored | None:
    """The kind that only the other columns tell."""
    hinted = column.meaning.strength("income")
    if persons and hinted:
        support = forms.detect(column, kinds()["income"])
        if support is not None and support.share >= column.limits.share:
            score = combined(scoring().context, scoring().heading * hinted)
            return Scored("income", score, hinted, support.share, support.details)
    if pair:
        return Scored("coordinates", combined(scoring().context, 0.2), 0.0, 1.0, {"paired": True})
    if numbers is None or len(numbers) != len(column.aligned):
        return None
    same = birth.agreement(column, numbers)
    if same >= column.limits.share:
        details = {"identity_agreement": round(same, 3)}
        return Scored("date_of_birth", combined(scoring().context, 0.9 * same), 0.0, same, details)
    if birth.sexes_agree(column, numbers):
        return Scored("sex", combined(scoring().context, 0.8), 0.0, 1.0, {"identity_agreement": 1.0})
    return None


def _young(column: Column, kind: Scored | None, on: date, *, school: bool) -> Scored | None:
    """A date of birth or an age that is children's: the kind is then ``minor``."""
    if not column.sample:
        return kind
    if (kind is not None and kind.kind == "date_of_birth") or (
        kind is None and school and birth.is_age(column)
    ):
        share = birth.under_age(column, on)
    else:
        return kind
    if share < minors().share:
        return kind
    details = {**(kind.details if kind else {}), "under_age_share": round(share, 3), "school": school}
    if kind is None:
        return Scored("minor", combined(scoring().context, 0.6 * share), 1.0, share, details)
    return replace(kind, kind="minor", details=details)
