"""Content hash of a release: one digest over the typed rows.

Decides that equal rows in equal order give equal digests, whatever chunks, files or library made
them. The digest could confirm a guess about small data: outside the owning department it is shown
keyed only.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contracts.model import Contract, Field, FieldType

# Rows from which columns are hashed side by side.
_MANY: Final = 100_000


def seal(digest: str, key: bytes) -> str:
    """A content hash keyed, for eyes outside the owning department."""
    return hmac.digest(key, b"content\0" + digest.encode(), "sha256").hex()


def content_hash(contract: Contract, rows: pa.Table) -> str:
    """SHA-256 over the contract's columns in row order, whatever the chunks and files they came in."""
    columns = [(field, rows[field.name]) for field in contract.fields]
    if rows.num_rows < _MANY:
        digests = [_column_digest(*column) for column in columns]
    else:
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            digests = list(pool.map(lambda column: _column_digest(*column), columns))
    return hashlib.sha256(b"".join(digests)).hexdigest()


def chained_hash(before: str, upserts: str, removed: str) -> str:
    """Content hash of a release made from the one before it and the net changes since.

    It says the same of two installations that loaded the same deliveries in the same order; the hash
    of a full load of the same rows is another one.

    Args:
        before: content hash of the former release.
        upserts: :func:`content_hash` of the rows that are new or changed, ordered by key.
        removed: that of the rows that are gone, with their last values, ordered by key.
    """
    return hashlib.sha256(f"{before}\n{upserts}\n{removed}".encode()).hexdigest()


def _column_digest(field: Field, column: Any) -> bytes:
    """Digest of one column: its name, its type, which values are missing, and the others."""
    if field.type is FieldType.STRING:
        column = column.cast(pa.large_string())
    hasher = hashlib.sha256(f"{field.name}\0{column.type}\0{len(column)}\0".encode())
    hasher.update(np.packbits(np.asarray(pc.is_null(column))).tobytes())
    present = pc.drop_null(column).combine_chunks()
    for buffer in _plain_buffers(present):
        hasher.update(buffer)
    return hasher.digest()


def _plain_buffers(values: Any) -> Iterator[Any]:
    """Bytes of the values alone: no offset, no padding, no validity."""
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)
    if pa.types.is_large_string(values.type):
        yield np.ascontiguousarray(pc.binary_length(values).to_numpy(zero_copy_only=False))
        data = values.buffers()[2]
        if data is not None and len(values):
            offsets = np.frombuffer(values.buffers()[1], dtype="<i8")[values.offset :][: len(values) + 1]
            yield memoryview(data)[int(offsets[0]) : int(offsets[-1])]
        return
    if pa.types.is_boolean(values.type):
        yield np.packbits(values.to_numpy(zero_copy_only=False))
        return
    width = values.type.bit_width // 8
    data = values.buffers()[1]
    if data is not None:
        yield memoryview(data)[values.offset * width : (values.offset + len(values)) * width]
