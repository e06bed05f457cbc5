"""The carrier takes base statements from a worker to the Spark Connect server, and back what they give.

Runs in an interpreter of its own environment, which has the client's libraries and nothing of this project
but the modules imported here. Decides that only the tables of the plan are opened, whatever the worker asks,
and that one address is all of the network. Exact figures pass through it, from the server to the worker; to
whoever started it goes one constant byte that says whether it stands.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from space.engines.spark.frames import (
    ANSWER,
    END,
    FAILED,
    QUERY,
    READY,
    TABLES,
    receive,
    send,
    unpacked,
)

# Of Spark Connect, where the address names none.
PORT: Final = 15002
# Stored times have no zone; a zone without changes keeps them what they are.
_SETTINGS: Final = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
}
# What finding a host and opening a channel to it reads.
_FILES: Final = ("/dev/urandom", "/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/gai.conf")


class Session:
    """The session of one worker on the server: the tables of its plan, and statements over them."""

    def __init__(self, url: str) -> None:
        from pyspark.sql.connect.session import SparkSession

        self._session: Any = SparkSession(connection=url)
        self._session.client.set_retry_policies([])  # the one who waits decides for how long
        for name, value in _SETTINGS.items():
            self._session.conf.set(name, value)
        self._opened: dict[str, tuple[str, ...]] = {}
        self._empty: dict[str, Any] = {}

    def open(self, tables: Mapping[str, list[str]]) -> None:
        """Have exactly these tables, each over its files."""
        asked = {name: tuple(paths) for name, paths in tables.items()}
        if asked == self._opened:
            return
        self._opened, self._empty = {}, {}
        for name, paths in asked.items():
            frame = self._session.read.parquet(*paths)
            frame.createOrReplaceTempView(f"table_{len(self._empty)}")
            self._empty[name] = frame.limit(0).toArrow()
        self._opened = asked

    def tables(self) -> dict[str, Any]:
        """Every table without a row."""
        return self._empty

    def answer(self, sql: str, given: Mapping[str, Any]) -> Any:
        """What a statement gives.

        Args:
            sql: of the worker, in its own dialect.
            given: tables of keys that came with it.
        """
        from space.engines.spark.answers import finished, kinds_of
        from space.engines.spark.sql import translated

        names = {name: f"table_{place}" for place, name in enumerate(self._empty)}
        for place, (name, table) in enumerate(given.items()):
            names[name] = f"given_{place}"
            self._given(table).createOrReplaceTempView(names[name])
        statement = translated(sql, names, kinds_of([*self._empty.values(), *given.values()]))
        return finished(self._session.sql(statement.sql).toArrow(), statement)

    def _given(self, table: Any) -> Any:
        from pyspark.sql.pandas.types import from_arrow_schema

        schema = from_arrow_schema(table.schema, prefer_timestamp_ntz=True)
        return self._session.createDataFrame(table, schema=schema)

    def stands(self) -> bool:
        """Whether the server answers at all."""
        return bool(self._session.sql("SELECT 1 AS one").toArrow().num_rows == 1)


def main(asked: int, answered: int) -> None:
    """Serve one worker until its pipe or that of its owner ends.

    Args:
        asked: descriptor that the worker's statements come by.
        answered: descriptor that what they give goes back by.
    """
    owner, said = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # whatever a library prints goes nowhere
        os.dup2(silent, stream)
    first = receive(owner)
    if first is None:
        return
    settings = json.loads(first[1])
    walls = _walled(settings["url"], settings["seconds"])
    send(said, READY, json.dumps(walls).encode())
    with os.fdopen(asked, "rb") as requests, os.fdopen(answered, "wb") as answers:
        _serve(settings["url"], owner, said, requests, answers)


def _walled(url: str, seconds: float) -> dict[str, bool]:
    """Load what is needed, then give up everything but the one port."""
    import pyarrow
    import pyspark.sql.connect.session
    import pyspark.sql.pandas.types

    import space.engines.spark.answers
    import space.engines.spark.sql
    from space.engines.workers import walls

    assert pyarrow
    assert pyspark.sql.pandas.types
    assert space.engines.spark.answers
    assert space.engines.spark.sql
    readable = [path for path in map(Path, _FILES) if path.exists()]
    return walls.raise_walls(readable, seconds, port=port_of(url))


def port_of(url: str) -> int:
    """The port an address names."""
    return urlsplit(url.split(";")[0]).port or PORT


def _serve(url: str, owner: BinaryIO, said: BinaryIO, requests: BinaryIO, answers: BinaryIO) -> None:
    session: Session | None = None
    while (message := receive(owner)) is not None:
        tables, failed = json.loads(message[1])["tables"], False
        try:
            session = session or Session(url)
            session.open(tables or {})
            if tables is None:  # it is only asked whether there is anybody
                send(said, ANSWER if session.stands() else FAILED)
        # Whatever went wrong, it may speak of rows: it stays here and the failure has no text.
        except Exception:
            failed = True
            if tables is None:
                send(said, FAILED)
        if tables is not None:
            _one_plan(None if failed else session, requests, answers)


def _one_plan(session: Session | None, requests: BinaryIO, answers: BinaryIO) -> None:
    while (message := receive(requests)) is not None and message[0] != END:
        try:
            if session is None:
                raise ConnectionError
            parts = _one(session, *message)
        # As above.
        except Exception:
            send(answers, FAILED)
        else:
            send(answers, ANSWER, parts)


def _one(session: Session, kind: bytes, body: bytes) -> bytes:
    from space.engines.spark.frames import packed

    if kind == TABLES:
        return packed("", session.tables())
    if kind == QUERY:
        sql, given = unpacked(body)
        return packed("", {"answer": session.answer(sql, given)})
    raise ValueError(kind)
