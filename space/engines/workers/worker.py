"""The worker process: reads plans from its input, writes answers to its output, and can do little else.

``python -I -m space.engines.workers.worker``. Libraries are loaded first, so that a waiting worker is warm;
the walls rise with the first request, which names the only files it will ever read. Nothing but an answer or
one constant byte of failure leaves the process. Started with two descriptors it reads no file: they lead to
the carrier of the second engine (:mod:`space.engines.spark`).
"""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

if TYPE_CHECKING:
    import pyarrow as pa

READY: Final = b"R"
ANSWER: Final = b"A"
WALLS: Final = b"W"
FAILED: Final = b"F"
_LENGTH: Final = struct.Struct("<Q")

# What a kind of worker does: a request and the files it may read, to the answer.
Run = Callable[[dict[str, Any], Mapping[str, list[Path]]], "pa.Table"]


def send(stream: BinaryIO, kind: bytes, body: bytes | memoryview = b"") -> None:
    """Write one message: a byte, a length, a body."""
    stream.write(kind + _LENGTH.pack(len(body)))
    stream.write(body)
    stream.flush()


def main() -> None:
    """Serve plans over protected files until the input ends."""
    carried = [int(word) for word in sys.argv[1:3]]
    serve(_plans if not carried else lambda: _carried(*carried))


def _plans() -> Run:
    from space.engines.duckdb import Engine
    from space.query.plan import Plan

    held: dict[tuple[object, ...], Engine] = {}

    def run(request: dict[str, Any], files: Mapping[str, list[Path]]) -> pa.Table:
        # A worker has one owner and one set of files; only what they are called may differ.
        asked = (*((name, tuple(paths)) for name, paths in files.items()), request["seconds"])
        if asked not in held:
            for engine in held.values():
                engine.close()
            held.clear()
            held[asked] = Engine(files, request["seconds"])
        return held[asked].execute(Plan.from_document(request["plan"]))

    return run


def _carried(answered: int, asked: int) -> Run:
    from space.engines.spark.engine import Carrier, Engine
    from space.query.plan import Plan

    carrier = Carrier.of(answered, asked)
    engines: dict[float, Engine] = {}

    def run(request: dict[str, Any], _: Mapping[str, list[Path]]) -> pa.Table:
        engine = engines.setdefault(request["seconds"], Engine(carrier, request["seconds"]))
        return engine.execute(Plan.from_document(request["plan"]))

    return run


def serve(load: Callable[[], Run]) -> None:
    """Serve requests until the input ends.

    Args:
        load: loads the libraries of this kind of worker, before it says that it is ready.
    """
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # whatever a library prints goes nowhere
        os.dup2(silent, stream)

    import pyarrow as pa

    from space.engines.workers import walls

    run = load()
    send(answers, READY)
    raised: dict[str, bool] | None = None
    while head := requests.read(_LENGTH.size):
        body = json.loads(requests.read(_LENGTH.unpack(head)[0]))
        try:
            files = {name: [Path(p) for p in paths] for name, paths in body["files"].items()}
            if raised is None:
                raised = walls.raise_walls([p for paths in files.values() for p in paths], body["seconds"])
            if body["plan"] is None:
                send(answers, WALLS, json.dumps(raised).encode())
                continue
            table = run(body, files)
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, table.schema) as writer:
                writer.write_table(table)
            send(answers, ANSWER, memoryview(sink.getvalue()))
        # Whatever went wrong, it may speak of rows: it stays here and the failure has no text.
        except BaseException:
            send(answers, FAILED)


if __name__ == "__main__":
    main()
