"""Canonical identifiers of units and their pseudonyms, for whole columns.

Decides that each distinct spelling is looked at once in a run, and that what is written canonically
already is recognised for a whole column at a time. What is canonical is :mod:`contracts.codes`'s
decision; this module only says yes where that one would.
"""

from __future__ import annotations

import hmac
from functools import cache, lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catalog.duck import shared
from contracts.codes import RESIDENT_CHECKS, RESIDENT_WEIGHTS, canonical_id

# Spellings remembered, about 200 bytes each. They are identifiers: :func:`forget` when a run ends.
_REMEMBERED: Final = 400_000
# From here on a column is worth a database of its own, which takes some milliseconds to open.
_MANY: Final = 20_000
# Block of SHA-256 in bytes, and the pads of HMAC. Source: RFC 2104, section 2.
_BLOCK: Final = 64
_IPAD: Final = 0x36
_OPAD: Final = 0x5C
# Identity numbers looked at together, so that they stay in the processor's cache.
_TOGETHER: Final = 65_536

_canonical = lru_cache(maxsize=_REMEMBERED)(canonical_id)


def canonical(kind: str, values: pa.ChunkedArray) -> pa.Array:
    """The canonical identifier of every row; NULL where it is missing or invalid."""
    distinct, rows = _distinct(values)
    return _canonical_array(kind, distinct).take(rows)


def pseudonyms(kind: str, values: pa.ChunkedArray, key: bytes) -> pa.Array:
    """63 bits of HMAC-SHA-256(key, kind ‖ 0 ‖ canonical id), NULL for a missing or invalid id.

    Each distinct id is hashed once.
    """
    distinct, rows = _distinct(values)
    ids = _canonical_array(kind, distinct)
    if len(ids) < _MANY:
        hashed = pa.array([pseudonym(kind, each, key) for each in ids.to_pylist()], pa.int64())
    else:
        hashed = _hashed(kind, ids, key)
    return hashed.take(rows)


@lru_cache(maxsize=_REMEMBERED)
def pseudonym(kind: str, canonical_text: str | None, key: bytes) -> int | None:
    """63 bits of HMAC-SHA-256(key, kind ‖ 0 ‖ canonical id); None for None.

    The same for one unit in every dataset, so that datasets can be joined without its identifier.
    """
    if canonical_text is None:
        return None
    digest = hmac.digest(key, kind.encode() + b"\0" + canonical_text.encode(), "sha256")
    return int.from_bytes(digest[:8], "big") >> 1


def forget() -> None:
    """Drop every remembered identifier and pseudonym."""
    _canonical.cache_clear()
    pseudonym.cache_clear()


def _distinct(values: pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    """Each distinct spelling, and which of them each row has."""
    encoded: Any = values.cast(pa.string()).combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return encoded.dictionary, encoded.indices


def _canonical_array(kind: str, texts: pa.Array) -> pa.Array:
    """Canonical identifier of each text, one by one only for those not written canonically."""
    if len(texts) < _MANY or kind != "person":
        return pa.array([_canonical(kind, text) for text in texts.to_pylist()], pa.string())
    done = pa.array(_are_resident_numbers(texts))
    if pc.all(done).as_py():
        return texts
    slow = pa.array([canonical_id(kind, text) for text in texts.filter(pc.invert(done)).to_pylist()])
    return pc.replace_with_mask(texts, pc.invert(done), slow.cast(pa.string()))


def _are_resident_numbers(texts: pa.Array) -> npt.NDArray[np.bool_]:
    """Which texts are eighteen-character identity numbers in their one spelling; no NULL is among them.

    Source: GB 11643-1999, ISO 7064 MOD 11-2, as :func:`contracts.codes.resident_id` reads it.
    """
    good: npt.NDArray[np.bool_] = np.asarray(pc.equal(pc.binary_length(texts), 18).fill_null(False)).copy()
    fitting = texts.filter(pa.array(good))
    if not len(fitting):
        return good
    start = np.frombuffer(fitting.buffers()[1], "<i4")[fitting.offset]
    signs = np.frombuffer(fitting.buffers()[2], np.uint8)[start : start + 18 * len(fitting)].reshape(-1, 18)
    parts = range(0, len(signs), _TOGETHER)
    good[good] = np.concatenate([_checks_hold(signs[at : at + _TOGETHER]) for at in parts])
    return good


def _checks_hold(signs: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Digits, a day of the calendar, and the check character of eighteen-character texts."""
    digits = (signs[:, :17] - np.uint8(ord("0"))).T
    weighted = np.zeros(len(signs), np.int32)
    for digit, weight in zip(digits, RESIDENT_WEIGHTS, strict=True):
        weighted += digit * np.int32(weight)
    checks = np.frombuffer(RESIDENT_CHECKS.encode(), np.uint8)
    days = np.zeros(len(signs), np.int32)
    for digit in digits[6:14]:
        days = days * 10 + digit
    calendar = _calendar()
    real = calendar[np.clip(days, 0, len(calendar) - 1)]
    shaped = (digits <= 9).all(axis=0) & (digits[0] >= 1)
    result: npt.NDArray[np.bool_] = shaped & real & (checks[weighted % 11] == signs[:, 17])
    return result


@cache
def _calendar() -> npt.NDArray[np.bool_]:
    """By ``yyyymmdd``: whether the day exists and lies in 1880–2099, as identity numbers may say."""
    days = np.arange("1880-01-01", "2100-01-01", dtype="datetime64[D]")
    months = days.astype("datetime64[M]")
    year = months.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    found = np.zeros(21_000_000, dtype=np.bool_)
    found[year * 10_000 + month * 100 + day] = True
    return found


def _hashed(kind: str, ids: pa.Array, key: bytes) -> pa.Array:
    """Pseudonyms of canonical ids, hashed by a database: HMAC as two plain hashes (RFC 2104)."""
    padded = key.ljust(_BLOCK, b"\0")
    inner = bytes(byte ^ _IPAD for byte in padded) + kind.encode() + b"\0"
    outer = bytes(byte ^ _OPAD for byte in padded)
    query = """
        SELECT (('0x' || substr(sha256($outer::BLOB || unhex(sha256($inner::BLOB || encode(id)))), 1, 16))
                ::UBIGINT >> 1)::BIGINT AS u
        FROM ids
    """
    with shared() as connection:
        connection.register("ids", pa.table({"id": ids}))
        made = connection.sql(query, params={"inner": inner, "outer": outer}).to_arrow_table()
    return pa.concat_arrays(made["u"].chunks) if made.num_rows else pa.array([], pa.int64())
