"""The texts of entries, to see whether characters that are there stand in a row.

Decides how they are read: a few by number; or all, of which a process keeps a copy and reads what changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from operator import contains
from threading import Lock
from typing import Final

from sqlalchemy import Connection, String, cast, func, select

from catalog.search.bitmaps import Bitmaps, bitmap, place_of
from catalog.search.ranking import Tier
from catalog.search.tallies import docs_in, flagged
from catalog.search.words import Words
from catalog.store.tables.search import search_state, search_texts

# Stands between the texts of an entry's levels; no phrase holds it.
_BETWEEN: Final = "\n"
# Texts of one statement.
_BATCH: Final = 500
# Stands between entries that are read as one string, so many at a time.
_ENTRY: Final = "\x1e"
_PACKED: Final = 4096
# The word index is asked about so many entries; about more all texts are gone through.
_INDEXED: Final = 20_000
# Of fewer entries than one in so many, each is looked at.
_PART: Final = 3
# So many stores' texts are kept.
_KEPT: Final = 2


def joined(levels: Sequence[str]) -> str:
    """The texts of an entry's levels as one."""
    return _BETWEEN.join(levels)


def parted(words: str) -> tuple[str, ...]:
    """The texts of the levels."""
    return tuple(words.split(_BETWEEN))


def of_tier(words: str, tier: Tier) -> bool:
    """Whether the text of an entry holds every word of a tier in one of its first levels."""
    seen = joined(words.split(_BETWEEN)[: tier.levels])
    return all(any(form in seen for form in forms) for forms in tier.words)


def some(connection: Connection, docs: Sequence[int]) -> dict[int, str]:
    """The texts of some entries, by their numbers."""
    made: dict[int, str] = {}
    for at in range(0, len(docs), _BATCH):
        wanted = search_texts.c.doc.in_(docs[at : at + _BATCH])
        query = select(*search_texts.c["doc", "words"]).where(wanted)
        made |= {row.doc: row.words for row in connection.execute(query)}
    return made


class Asked:
    """The texts of all entries where a process keeps no copy: the database is asked."""

    def __init__(self, connection: Connection, index: Words, store: str) -> None:
        self._connection = connection
        self._index = index
        self._store = store

    def docs(self, phrase: str, among: int) -> int:
        """Those of some entries that hold a phrase."""
        if among.bit_count() <= _INDEXED:
            return among & bitmap(self._index.docs(self._connection, phrase))
        _scanned.add(self._store)
        return among & bitmap(self._index.scan(self._connection, phrase))


class Texts:
    """The texts of all entries of a store at one version of its index."""

    def __init__(self, version: int, words: list[str]) -> None:
        self.version = version
        self._words = words

    def docs(self, phrase: str, among: int) -> int:
        """Those of some entries that hold a phrase."""
        if among.bit_count() * _PART < len(self._words):
            return bitmap([doc for doc in docs_in(among) if phrase in self._words[doc]])
        return among & flagged(bytes(map(contains, self._words, repeat(phrase))))

    def refreshed(self, connection: Connection, version: int) -> Texts:
        """These texts as they are at ``version``; the former ones stay as they are."""
        if not self._words:
            return Texts(version, _whole(connection))
        words = list(self._words)
        query = select(*search_texts.c["doc", "words"]).where(search_texts.c.version > self.version)
        for doc, content in connection.execute(query.order_by(search_texts.c.doc)):
            words.extend([""] * (doc + 1 - len(words)))
            words[doc] = content
        return Texts(version, words)


def _whole(connection: Connection) -> list[str]:
    """All texts by number, many at a time as one string."""
    doc, words = search_texts.c.doc, search_texts.c.words
    last = connection.execute(select(func.max(doc))).scalar_one()
    made = [""] * (0 if last is None else last + 1)
    both = func.aggregate_strings(cast(doc, String) + _BETWEEN + words, _ENTRY)
    for at in range(0, len(made), _PACKED):
        packed = connection.execute(select(both).where(doc >= at, doc < at + _PACKED)).scalar_one()
        for entry in packed.split(_ENTRY) if packed else ():
            number, _, content = entry.partition(_BETWEEN)
            made[int(number)] = content
    return made


_kept: dict[str, Texts] = {}
_scanned: set[str] = set()
_lock: Final = Lock()


def every(connection: Connection, index: Words, known: Bitmaps) -> Asked | Texts:
    """The texts of all entries as the transaction sees them.

    Once the database has gone through all of them for a process, this keeps a copy. A writing transaction
    may yet be rolled back: what it sees is not kept for others.

    Args:
        connection: to read with.
        index: the word index.
        known: the facets of the store, as the transaction sees them.
    """
    store = place_of(connection, connection.execute(select(search_state.c.store)).scalar_one())
    writing = connection.get_execution_options().get("ybz_writing", False)
    if writing or store not in _scanned:
        return Asked(connection, index, store)
    former = _kept.get(store, _NOTHING)
    if former.version == known.version:
        return former
    made = (former if former.version < known.version else _NOTHING).refreshed(connection, known.version)
    with _lock:
        if store not in _kept and len(_kept) >= _KEPT:
            _kept.pop(next(iter(_kept)))
        if _kept.get(store, _NOTHING).version < made.version:
            _kept[store] = made
    return made


_NOTHING: Final = Texts(0, [])
