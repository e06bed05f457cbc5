"""What the columns of one table say of each other and of its rows.

Decides which kinds only the other columns tell (whose dates agree with identity numbers, which decimals are a
place, which sums are a person's), whether the rows are children, and which coordinates are tracks: where a
person or a vehicle was. A further column never lowers a judgement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.classify import biometric, birth, forms, person_name, words
from catalog.classify.column import Column
from catalog.classify.kinds import kinds, minors, scoring
from catalog.classify.numbered import accounts, numbered
from catalog.classify.scorer import Scored, combined, only_flags, resident_numbers
from catalog.classify.topics import Topics, formed, of_staff, told_score, worded

# Kinds that initials mean by chance more often than not where the values are bare codes.
_BY_INITIALS: Final = frozenset({"medical", "criminal_record"})
_SEXES: Final = frozenset({"M", "F"})
# A time of day: the column tells when something happened.
_CLOCK: Final = r"\d{1,2}[:：时]\d{2}|^1[5-9]\d{8}(?:\d{3})?$|^20\d{12}$"
_TIME_HEADING: Final = r"时间|时刻|time|_at$|sj$|timestamp|^ts$|date"
# Times of the record, not of what it tells.
_OF_RECORD: Final = (
    r"更新|创建|登记|入库|采集|导入|修改|同步|抽取|审核|update|create|modif|insert|load|gxsj|cjsj"
)
_NO_TOPICS: Final = Topics(frozenset())
_MOVERS: Final = frozenset({"plate", "imei", "mac_address"})
# Ages are told from counts where nearly all are of children.
_YOUNG: Final = 0.9
# So many medical columns make rows without names visits of patients.
_VISITS: Final = 2


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What is known of a table before its columns are judged one by one.

    Attributes:
        columns: all of them.
        found: column name → the best kind by its own heading and values, or None.
        numbers: identity numbers row by row, of every column that holds some.
        on: day on which ages are counted.
        title: of the table; may be empty.
        topics: what its rows are about.
    """

    columns: Sequence[Column]
    found: Mapping[str, Scored | None]
    numbers: tuple[pa.Array, ...]
    on: date
    title: str = ""
    topics: Topics = _NO_TOPICS

    @classmethod
    def of(
        cls, columns: Sequence[Column], found: Mapping[str, Scored | None], on: date, title: str = ""
    ) -> Neighbours:
        """What the columns say of each other.

        Args:
            columns: of one table.
            found: column name → the best kind, or None.
            on: day on which ages are counted.
            title: of the table; may be empty.
        """
        numbers = tuple(
            resident_numbers(column)
            for column in columns
            if column.sample and (kind := found[column.name]) is not None and kind.kind == "resident_id"
        )
        kinds_found = [kind.kind for kind in found.values() if kind is not None]
        return cls(columns, found, numbers, on, title, Topics.of(title, columns, kinds_found))

    def knowing(self, found: Sequence[str]) -> Neighbours:
        """The same with the topics that more is known of.

        Args:
            found: kinds of the columns, those the table told among them.
        """
        topics = Topics.of(self.title, self.columns, found)
        return replace(self, topics=Topics(topics.names | self.topics.names))

    @property
    def allowed(self) -> dict[str, Scored | None]:
        """What was found, but for kinds that cannot be a person's where rows are beasts, goods or works."""
        persons, headings = self.about_persons, self._words
        coded = {column.name for column in self.columns if self._initials_of_codes(column)}
        return {
            name: None
            if kind is not None and (name in coded or self._denied(headings[name], kind, persons=persons))
            else kind
            for name, kind in self.found.items()
        }

    def _initials_of_codes(self, column: Column) -> bool:
        """Whether initials alone stand for a kind of open form: over codes, in a table of other things."""
        kind = self.found[column.name]
        if kind is None or kind.kind not in _BY_INITIALS or not column.meaning.words.isascii():
            return False
        if re.search(r"[aeiou]", column.meaning.words) or self.topics.speaks_of(kind.kind):
            return False
        return bool(column.sample) and column.share_of(r"^[A-Za-z0-9]{1,3}$") >= column.limits.share_with_name

    def denies(self, column: Column, kind: Scored) -> bool:
        """Whether a kind cannot be a person's where rows are beasts, goods or works."""
        return self._denied(column.meaning.words, kind, persons=self.about_persons)

    def _denied(self, heading: str, kind: Scored, *, persons: bool) -> bool:
        initials = heading.isascii() and not re.search(r"[aeiou]", heading)
        if kind.kind == "income" and initials and not self.persons:
            return True
        if kind.kind == "biometric" and kind.heading <= scoring().hint and kind.heading and not persons:
            return True
        return not of_staff(heading) and self.topics.denies(kind.kind, persons=persons)

    @property
    def _words(self) -> dict[str, str]:
        return {column.name: column.meaning.words for column in self.columns}

    @property
    def about_persons(self) -> bool:
        """Whether something identifies the rows as persons, the names of those who run a thing left out."""
        headings = self._words
        return any(
            kind is not None and kind.kind in scoring().persons and not of_staff(headings[name])
            for name, kind in self.found.items()
        )

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds found by heading and values of a column alone."""
        return frozenset(kind.kind for kind in self.found.values() if kind is not None)

    @property
    def persons(self) -> bool:
        """Whether something identifies the rows as persons."""
        return bool(self.kinds & scoring().persons)

    @property
    def patients(self) -> bool:
        """Whether the rows are persons or their visits to a doctor."""
        pattern = kinds()["medical"].text("patients")
        return self.persons or any(
            column.sample and re.search(pattern, column.meaning.words) for column in self.columns
        )

    def told(self, column: Column, *, pair: bool) -> Scored | None:
        """The kind that only the other columns tell.

        Args:
            column: nothing was found in it by itself.
            pair: whether it is one of two neighbours of finely measured decimals.
        """
        if self.persons and (owned := self._owned(column)) is not None:
            return owned
        if (account := accounts(column, about_persons=self.about_persons)) is not None:
            return account
        if (number := numbered(column, persons=self.persons, vehicles="plate" in self.kinds)) is not None:
            return number
        if self.persons and set(column.counted) == _SEXES:
            return Scored("sex", told_score(), 0.0, 1.0, {"code_share": 1.0})
        if self.about_persons and (kind := worded(column) or words.all_listed(column)):
            return Scored(kind, told_score(), 0.0, 1.0, {"words": True})
        if (self.about_persons or self._of_patients) and (kind := formed(column)):
            return Scored(kind, told_score(), 0.0, 1.0, {"formed": True})
        if (agreeing := self._agreeing(column)) is not None:
            return agreeing
        if (sensitive := self._of_topic(column)) is not None:
            return sensitive
        if pair:
            return Scored("coordinates", combined(scoring().context, 0.2), 0.0, 1.0, {"paired": True})
        return None

    def _agreeing(self, column: Column) -> Scored | None:
        """Dates of birth and sexes that agree with the identity numbers of the same rows."""
        for numbers in self.numbers:
            if len(numbers) != len(column.aligned):
                continue
            same = birth.agreement(column, numbers)
            if same >= column.limits.share:
                details = {"identity_agreement": round(same, 3)}
                return Scored("date_of_birth", combined(scoring().context, 0.9 * same), 0.0, same, details)
            if birth.sexes_agree(column, numbers):
                return Scored("sex", combined(scoring().context, 0.8), 0.0, 1.0, {"identity_agreement": 1.0})
        return None

    def _of_topic(self, column: Column) -> Scored | None:
        """The sensitive kind of a heading that says too little, where the rows are of its topic."""
        persons = self.about_persons or self._visits
        flags = only_flags(column)
        if not flags and (kind := self.topics.rooted(column, persons=persons)):
            return Scored(kind, told_score(), 0.0, 1.0, {"root": True})
        if kind := self.topics.kind_of(column, persons=persons):
            return Scored(kind, told_score(), 0.0, 1.0, {"topic": True})
        if self.persons and biometric.template(column):
            return Scored("biometric", told_score(), 0.0, 1.0, {"template": True})
        return None

    @property
    def _visits(self) -> bool:
        """Whether the rows are visits to a doctor though they name nobody: columns and headings say so."""
        medical = sum(1 for kind in self.found.values() if kind is not None and kind.kind == "medical")
        return medical >= _VISITS and self.patients and not self.topics.impersonal

    @property
    def _of_patients(self) -> bool:
        return "patients" in self.topics.names and not self.topics.impersonal

    def _owned(self, column: Column) -> Scored | None:
        """Sums, accounts and names that are a person's where the rows are persons."""
        strength = column.meaning.strength("income")
        if strength:
            support = forms.detect(column, kinds()["income"])
            if support is not None and support.share >= column.limits.share:
                score = combined(scoring().context, scoring().heading * strength)
                return Scored("income", score, strength, support.share, support.details)
        if person_name.foreign(column):
            strength = column.meaning.strength("person_name")
            score = combined(scoring().context, scoring().heading * strength)
            return Scored("person_name", score, strength, 1.0, {"foreign_share": 1.0})
        if person_name.beside_persons(column):
            return Scored("person_name", told_score(), 0.0, 1.0, {"beside_persons": True})
        return None

    def grown(self, column: Column, kind: Scored | None) -> Scored | None:
        """The kind of a column, made ``minor`` where it holds dates of birth or ages that are children's."""
        if not column.sample:
            return kind
        school = any(birth.school_context(each.meaning.words) for each in self.columns)
        least = minors().share
        if kind is None and birth.is_age(column) and (school or self.persons):
            least = least if school or self.children else _YOUNG
        elif kind is None or kind.kind != "date_of_birth":
            return kind
        share = birth.under_age(column, self.on)
        if kind is not None and self.children and birth.without_year(column):
            share = 1.0
        if share < least:
            return kind
        details = {**(kind.details if kind else {}), "under_age_share": round(share, 3), "school": school}
        if kind is None:
            return Scored("minor", combined(scoring().context, 0.6 * share), 1.0, share, details)
        return replace(kind, kind="minor", details=details)

    @property
    def children(self) -> bool:
        """Whether identity numbers, headings or classes say that the rows are children under 14."""
        if any(birth.numbers_under_age(each, self.on) >= minors().share for each in self.numbers):
            return True
        if any(birth.names_children(column) for column in self.columns):
            return True
        if self.persons and birth.titled_children(self.title):
            return True
        return any(map(birth.names_pupils, self.columns)) and any(map(birth.young_class, self.columns))

    def tracks(self, places: Sequence[Column]) -> frozenset[str]:
        """Names of the columns of coordinates that say where a person was.

        Rows are about persons, vehicles or devices, and a time of day stands beside the place, or a heading
        speaks of tracks. Places of things that stay (a house, a station) are none.

        Args:
            places: columns of coordinates.
        """
        row = kinds()["coordinates"]
        moving = self.persons or bool(self.kinds & _MOVERS)
        stays = self._moved(row.text("stays"))
        told = (self.about_persons and not stays) or self._timed() or self._moved(row.text("track"))
        if not (moving and told):
            return frozenset()
        fixed = row.text("fixed")
        return frozenset(column.name for column in places if not re.search(fixed, column.meaning.words))

    def _moved(self, form: str) -> bool:
        return any(column.sample and re.search(form, column.meaning.words) for column in self.columns)

    def _timed(self) -> bool:
        for column in self.columns:
            heading = column.meaning.words
            if not column.sample or not re.search(_TIME_HEADING, heading) or re.search(_OF_RECORD, heading):
                continue
            if pa.types.is_timestamp(column.aligned.type):
                midnight = pc.equal(pc.hour(column.aligned.drop_null()), 0)
                if not pc.all(midnight).as_py():
                    return True
            elif column.share_of(_CLOCK) >= column.limits.share and column.share_of(r"00:00(?::00)?$") < 0.5:
                return True
        return False
