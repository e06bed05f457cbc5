"""What a build remembers so that unchanged datasets are found fast: digests of files, outlines of contracts.

Both tables are caches: emptied, they fill again.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from catalog.store.schema import Json, metadata

# SHA-256 of an input file, as long as the file system says the same of it.
file_digests = Table(
    "file_digests",
    metadata,
    Column("path", Text, primary_key=True),  # absolute
    Column("size", BigInteger, nullable=False),  # bytes
    Column("mtime_ns", BigInteger, nullable=False),
    Column("ctime_ns", BigInteger, nullable=False),
    Column("inode", String(20), nullable=False),  # unsigned 64 bits: text
    Column("sha256", String(64), nullable=False),
)

# What plans and graphs need of a contract, by its digest; see catalog.outlines.
outlines = Table(
    "outlines",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("form", Integer, primary_key=True),  # of the document
    Column("document", Json, nullable=False),
)
