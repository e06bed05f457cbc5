"""Judges the columns of one table: one kind each, with grade, personal and sensitive flags and evidence.

Decides between several kinds of one column; what columns say about each other is told by
:mod:`catalog.classify.neighbours`. Adding a column to a table never lowers what another one is judged. No
contract is needed; :mod:`catalog.classify.run` compares with one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import pyarrow as pa

from catalog.classify import coordinates, free_text, learned, traits
from catalog.classify.alone import alone
from catalog.classify.column import Column, Limits, limits
from catalog.classify.finding import Evidence, Weight, weight
from catalog.classify.kinds import NONE, minors, scoring
from catalog.classify.learned import UNASKED, Opinion
from catalog.classify.neighbours import Neighbours
from catalog.classify.presuming import presumed_in
from catalog.classify.presumption import PRESUMED
from catalog.classify.sampling import spread
from catalog.classify.scorer import Scored
from catalog.classify.telling import Telling
from catalog.classify.topics import of_a_child
from catalog.classify.words import medicine_alone

# Texts that hold words of these kinds may be prose: what they hide then names them.
_PROSE: Final = frozenset({"address", "medical", "criminal_record", "enterprise_name", "person_name"})
# From this part of the texts on, what they hide says what the column is.
_OFTEN: Final = 0.2
# So many of them with a bank card make the column sensitive.
_CARDS: Final = 0.1
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
    """What was found in one column: the kind it is, if any, and identifiers hidden in its texts.

    Attributes:
        said: what was learned says of it.
        withdrawn: the kind that rules had found and what was learned took back; empty if none.
    """

    column: Column
    kind: Evidence | None
    hidden: Evidence | None
    said: Opinion = UNASKED
    withdrawn: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """What was found in the columns of one table, and what they say of its rows.

    Attributes:
        seen: by column, in their order.
        persons: whether something identifies the rows as persons.
        children: whether the rows are children under 14.
        tracks: names of the columns of coordinates that say where a person was.
        topics: what its rows are about.
        presumed: name → evidence, of columns presumed to be sensitive though no rule found them so.
    """

    seen: tuple[Seen, ...]
    persons: bool
    children: bool
    tracks: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    presumed: Mapping[str, Evidence] = field(default_factory=dict)

    def described(self, seen: Seen) -> Evidence | None:
        """Evidence that a column in which nothing was found describes the children the rows are."""
        if seen.kind is not None or seen.hidden is not None:
            return None
        return _nothing(seen) if self._of_a_child(seen.column) else None

    def _of_a_child(self, column: Column) -> bool:
        return self.children and self.persons and bool(column.sample) and of_a_child(column.meaning.words)

    def meaning(self, seen: Seen, kind: str, *, with_person: bool) -> Weight:
        """What a kind found in one of the columns means.

        Args:
            seen: the column.
            kind: found in it.
            with_person: whether the rows are about persons.
        """
        if kind == PRESUMED:
            return weight(kind, with_person=with_person)
        words = seen.column.meaning.words
        variant = ""
        if kind == "coordinates" and seen.column.name in self.tracks:
            variant = "track"
        elif kind == "bank_card" and seen.kind is not None and seen.kind.details.get("firm"):
            variant = "firm"
        elif kind == "account" and seen.kind is not None and seen.kind.details.get("paying"):
            variant = "financial"
        elif kind == "free_text" and seen.hidden is not None and _tells_cards(seen.hidden):
            variant = "cards"
        elif kind == NONE and self._of_a_child(seen.column):
            variant = "child"
        return weight(kind, words, with_person=with_person, children=self.children, variant=variant)

    def traits_by_name(self) -> dict[str, frozenset[str]]:
        """Name → traits, of the columns with values that no rule can name, where the rows are of persons."""
        looked = {seen.column.name: self._looked(seen) for seen in self.seen if seen.column.sample}
        beside = tuple(each.kind for each in looked.values() if each.sensitive)
        around = traits.Around(beside, self.topics, self.persons, self.children)
        if not around.of_persons:
            return {}
        return {
            name: traits.of(each, around)
            for name, each in looked.items()
            if each.kind == NONE and not each.sensitive
        }

    def _looked(self, seen: Seen) -> traits.Looked:
        found = [each for each in (seen.kind, seen.hidden, self.described(seen)) if each is not None]
        meanings = [self.meaning(seen, each.detector, with_person=self.persons) for each in found]
        kind, score = (found[0].detector, found[0].score) if found else (NONE, 0.5)
        sensitive = any(meaning.sensitive for meaning in meanings)
        return traits.Looked(seen.column.meaning, seen.column.probe_texts, kind, score, sensitive)


def judge(
    columns: Mapping[str, Sequence[str | None]], *, on: date | None = None, title: str = ""
) -> dict[str, Judgement]:
    """The judgement of every column of one table.

    Args:
        columns: heading → values, row by row. A column of which no row was read is judged by its heading; one
            whose rows are all empty holds nothing, and its evidence keeps what the heading would mean.
        on: day on which ages are counted; None = the day the rule on minors states.
        title: of the table, for what its rows are about.

    Returns:
        Heading → judgement, in the order given.
    """
    in_force = limits()
    table = look(
        [column_of(heading, values, in_force) for heading, values in columns.items()],
        on,
        title,
    )
    return judged_by(table)


def judged_by(table: Table) -> dict[str, Judgement]:
    """Heading → judgement.

    Args:
        table: as it was looked at.
    """
    return {seen.column.name: _judged(seen, table) for seen in table.seen}


def look(
    columns: Sequence[Column], on: date | None = None, title: str = "", *, presuming: bool = True
) -> Table:
    """What the columns of one table hold, and what they say of its rows.

    Args:
        columns: of one table.
        on: day on which ages are counted; None = the day the rule on minors states.
        title: of the table, for what its rows are about.
        presuming: whether what was learned is heard and presumed, or rules judge alone.
    """
    by_itself = {column.name: alone(column, taught=presuming) for column in columns}
    found = {name: None if learned.is_taught(each.found) else each.found for name, each in by_itself.items()}
    table = Neighbours.of(columns, found, on or minors().counted_on, title)
    found = table.allowed
    pairs = coordinates.paired(
        [each for each in columns if (kind := found[each.name]) is None or kind.kind == "coordinates"]
    )
    telling = Telling(by_itself, found, pairs)
    told = {column.name: telling.told(table, column) for column in columns}
    # What the table told makes its topic known: looked at once more where that is a new one.
    again = table.knowing([kind.kind for kind in told.values() if kind is not None])
    if again.topics.names != table.topics.names:
        told = {column.name: told[column.name] or telling.told(again, column) for column in columns}
        table = again
    seen = []
    for column in columns:
        kind = told[column.name]
        if kind is not None and medicine_alone(column, kind.kind) and not table.patients:
            kind = None
        seen.append(_seen(column, table.grown(column, kind), by_itself[column.name].said, telling.back))
    kinds_found = {each.kind.detector for each in seen if each.kind is not None and each.column.sample}
    places = [each.column for each in seen if each.kind is not None and each.kind.detector == "coordinates"]
    looked = Table(
        tuple(seen),
        bool(kinds_found & scoring().persons),
        "minor" in kinds_found or table.children,
        table.tracks(places) if places else frozenset(),
        table.topics.names,
    )
    return replace(looked, presumed=presumed_in(looked)) if presuming else looked


def column_of(heading: str, values: Sequence[str | None], in_force: Limits) -> Column:
    """A column of texts under its heading.

    Args:
        heading: as in the file.
        values: row by row.
        in_force: how much of it must pass.
    """
    whole = pa.chunked_array([pa.array(values, pa.string())])
    return Column(heading, (heading,), whole, spread(whole, in_force.sample_rows), in_force)


def _judged(seen: Seen, table: Table) -> Judgement:
    found = [evidence for evidence in (seen.kind, seen.hidden) if evidence is not None]
    found = found or [_nothing(seen)]
    if seen.hidden is not None and seen.kind is not None and _is_prose(seen.kind, seen.hidden):
        found.reverse()
    found += [evidence for evidence in (table.presumed.get(seen.column.name),) if evidence is not None]
    meanings = [table.meaning(seen, each.detector, with_person=table.persons) for each in found]
    return Judgement(
        found[0].detector,
        max(meaning.grade for meaning in meanings),
        any(meaning.personal for meaning in meanings),
        any(meaning.sensitive for meaning in meanings),
        found[0].score,
        tuple(found),
    )


def _nothing(seen: Seen) -> Evidence:
    """That nothing was found; of a column without values with what its heading would have meant."""
    column = seen.column
    details: dict[str, float | int | bool] = {"missed_at_most": column.missed_at_most}
    if seen.withdrawn:
        details |= learned.withdrawn(column, seen.withdrawn, seen.said)
    if not column.sample and column.meaning.kinds:
        details |= {f"heading_{kind}": round(strength, 3) for kind, strength in column.meaning.kinds.items()}
    return Evidence(NONE, column.sample, 0.0, False, details, 0.5)


def _is_prose(kind: Evidence, hidden: Evidence) -> bool:
    if kind.detector == "person_name" and hidden.details.get("identity_numbers", 0) >= _OFTEN * hidden.sample:
        return True
    return kind.detector in _PROSE and not kind.name_match and hidden.share > 0


def _tells_cards(hidden: Evidence) -> bool:
    return hidden.details.get("cards", 0) >= _CARDS * hidden.sample


def _seen(column: Column, kind: Scored | None, said: Opinion, back: Mapping[str, str]) -> Seen:
    evidence = None
    if kind is not None:
        details = {**kind.details, "missed_at_most": column.missed_at_most}
        evidence = Evidence(kind.kind, column.sample, kind.share, kind.heading > 0, details, kind.score)
    hidden = None
    if kind is None or kind.kind in _TEXTS or kind.share < column.limits.share:
        hidden = free_text.detect(column)
    # What texts hide is seen; what was learned of them is only likely.
    if hidden is not None and learned.is_taught(kind):
        evidence = None
    return Seen(column, evidence, hidden, said, back.get(column.name, "") if kind is None else "")
