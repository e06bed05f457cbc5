"""The invisible mark 隐形标识 of a supply: in which order each two neighbouring rows stand.

Decides the order alone: no value is changed, for the receiver must be able to rely on every one. Rows are
taken in pairs in the order of the release; a keyed bit says of each pair whether it is turned round, so that
every supply has an order of its own. The mark stays when a file is saved anew in whatever form, when rows or
columns are cut out and when every note and all metadata are removed. It is lost when the rows are sorted or
shuffled, and it cannot be read from fewer rows than the dated rule asks for.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from space.engines.streaming import BATCH_ROWS

_PAIRS: Final = BATCH_ROWS // 2
_DIGEST_BYTES: Final = 8
_TIME: Final = re.compile(r":\d\d$")

Order = npt.NDArray[np.int64]
Turned = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Match:
    """How well the order of a file agrees with a supply's.

    Attributes:
        rows: of the file that the release holds.
        pairs: of rows that stand in the file both.
        agreeing: of these, in the order of the supply.
    """

    rows: int
    pairs: int
    agreeing: int

    @property
    def share(self) -> float:
        """Of the pairs that agree; 0 where there is none."""
        return self.agreeing / self.pairs if self.pairs else 0.0


def key_of(secret: bytes, supply_id: str) -> bytes:
    """The key of a supply's mark.

    Args:
        secret: the pseudonym key of the installation.
        supply_id: of the supply.
    """
    return hmac.new(secret, b"supply-mark\x00" + supply_id.encode(), hashlib.sha256).digest()


def turned(key: bytes, batch: int) -> Turned:
    """Which pairs of a batch are turned round."""
    bits = hashlib.shake_256(key + batch.to_bytes(8, "big")).digest(_PAIRS // 8)
    return np.unpackbits(np.frombuffer(bits, dtype=np.uint8)).astype(bool)


def marked(batches: Iterable[pa.RecordBatch], key: bytes) -> Iterator[pa.RecordBatch]:
    """The same rows in the order of a supply; a last row without a partner stays where it is."""
    for number, batch in enumerate(batches):
        yield batch.take(pa.array(order(key, number, batch.num_rows)))


def order(key: bytes, batch: int, rows: int) -> Order:
    """The places of the rows of a batch in the order of a supply."""
    places: Order = np.arange(rows, dtype=np.int64)
    pairs = rows // 2
    swapped = np.flatnonzero(turned(key, batch)[:pairs]) * 2
    places[swapped], places[swapped + 1] = swapped + 1, swapped
    return places


def digests(columns: Sequence[Sequence[Any]]) -> list[bytes]:
    """What tells the rows of these columns apart, by their values as any file would show them."""
    texts = [[text(value) for value in column] for column in columns]
    return [
        hashlib.blake2b("\x1f".join(row).encode(), digest_size=_DIGEST_BYTES).digest()
        for row in zip(*texts, strict=True)
    ]


def text(value: Any) -> str:
    """A value as text, the same whether it was read from CSV, a workbook or Parquet.

    >>> text(12.0), text(" 12 "), text(None), text(True)
    ('12', '12', '', 'true')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _number(value.strip())
    if isinstance(value, datetime):
        return _number(value.isoformat(sep=" "))
    return _number(value.isoformat() if isinstance(value, date) else str(value))


def _number(stated: str) -> str:
    """Digits behind a point that say nothing are left out: ``12.50`` is ``12.5``; so is midnight of a day."""
    head, point, tail = stated.partition(".")
    if point and tail.isdigit() and (head.removeprefix("-").isdigit() or _TIME.search(head)):
        tail = tail.rstrip("0")
        stated = f"{head}.{tail}" if tail else head
    return stated.removesuffix(" 00:00:00")


def compare(leaked: Mapping[bytes, int], base: Iterable[tuple[Turned, Sequence[bytes]]]) -> Match:
    """Hold the order of a file against that of a supply.

    Args:
        leaked: digest of a row → its place in the file; rows that stand there twice are left out.
        base: by batch, which pairs are turned round and the digests of its rows in the order of the release.
    """
    rows = pairs = agreeing = 0
    for swapped, found in base:
        rows += sum(digest in leaked for digest in found)
        for pair, (first, second) in enumerate(zip(found[::2], found[1::2], strict=False)):
            if first == second or first not in leaked or second not in leaked:
                continue
            pairs += 1
            agreeing += (leaked[first] > leaked[second]) == bool(swapped[pair])
    return Match(rows, pairs, agreeing)
