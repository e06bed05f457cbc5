"""What the rows of a table are about, told by its title and its headings.

Patients, offenders, believers and soldiers make columns sensitive that are neutral elsewhere (a result, a
measure, a title); beasts, goods, buildings and books take the person out of words of medicine and faith.
Decides the topics and which kind a neutral heading has in them; the values' kinds are the detectors' matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from catalog.classify.column import Column
from catalog.classify.headings import normalised
from catalog.classify.kinds import NONE, kinds, scoring, vocabulary
from catalog.classify.pinyin import syllables

# Values that are times, identifiers or flags are no content of a record.
_NO_CONTENT: Final = (
    r"^(?:(?:19|20)\d\d[-/.年]?\d{1,2}(?:[-/.月]?\d{1,2}日?)?(?:[ T].*)?"
    # Numbers of cases and papers name an offence and tell none: (2019)桂0103刑初508号.
    r"|\S{0,12}[(（\[〔](?:19|20)\d\d[)）\]〕]?\S{1,14}\d+号?"
    r"|\d{1,2}[:：]\d{2}.*|\d{7,}|[A-Za-z]{1,6}[-_]?\d{5,})$"
)
_NUMBER: Final = r"^-?\d+(?:\.\d+)?$"
# Topics that take the person out of these kinds.
_IMPERSONAL: Final[Mapping[str, frozenset[str]]] = {
    "animals": frozenset({"medical", "minor", "date_of_birth", "sex", "criminal_record"}),
    "goods": frozenset({"medical", "biometric", "religion"}),
    "sites": frozenset({"religion"}),
    "books": frozenset({"medical", "religion", "criminal_record"}),
}
# So many columns of a kind make it the topic of the table.
_TELLING: Final = 2
# So large a part of the texts of a column without a telling heading holds words of a kind, and is so long.
_WORDED, _WORDED_FROM = 0.3, 3
# Kinds whose values follow no form, the stricter first.
_OF_ROOTS: Final = ("criminal_record", "medical", "religion")
# Words of a topic, and letters from which their pinyin is no English word.
_WORD: Final = re.compile(r"(?:^|(?<=\|))[\u4e00-\u9fff]{2,}(?=\||$)")
_READ_FROM: Final = 6
# Letters that mean many things.
_PAIR: Final = 2
# Topics whose rows are persons.
OF_PERSONS: Final = frozenset({"patients", "offenders", "believers", "soldiers"})


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of a table.

    Attributes:
        names: rows of the rule ``topics`` that hold.
    """

    names: frozenset[str]

    @classmethod
    def of(cls, title: str, columns: Sequence[Column], found: Sequence[str]) -> Topics:
        """The topics of a table.

        Args:
            title: of the table; may be empty.
            columns: of it.
            found: the kinds its columns have by themselves; two of a topic's kind make it the topic.
        """
        headings = [normalised(title), *(column.meaning.words for column in columns)]
        held = set()
        for name, row in _topics().items():
            hits = sum(map(row.found, headings)) + row.found(headings[0])
            if (hits >= row.least and row.sure(headings)) or (
                row.kind != NONE and found.count(row.kind) >= _TELLING
            ):
                held.add(name)
        return cls(frozenset(held))

    @property
    def impersonal(self) -> bool:
        """Whether the rows are beasts, goods, sites or works."""
        return bool(self.names & _IMPERSONAL.keys())

    def speaks_of(self, kind: str) -> bool:
        """Whether a topic of the table makes its columns of a kind likely.

        Args:
            kind: of open form.
        """
        return any(_topics()[name].kind == kind for name in self.names)

    def denies(self, kind: str, *, persons: bool) -> bool:
        """Whether a kind found cannot be a person's in this table.

        Args:
            kind: found by heading and values.
            persons: whether something identifies the rows as persons.
        """
        beasts = "animals" in self.names and kind in _IMPERSONAL["animals"]
        if beasts:
            return True
        if persons or ("patients" in self.names and kind == "medical" and "goods" not in self.names):
            return False
        return any(kind in _IMPERSONAL[name] for name in self.names if name in _IMPERSONAL)

    def rooted(self, column: Column, *, persons: bool) -> str:
        """The open kind a heading holds a root of, where the rows agree; empty where none.

        Rows agree that are persons, or of the kind's own topic.

        Args:
            column: nothing was found in it by itself.
            persons: whether something identifies the rows as persons, staff left out.
        """
        if not column.sample or column.share_of(_NO_CONTENT) >= column.limits.share_with_name:
            return ""
        for kind in _OF_ROOTS:
            if kind not in column.meaning.roots or self.denies(kind, persons=persons):
                continue
            if persons or any(_topics()[name].kind == kind for name in self.names):
                return kind
        return ""

    def kind_of(self, column: Column, *, persons: bool) -> str:
        """The kind a neutral heading has where the rows are of a topic; empty where it has none.

        Args:
            column: nothing was found in it by itself.
            persons: whether something identifies the rows as persons, staff left out.
        """
        if not persons or "animals" in self.names or not column.sample:
            return ""
        for name in sorted(self.names & OF_PERSONS):
            kind = kinds()[_topics()[name].kind]
            topical, against = kind.text("topical"), kind.text("not_topical")
            words = column.meaning.words
            unlike = any(word in words for word in kind.unlike)
            if not topical or unlike or (against and re.search(against, words)):
                continue
            tokens = {token.strip("0123456789") for token in words.split("_")}
            told = re.search(topical, words) or tokens & set(kind.listed("topical_latin"))
            worded = column.share_of(kind.text("contains")) >= column.limits.share_with_name
            measured = column.share_of(_NUMBER) >= column.limits.share_with_name
            # Words say little where values are texts: the texts then speak of the topic too.
            if measured != (name == "patients") and not worded:
                continue
            if (told or worded) and column.share_of(_NO_CONTENT) < column.limits.share_with_name:
                return kind.name
        return ""


