"""What search keeps beside its word index: a row and the text of each entry, facets and grams as bitmaps.

The word index itself is the database's own (FTS5, tsvector); :mod:`catalog.search.words` makes it.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from catalog.store.schema import Json, metadata

# Which shape the index has; one of another shape is made anew. Grows with every change of what is kept.
LAYOUT: Final = 3

# One row. `version` grows with every change of the index, `next_doc` numbers its entries.
search_state = Table(
    "search_state",
    metadata,
    Column("store", String(40), primary_key=True),  # names this index among those a process has open
    Column("version", BigInteger, nullable=False),
    Column("next_doc", Integer, nullable=False),
    Column("layout", Integer, nullable=True),
)

# One row per entry that can be found. `place` = length of the title << 32 | doc: the order of equals.
search_entries = Table(
    "search_entries",
    metadata,
    Column("doc", Integer, primary_key=True, autoincrement=False),
    Column("place", BigInteger, nullable=False, unique=True),
    Column("dataset", String(130), nullable=False, unique=True),
    Column("code", String(60), nullable=False),  # in the form search compares
    Column("facets", Json, nullable=False),  # [[facet, value], …]
    Index("ix_search_entries_code", "code", postgresql_ops={"code": "varchar_pattern_ops"}),
)

# Which docs have a value: bit n of `bits` stands for doc chunk × 8192 + n. No row where none has.
search_facets = Table(
    "search_facets",
    metadata,
    Column("facet", String(20), primary_key=True),
    Column("value", String(200), primary_key=True),
    Column("chunk", Integer, primary_key=True, autoincrement=False),
    Column("bits", LargeBinary, nullable=False),
    Column("version", BigInteger, nullable=False, index=True),
)

# Which docs hold a character or two in a row, and in which level at best: see :mod:`catalog.search.grams`.
search_pairs = Table(
    "search_pairs",
    metadata,
    Column("pair", String(4), primary_key=True),
    Column("chunk", Integer, primary_key=True, autoincrement=False),
    Column("docs", LargeBinary, nullable=False),
)

# What is indexed of an entry: the texts of its levels in the normal form, one a line.
search_texts = Table(
    "search_texts",
    metadata,
    Column("doc", Integer, primary_key=True, autoincrement=False),
    Column("words", Text, nullable=False),
    Column("version", BigInteger, nullable=False, index=True),
)
