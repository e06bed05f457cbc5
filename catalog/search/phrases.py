"""Which entries hold the words of a tier, exactly, at the least cost.

Decides whom to ask. Words of one and two characters are told by their grams. A longer one is held by few of
the entries that have all its grams, or by nearly all of them: of few the word index is asked, of many their
texts are looked at. For the first hits only those are looked at that would stand first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from catalog.search import grams, texts
from catalog.search.bitmaps import Bitmaps, bitmap
from catalog.search.grams import Held
from catalog.search.ranking import LEVELS, Tier
from catalog.search.tallies import docs_in
from catalog.search.words import Words

# As many levels as there are.
_EVERY: Final = len(LEVELS)
# The word index is asked for a phrase that at most so many entries may hold.
_NARROW: Final = 2000
# Up to so many texts are read by number; for more all of them are.
_NAMED: Final = 2000
# Words asked for by one statement.
_AT_ONCE: Final = 100
# So many texts are read at first for each hit wanted.
_AHEAD: Final = 2


@dataclass(slots=True)
class Phrases:
    """What is known of the words of one search.

    Attributes:
        connection: to read with.
        index: the word index.
        known: the facets of the store.
        held: the grams of all words.
    """

    connection: Connection
    index: Words
    known: Bitmaps
    held: Mapping[str, Held]
    _told: dict[str, int] = field(default_factory=dict)
    _words: dict[int, str] = field(default_factory=dict)

    def tell(self, forms: Iterable[str]) -> None:
        """Learn of many words at once which entries hold them, whatever it costs for a single one."""
        new = [form for form in dict.fromkeys(forms) if len(form) > 2 and form not in self._told]
        self._told |= dict.fromkeys(new, 0)
        maybe = [form for form in new if grams.may_hold(form, _EVERY, self.held)]
        for at in range(0, len(maybe), _AT_ONCE):
            some = maybe[at : at + _AT_ONCE]
            found = self.index.each(self.connection, some)
            self._told |= {form: bitmap(list(docs)) for form, docs in zip(some, found, strict=True)}

    def among(self, tier: Tier, docs: int) -> int:
        """Those of ``docs`` that hold all words of the last tier, which looks at every level."""
        docs, exact = self._may(tier, docs)
        if exact or not docs:
            return docs
        if docs.bit_count() <= _NAMED:
            return bitmap(self._confirmed(tier, docs_in(docs)))
        everything = texts.every(self.connection, self.index, self.known)
        for forms in tier.words:
            either = 0
            for form in forms:
                may, told = self._form(form, _EVERY)
                either |= may if told else everything.docs(form, may & docs)
            docs &= either
        return docs

    def first(self, tier: Tier, docs: int, limit: int) -> tuple[list[int], int]:
        """The first of those of ``docs`` that are of a tier, and which may be of lower ones only.

        Args:
            tier: any one; those of better ones are no more among ``docs``.
            docs: entries.
            limit: most of them that are wanted.
        """
        found, exact = self._may(tier, docs)
        if exact:
            return self.known.first(found, limit), docs & ~found
        made: list[int] = []
        step = max(limit * _AHEAD, 20)
        while found and len(made) < limit:
            page = self.known.first(found, step)
            confirmed = self._confirmed(tier, page)
            made += confirmed
            found &= ~bitmap(page)
            docs &= ~bitmap(confirmed)
            step = min(step * 2, _NAMED)
        return made[:limit], docs

    def _may(self, tier: Tier, docs: int) -> tuple[int, bool]:
        """Those of ``docs`` that may be of a tier, and whether all of them are."""
        exact = True
        for forms in tier.words:
            either = 0
            for form in forms:
                may, told = self._form(form, tier.levels)
                either |= may
                exact = exact and (told or not may)
            docs &= either
        return docs, exact

    def _form(self, form: str, levels: int) -> tuple[int, bool]:
        """Entries that may hold a form within the first levels, and whether all of them do."""
        may = grams.may_hold(form, levels, self.held)
        if len(form) <= 2:
            return may, True
        if form not in self._told:
            anywhere = grams.may_hold(form, _EVERY, self.held)
            if anywhere.bit_count() > _NARROW:
                return may, False
            self._told[form] = bitmap(self.index.docs(self.connection, form)) if anywhere else 0
        return may & self._told[form], levels == _EVERY

    def _confirmed(self, tier: Tier, docs: list[int]) -> list[int]:
        """Those of some entries whose texts are of a tier, in their order."""
        self._words.update(texts.some(self.connection, [doc for doc in docs if doc not in self._words]))
        return [doc for doc in docs if texts.of_tier(self._words.get(doc, ""), tier)]