@dataclass(frozen=True, slots=True)
class _Topic:
    kind: str
    least: int
    words: re.Pattern[str]
    latin: frozenset[str]

    def found(self, words: str) -> bool:
        return bool(self.words.search(words)) or any(
            token.strip("0123456789") in self.latin for token in words.split("_")
        )

    def sure(self, headings: Sequence[str]) -> bool:
        """Whether more than one pair of letters speaks for the topic: ``gs`` is 工伤, and 工商."""
        told = {token.strip("0123456789") for words in headings for token in words.split("_")} & self.latin
        if any(len(token) > _PAIR for token in told) or len(told) > 1:
            return True
        return any(map(self.words.search, headings))

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> _Topic:
        """A row of the rule, with the full pinyin of its words among its Latin ones: 体检 is ``tijian``."""
        read = ["".join(syllables(word)) for word in _WORD.findall(row["words"])]
        latin = {*row["latin"], *(word for word in read if len(word) >= _READ_FROM)}
        return cls(row["kind"], row["least"], re.compile(row["words"]), frozenset(latin))


@cache
def _topics() -> Mapping[str, _Topic]:
    rows: Mapping[str, Any] = vocabulary("topics", "headings")
    return {name: _Topic.of(row) for name, row in rows.items() if isinstance(row, dict)}


def worded(column: Column) -> str:
    """The kind whose words a part of the texts holds under a heading that says nothing; empty if none."""
    if column.meaning.decided or column.longest < _WORDED_FROM:
        return ""
    for kind in ("criminal_record", "medical", "religion"):
        if any(word in column.meaning.words for word in kinds()[kind].unlike):
            continue
        if column.share_of(kinds()[kind].text("contains")) >= _WORDED:
            return kind
    return ""


def formed(column: Column) -> str:
    """The kind of values that have a form only persons' have: 39.2, 120/80, 阴; empty if none.

    Args:
        column: of a table whose rows are persons; nothing was found in it by itself.
    """
    meaning = column.meaning
    for kind in kinds().values():
        for row in kind.rest["formed"]:
            # Forms that nothing else has count under a heading that only says 类别 or level, too.
            if meaning.decided and not (meaning.other and row.get("sure")):
                continue
            if "unless" in row and re.search(row["unless"], column.meaning.words):
                continue
            if column.distinct < row["different"] or column.share_of(row["form"]) < row["share"]:
                continue
            if "telling" not in row or column.share_of(row["telling"]) >= row["told"]:
                return kind.name
    return ""


def of_staff(words: str) -> bool:
    """Whether a heading names those who run a thing: 库管员, 负责人."""
    return bool(re.search(str(vocabulary("topics", "headings")["staff"]), words))


def of_a_child(words: str) -> bool:
    """Whether a neutral heading in a table of children tells of a child: 班级, 小名, not 园所名称."""
    return not re.search(str(vocabulary("topics", "headings")["not_of_child"]), words)


def told_score() -> float:
    """The score of a kind that the topic of the table tells."""
    return max(scoring().least, scoring().context)
