"""Messages between a worker and its carrier: a byte, a length, a body; in it words and Arrow tables."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyarrow as pa

READY: Final = b"R"
ANSWER: Final = b"A"
FAILED: Final = b"F"
TABLES: Final = b"T"
QUERY: Final = b"Q"
END: Final = b"E"
_LENGTH: Final = struct.Struct("<Q")


def send(stream: IO[bytes], kind: bytes, body: bytes = b"") -> None:
    """Write one message."""
    stream.write(kind + _LENGTH.pack(len(body)))
    stream.write(body)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[bytes, bytes] | None:
    """Read one message; None where the other side is gone."""
    head = stream.read(1 + _LENGTH.size)
    if len(head) < 1 + _LENGTH.size:
        return None
    size: int = _LENGTH.unpack(head[1:])[0]
    body = stream.read(size)
    return (head[:1], body) if len(body) == size else None


def packed(words: str, tables: Mapping[str, pa.Table]) -> bytes:
    """Words and tables as one body."""
    import pyarrow as pa

    bodies: list[bytes] = []
    for table in tables.values():
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        bodies.append(sink.getvalue().to_pybytes())
    sizes = dict(zip(tables, map(len, bodies), strict=True))
    head = json.dumps({"words": words, "tables": sizes}).encode()
    return b"".join((_LENGTH.pack(len(head)), head, *bodies))


def unpacked(body: bytes) -> tuple[str, dict[str, pa.Table]]:
    """Words and tables again."""
    import pyarrow as pa

    at = _LENGTH.size + int(_LENGTH.unpack(body[: _LENGTH.size])[0])
    head = json.loads(body[_LENGTH.size : at])
    tables: dict[str, pa.Table] = {}
    for name, size in head["tables"].items():
        with pa.ipc.open_stream(body[at : at + size]) as reader:
            tables[name] = reader.read_all()
        at += size
    return head["words"], tables
